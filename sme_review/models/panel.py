"""A group of subject-matter experts asked about the certifications of one program."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models import Program


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


@pghistory.track()
class Panel(models.Model):
    """An SME panel of one program, with its rules (procedure, identification step 1)."""

    class Kind(models.TextChoices):
        """What sort of group it is (procedure, identification step 1.1.1)."""

        REFERENT_GROUP = "referent_group", "Cluster Referent Group (CRG)"
        OTHER = "other", "Other group of subject matter experts"

    class State(models.TextChoices):
        """How far the panel has come."""

        DRAFT = "draft", "Being set up"
        RUNNING = "running", "Rating"
        CLOSED = "closed", "Rating closed"
        RECOMMENDED = "recommended", "Waiting for decision"
        DECIDED = "decided", "Decided"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="panels")
    title = models.CharField(max_length=150)
    kind = models.CharField("kind of group", max_length=20, choices=Kind, default=Kind.REFERENT_GROUP)
    standards_version = models.CharField("version of the program's standards", max_length=40)
    due_date = models.DateField("answers are due by")
    quorum = models.PositiveSmallIntegerField(
        "quorum (fewest raters)", default=5, validators=[MinValueValidator(3), MaxValueValidator(100)]
    )
    minimum_per_group = models.PositiveSmallIntegerField(
        "fewest raters in each stakeholder group", default=1, validators=[MaxValueValidator(20)]
    )
    # Thresholds of the suggested reading; the defaults and their sources are in sme_review/statistics.py.
    recommend_proportion = _percent_field("recommend from this median share of the standards (percent)", 50)
    recommend_postsecondary = _value_field("recommend from this median value to postsecondary programs", 3)
    reject_proportion = _percent_field("do not recommend below this median share of the standards (percent)", 30)
    reject_employer = _value_field("do not recommend at or below this median value to employers", 2)
    endorsement_to_5 = _percent_field("share rating 4 or 5 needed with up to 5 raters (percent)", 100)
    endorsement_to_8 = _percent_field("share rating 4 or 5 needed with 6 to 8 raters (percent)", 83)
    endorsement_from_9 = _percent_field("share rating 4 or 5 needed with 9 or more raters (percent)", 78)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    recommendation_text = models.TextField("the recommendation in a few sentences", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="panels_created")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panels_sent"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    # Put away for good: the personal links stop working.
    put_away_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panels_put_away"
    )
    put_away_at = models.DateTimeField(null=True, blank=True)

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
                condition=Q(put_away_at=None, put_away_by=None)
                | Q(put_away_at__isnull=False, put_away_by__isnull=False),
                name="panel_put_away_at_and_by",
                violation_error_message="A panel that is put away needs both who did it and when.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
