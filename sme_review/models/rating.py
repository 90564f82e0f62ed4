"""What one panelist thinks of one certification in one round."""

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from sme_review.models.panel_certification import PanelCertification
from sme_review.models.panelist import Panelist
from sme_review.models.round import Round

_NOT_BOTH = 'Choose a value or "Cannot judge", not both.'


def _judged(question: str) -> Q:
    """One question is answered: a value, or "cannot judge", exactly one of them."""
    return Q(**{f"{question}_value__isnull": False, f"{question}_cannot_judge": False}) | Q(
        **{f"{question}_value": None, f"{question}_cannot_judge": True}
    )


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

    panelist = models.ForeignKey(Panelist, on_delete=models.PROTECT, related_name="ratings")
    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.PROTECT, related_name="ratings")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ratings")
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

    class Meta:
        ordering = ("panelist", "panel_certification")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panelist", "panel_certification", "round"],
                name="rating_once_per_round",
                violation_error_message="This panelist has already rated this certification in this round.",
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
