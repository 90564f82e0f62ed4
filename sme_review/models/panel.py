"""A group of subject-matter experts asked about the certifications of one program."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models import Program
from sme_review.enums import PanelistView, VisibleFrom
from sme_review.figures.suggested_reading import Thresholds

# Where a panel sets no rule of its own; the figures that use them say why these.
_DEFAULTS = Thresholds()


def _percent_field(verbose_name: str, default: int, help_text: str = "") -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        verbose_name, default=default, help_text=help_text, validators=[MaxValueValidator(100)]
    )


def _value_field(verbose_name: str, default: int, help_text: str = "") -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        verbose_name,
        default=default,
        help_text=help_text,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )


class PanelQuerySet(models.QuerySet["Panel"]):
    """Reads of panels."""

    def visible_to(self, user: User) -> "PanelQuerySet":
        """State roles see every panel; nobody in a region, district or building sees any."""
        return self.all() if user.scope.state else self.none()


@pghistory.track(exclude=["pulse"])
class Panel(models.Model):
    """An SME panel of one program, with its rules (procedure, identification step 1)."""

    class Kind(models.TextChoices):
        """What sort of group it is (procedure, identification step 1.1.1)."""

        REFERENT_GROUP = "referent_group", "Cluster Referent Group (CRG)"
        OTHER = "other", "Other group of subject matter experts"

    class Assignment(models.TextChoices):
        """Who is asked to rate what."""

        EVERYONE = "everyone", "Everyone rates every certification"
        BALANCED = "balanced", "A set number of ratings for each certification, shared out evenly"

    class Worksheet(models.TextChoices):
        """Whether panelists mark each standard as covered in full, in part or not (question 1)."""

        OFF = "off", "Do not offer it"
        OPTIONAL = "optional", "Offer it; panelists may skip it"
        REQUIRED = "required", "Ask every panelist to fill it in"

    class State(models.TextChoices):
        """How far the panel has come."""

        DRAFT = "draft", "Being set up"
        RUNNING = "running", "Rating"
        CLOSED = "closed", "Rating closed"
        RECOMMENDED = "recommended", "Waiting for decision"
        DECIDED = "decided", "Decided"

    # The rules, by what they are about: each has a default, may be changed, and is taken along by a copy.
    COUNTING_RULES: ClassVar = ("quorum", "minimum_per_group")
    ROUND_RULES: ClassVar = ("rounds_planned", "panelists_see", "visible_from", "worksheet")
    ASSIGNMENT_RULES: ClassVar = ("assignment", "ratings_wanted", "most_per_panelist")
    READING_RULES: ClassVar = (
        "recommend_proportion",
        "recommend_postsecondary",
        "reject_proportion",
        "reject_employer",
        "endorsement_to_5",
        "endorsement_to_8",
        "endorsement_from_9",
    )
    RULES: ClassVar = (*COUNTING_RULES, *ROUND_RULES, *ASSIGNMENT_RULES, *READING_RULES)

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="panels")
    title = models.CharField(max_length=150)
    kind = models.CharField("kind of group", max_length=20, choices=Kind, default=Kind.REFERENT_GROUP)
    standards_version = models.CharField("version of the program's standards", max_length=40)
    due_date = models.DateField("answers are due by")
    quorum = models.PositiveSmallIntegerField(
        "quorum (fewest raters)", default=_DEFAULTS.quorum, validators=[MinValueValidator(3), MaxValueValidator(100)]
    )
    minimum_per_group = models.PositiveSmallIntegerField(
        "fewest raters in each stakeholder group",
        default=_DEFAULTS.minimum_per_group,
        validators=[MaxValueValidator(20)],
    )
    rounds_planned = models.PositiveSmallIntegerField(
        "rounds", default=2, validators=[MinValueValidator(1), MaxValueValidator(2)]
    )
    panelists_see = models.CharField(
        "what panelists see of a round once it is revealed",
        max_length=7,
        choices=PanelistView,
        default=PanelistView.SPREAD,
    )
    visible_from = models.CharField(
        "from when panelists see it", max_length=5, choices=VisibleFrom, default=VisibleFrom.LATER
    )
    worksheet = models.CharField("worksheet of standards", max_length=8, choices=Worksheet, default=Worksheet.OPTIONAL)
    assignment = models.CharField("who rates what", max_length=8, choices=Assignment, default=Assignment.EVERYONE)
    ratings_wanted = models.PositiveSmallIntegerField(
        "ratings wanted for each certification", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    most_per_panelist = models.PositiveSmallIntegerField(
        "most certifications for one panelist", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    # Thresholds of the suggested reading; the defaults and their sources are in sme_review/figures/.
    recommend_proportion = _percent_field(
        "recommend from this median share of the standards (percent)", _DEFAULTS.recommend_proportion
    )
    recommend_postsecondary = _value_field(
        "recommend from this median value to postsecondary programs", _DEFAULTS.recommend_postsecondary
    )
    reject_proportion = _percent_field(
        "do not recommend below this median share of the standards (percent)", _DEFAULTS.reject_proportion
    )
    reject_employer = _value_field(
        "do not recommend at or below this median value to employers", _DEFAULTS.reject_employer
    )
    endorsement_to_5 = _percent_field(
        "share rating 4 or 5 needed with up to 5 raters (percent)", _DEFAULTS.endorsement_to_5
    )
    endorsement_to_8 = _percent_field(
        "share rating 4 or 5 needed with 6 to 8 raters (percent)", _DEFAULTS.endorsement_to_8
    )
    endorsement_from_9 = _percent_field(
        "share rating 4 or 5 needed with 9 or more raters (percent)", _DEFAULTS.endorsement_from_9
    )
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    recommendation_text = models.TextField("the recommendation in a few sentences", blank=True)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="panels_created")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panels_sent"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    # The approver's decisions are released: they changed the catalog, and the panel may see them.
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panels_released"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    # The live session: what is on the screen now, and a number that grows with everything panelists must follow.
    on_screen = models.ForeignKey(
        "sme_review.PanelCertification", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pulse = models.PositiveIntegerField(default=0, editable=False)
    # Put away for good, finished or not: the personal links stop working, and nothing changes any more.
    put_away_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panels_put_away"
    )
    put_away_at = models.DateTimeField(null=True, blank=True)
    put_away_reason = models.CharField("why it is put away", max_length=300, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quorum__range=(3, 100)),
                name="panel_quorum_range",
                violation_error_message="The quorum must lie between 3 and 100 raters.",
            ),
            models.CheckConstraint(
                condition=Q(
                    recommend_proportion__lte=100,
                    reject_proportion__lte=100,
                    endorsement_to_5__lte=100,
                    endorsement_to_8__lte=100,
                    endorsement_from_9__lte=100,
                    recommend_postsecondary__range=(1, 5),
                    reject_employer__range=(1, 5),
                ),
                name="panel_thresholds_on_scale",
                violation_error_message="Percentages end at 100, and values run from 1 to 5.",
            ),
            models.CheckConstraint(
                condition=Q(reject_proportion__lte=models.F("recommend_proportion")),
                name="panel_thresholds_in_order",
                violation_error_message="The share for recommending cannot lie below the share for not recommending.",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="panel_sent_at_and_by",
                violation_error_message="A sent recommendation needs both who sent it and when.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["recommended", "decided"], sent_at__isnull=False)
                | Q(state__in=["draft", "running", "closed"], sent_at=None),
                name="panel_sent_fits_state",
                violation_error_message="A panel waits for its decision only after its recommendation was sent.",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="panel_released_at_and_by",
                violation_error_message="Released decisions need both who released them and when.",
            ),
            models.CheckConstraint(
                condition=Q(rounds_planned__range=(1, 2)),
                name="panel_rounds_range",
                violation_error_message="A panel has one or two rounds.",
            ),
            models.CheckConstraint(
                condition=~Q(assignment="balanced") | Q(ratings_wanted__isnull=False, ratings_wanted__gte=1),
                name="panel_balanced_has_target",
                violation_error_message="Say how many ratings each certification should get.",
            ),
            models.CheckConstraint(
                condition=Q(most_per_panelist=None) | Q(most_per_panelist__gte=1),
                name="panel_most_per_panelist_positive",
                violation_error_message="One panelist rates at least one certification.",
            ),
            models.CheckConstraint(
                condition=Q(put_away_at=None, put_away_by=None, put_away_reason="")
                | Q(put_away_at__isnull=False, put_away_by__isnull=False),
                name="panel_put_away_at_and_by",
                violation_error_message="A panel that is put away needs both who did it and when.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def due_date_in_words(self) -> str:
        """By when panelists answer: "December 18, 2026"."""
        return f"{self.due_date:%B} {self.due_date.day}, {self.due_date.year}"

    @property
    def takes_changes(self) -> bool:
        """Whether certifications, people and who rates what may change: while it is being set up or rated."""
        return self.put_away_at is None and self.state in {self.State.DRAFT, self.State.RUNNING}
