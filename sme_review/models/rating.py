"""What one panelist thinks of one certification in one round."""

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from certifications.models import ProgramStandard
from sme_review.enums import PanelistView
from sme_review.models.panel_certification import Material, PanelCertification
from sme_review.models.panelist import ConflictDeclaration, Panelist
from sme_review.models.round import Ballot, Round

_NOT_BOTH = 'Choose a value or "Cannot judge", not both.'


def _judged(question: str) -> Q:
    """One question is answered: a value, or "cannot judge", exactly one of them."""
    return Q(**{f"{question}_value__isnull": False, f"{question}_cannot_judge": False}) | Q(
        **{f"{question}_value": None, f"{question}_cannot_judge": True}
    )


class RatingQuerySet(models.QuerySet["Rating"]):
    """Reads of ratings."""

    def counted(self) -> "RatingQuerySet":
        """Submitted ratings of people who are on the panel and have not stepped back from the certification."""
        recused = ConflictDeclaration.objects.filter(
            panelist=OuterRef("panelist"), panel_certification=OuterRef("panel_certification")
        )
        return self.filter(~Exists(recused), state__in=Rating.COUNTED, panelist__withdrawn_at=None)

    def visible_to(self, viewer: User | Panelist) -> "RatingQuerySet":
        """The ratings whose values somebody may see: the one rule for page, sort, search, export and API.

        Nobody sees the values of a certification while it is open, but for one's own. State staff see counted ratings
        once the certification is closed. A panelist sees those of the panel only after they were revealed, as far as
        the round lets panelists see them. Names are never part of it.
        """
        if isinstance(viewer, Panelist):
            return self._visible_to_panelist(viewer)
        if not viewer.scope.state:
            return self.none()
        return self.counted().filter(~Exists(_ballots(closed_at=None)), Exists(_ballots(closed_at__isnull=False)))

    def _visible_to_panelist(self, panelist: Panelist) -> "RatingQuerySet":
        own = self.filter(panelist=panelist)
        of_panel = self.counted().filter(
            ~Exists(_ballots(closed_at=None)),
            Exists(_ballots(revealed_at__lte=timezone.now())),
            ~Q(round__panelists_see=PanelistView.OWN),
            panelist__panel_id=panelist.panel_id,
        )
        return self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=of_panel.values("pk")))


def _ballots(**having: object) -> models.QuerySet[Ballot]:
    """The ballots of a rating's certification in its round."""
    return Ballot.objects.filter(round=OuterRef("round"), panel_certification=OuterRef("panel_certification"), **having)


@pghistory.track()
class Rating(models.Model):
    """The answers to the procedure's three questions (identification step 1.3), with reasons."""

    class State(models.TextChoices):
        """Draft may lack anything; submitted is counted; locked was submitted when the round closed."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        LOCKED = "locked", "Locked"

    class EmployerValue(models.IntegerChoices):
        """Value to employers, in words."""

        NOT_USED = 1, "Not used or not known by employers"
        FOUNDATIONAL = 2, "Shows foundational skills only"
        NICE_TO_HAVE = 3, "Nice to have"
        PREFERRED = 4, "Preferred"
        REQUIRED = 5, "Required, or needed for a license"

    class PostsecondaryValue(models.IntegerChoices):
        """Value to postsecondary programs, in words."""

        NOT_RECOGNIZED = 1, "Not recognized"
        PREPARATION = 2, "Useful preparation"
        PLACEMENT = 3, "Gives placement, or waives an entry requirement"
        CREDIT = 4, "Credit at one or more institutions"
        WIDE_CREDIT = 5, "Credit agreed widely, or a required step of a degree or apprenticeship"

    COUNTED = (State.SUBMITTED, State.LOCKED)
    # The row log keeps the answers beside the panelist's name; no page shows the two together.
    audit_hides: ClassVar = (
        "proportion",
        "proportion_reason",
        "employer_value",
        "employer_cannot_judge",
        "employer_reason",
        "postsecondary_value",
        "postsecondary_cannot_judge",
        "postsecondary_reason",
    )

    panelist = models.ForeignKey(Panelist, on_delete=models.PROTECT, related_name="ratings")
    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.PROTECT, related_name="ratings")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ratings")
    # The opening in which it was last saved, and the version of the material that was on the page then. Never empty
    # (rating_names_ballot_and_material); only the row log of ratings from before ballots has gaps.
    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="ratings", null=True)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="ratings", null=True)
    # Percent of the technical standards; empty is not zero.
    proportion = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    proportion_reason = models.TextField(blank=True)
    employer_value = models.PositiveSmallIntegerField(null=True, blank=True, choices=EmployerValue)
    employer_cannot_judge = models.BooleanField(default=False)
    employer_reason = models.TextField(blank=True)
    postsecondary_value = models.PositiveSmallIntegerField(null=True, blank=True, choices=PostsecondaryValue)
    postsecondary_cannot_judge = models.BooleanField(default=False)
    postsecondary_reason = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    # Grows with every save, so that of two tabs saving the same rating the second is told.
    version = models.PositiveIntegerField(default=1)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ("panelist", "panel_certification")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panelist", "panel_certification", "round"],
                name="rating_once_per_round",
                violation_error_message="This panelist has already rated this certification in this round.",
            ),
            models.CheckConstraint(
                condition=Q(ballot__isnull=False, material__isnull=False),
                name="rating_names_ballot_and_material",
                violation_error_message="A rating names the opening it was made in and the material it was made by.",
            ),
            models.CheckConstraint(
                condition=Q(proportion=None) | Q(proportion__lte=100),
                name="rating_proportion_range",
                violation_error_message="The share of the standards must lie between 0 and 100.",
            ),
            models.CheckConstraint(
                condition=Q(employer_value=None) | Q(employer_value__range=(1, 5)),
                name="rating_employer_range",
                violation_error_message="The value to employers runs from 1 to 5.",
            ),
            models.CheckConstraint(
                condition=Q(postsecondary_value=None) | Q(postsecondary_value__range=(1, 5)),
                name="rating_postsecondary_range",
                violation_error_message="The value to postsecondary programs runs from 1 to 5.",
            ),
            models.CheckConstraint(
                condition=Q(employer_value=None) | Q(employer_cannot_judge=False),
                name="rating_employer_not_both",
                violation_error_message=_NOT_BOTH,
            ),
            models.CheckConstraint(
                condition=Q(postsecondary_value=None) | Q(postsecondary_cannot_judge=False),
                name="rating_postsecondary_not_both",
                violation_error_message=_NOT_BOTH,
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | (Q(proportion__isnull=False) & _judged("employer") & _judged("postsecondary")),
                name="rating_submitted_is_complete",
                violation_error_message="A submitted rating answers all three questions.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None) | (~Q(state="draft") & Q(submitted_at__isnull=False)),
                name="rating_submitted_at_fits_state",
                violation_error_message="A submitted rating says when it was submitted; a draft does not.",
            ),
        ]

    def __str__(self) -> str:
        # Never the panelist's name: this text can reach pages where names are not shown.
        return f"Rating {self.pk}"


@pghistory.track()
class StandardMark(models.Model):
    """One line of a rating's worksheet: how far the certification covers one technical standard (question 1)."""

    class Mark(models.TextChoices):
        """How far a standard is covered."""

        FULL = "full", "Full"
        PART = "part", "Part"
        NONE = "none", "None"

    audit_hides: ClassVar = ("standard", "mark")

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="marks")
    standard = models.ForeignKey(ProgramStandard, on_delete=models.PROTECT, related_name="marks")
    mark = models.CharField(max_length=4, choices=Mark)

    class Meta:
        ordering = ("rating", "standard__position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rating", "standard"],
                name="standard_mark_once",
                violation_error_message="This standard is already marked on this worksheet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mark_display()}: {self.standard_id}"
