"""OCTE's decision on one recommended certification."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from certifications.models import ProgramCertification
from certifications.models.fields import school_year_field
from sme_review.models.recommendation import Recommendation


@pghistory.track()
class ListingDecision(models.Model):
    """Approved, declined, deferred or sent back, by whom, when and why.

    It can be undone until it is released; releasing writes the listing.
    """

    class Outcome(models.TextChoices):
        """What OCTE decided (procedure, identification: "to decide the certification/s that should be acceptable")."""

        APPROVED = "approved", "Approve"
        DECLINED = "declined", "Decline"
        DEFERRED = "deferred", "Defer"
        SENT_BACK = "sent_back", "Send back"

    PAST: ClassVar = {
        Outcome.APPROVED: "Approved",
        Outcome.DECLINED: "Declined",
        Outcome.DEFERRED: "Deferred",
        Outcome.SENT_BACK: "Sent back",
    }

    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=9, choices=Outcome)
    reason = models.TextField()
    first_school_year = school_year_field("first school year", null=True)
    last_school_year = school_year_field("last school year", null=True)
    type = models.CharField(
        max_length=14, choices=ProgramCertification.Type, default=ProgramCertification.Type.APPROVED
    )
    counts_federally = models.BooleanField("counts for federal reporting (5S1)", default=False)
    listing = models.ForeignKey(
        ProgramCertification, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_decisions"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="listing_decisions")
    decided_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="listing_decisions_undone",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    # A deferred decision, or one that sent the recommendation back, is followed by another; the last one is current.
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("recommendation", "-decided_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recommendation"],
                condition=Q(superseded_at=None, undone_at=None),
                name="listing_decision_one_current",
                violation_error_message="This certification is already decided.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="listing_decision_has_reason",
                violation_error_message="A decision needs a reason.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="approved") | Q(first_school_year__isnull=False),
                name="listing_decision_approved_has_first_year",
                violation_error_message="An approval needs its first school year.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="approved", released_at__isnull=False) | Q(listing__isnull=False),
                name="listing_decision_approved_has_listing",
                violation_error_message="A released approval writes the listing.",
            ),
            models.CheckConstraint(
                condition=Q(listing=None) | Q(released_at__isnull=False),
                name="listing_decision_listing_when_released",
                violation_error_message="The catalog changes only when the decision is released.",
            ),
            models.CheckConstraint(
                condition=Q(last_school_year=None)
                | Q(outcome="approved", last_school_year__gte=models.F("first_school_year")),
                name="listing_decision_period_runs_forward",
                violation_error_message="The last school year must not come before the first.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, released_at=None),
                name="listing_decision_undone_before_release",
                violation_error_message="A decision can be undone only until it is released.",
            ),
            models.CheckConstraint(
                condition=Q(counts_federally=False) | Q(outcome="approved"),
                name="listing_decision_counts_only_if_approved",
                violation_error_message="Only an approved certification can count for federal reporting.",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(outcome__in=["deferred", "sent_back"]),
                name="listing_decision_only_deferred_superseded",
                violation_error_message="Only a deferred decision, or one that was sent back, is followed by another.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome_words}: {self.recommendation}"

    @property
    def is_final(self) -> bool:
        """Approved or declined; anything else is decided again later."""
        return self.outcome in {self.Outcome.APPROVED, self.Outcome.DECLINED}

    @property
    def outcome_words(self) -> str:
        """What was done, in the past tense."""
        return self.PAST[self.Outcome(self.outcome)]
