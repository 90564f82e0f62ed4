"""Where an entity's results come from in a school year: OCTE's decision."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models import AwardingEntity, Certification
from certifications.models.fields import school_year_check, school_year_field
from data_collection.enums import DISTRICT_METHODS, Method, VerifyWhen
from data_collection.models.agreement import DataSharingAgreement


class CollectionDecisionQuerySet(models.QuerySet["CollectionDecision"]):
    """Reads of decisions."""

    def visible_to(self, user: User) -> "CollectionDecisionQuerySet":
        """All for the state. Districts learn the outcome through `selectors.routes`, not the reasons."""
        return self.all() if user.scope.state else self.none()

    def in_force(self, school_year: int) -> "CollectionDecisionQuerySet":
        """The decisions of a school year (the ending year) that nothing has superseded. As `is_in_force`."""
        return self.filter(school_year=school_year, superseded_at=None)


@pghistory.track()
class CollectionDecision(models.Model):
    """Entity (or one of its certifications) x school year -> method. A new one supersedes the old, which stays."""

    entity = models.ForeignKey(AwardingEntity, on_delete=models.PROTECT, related_name="collection_decisions")
    certification = models.ForeignKey(
        Certification,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="collection_decisions",
        help_text="Leave empty for all certifications of the awarding entity.",
    )
    school_year = school_year_field()
    method = models.CharField(max_length=10, choices=Method, default=Method.UNDECIDED)
    reason = models.TextField()
    verify_when = models.CharField("when district data are verified", max_length=14, choices=VerifyWhen, blank=True)
    verify_on = models.DateField("verification starts on", null=True, blank=True)
    verify_note = models.CharField("note on verification", max_length=300, blank=True)
    agreement = models.ForeignKey(
        DataSharingAgreement, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    review_by = models.DateField("review by", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="collection_decisions",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = CollectionDecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-school_year", "-id")
        indexes: ClassVar = [
            models.Index(fields=["school_year", "certification"], name="decision_by_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity", "certification", "school_year"],
                condition=Q(superseded_at=None),
                nulls_distinct=False,
                name="collection_decision_one_current",
                violation_error_message="This school year already has a decision. End that one first.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="collection_decision_has_reason",
                violation_error_message="Give a reason for the decision.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="collection_decision_decided_at_and_by",
                violation_error_message="A decision needs both who decided and when.",
            ),
            models.CheckConstraint(
                condition=Q(method="undecided") | Q(decided_at__isnull=False),
                name="collection_decision_has_decider",
                violation_error_message="A method needs the person who decided it.",
            ),
            models.CheckConstraint(
                condition=~Q(method__in=sorted(DISTRICT_METHODS)) | ~Q(verify_when=""),
                name="collection_decision_says_when_verified",
                violation_error_message="Choose when the data that districts enter are verified.",
            ),
            models.CheckConstraint(
                condition=Q(verify_when="on_date", verify_on__isnull=False)
                | (~Q(verify_when="on_date") & Q(verify_on=None)),
                name="collection_decision_verify_date_fits",
                violation_error_message='Give a date only if you chose "Starting on a date I choose".',
            ),
            school_year_check("school_year", "collection_decision_school_year_range"),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.certification or self.entity}"

    @property
    def is_in_force(self) -> bool:
        """Whether nothing has superseded it. As `in_force`."""
        return self.superseded_at is None
