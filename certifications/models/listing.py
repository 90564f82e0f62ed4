"""Which certifications count for which program, from which school year to which."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from certifications.models.certification import Certification
from certifications.models.fields import school_year_check, school_year_field
from certifications.models.program import Program


class ProgramCertificationQuerySet(models.QuerySet["ProgramCertification"]):
    """Reads of listings."""

    def in_force(self, school_year: int) -> "ProgramCertificationQuerySet":
        """Approved listings whose period covers `school_year`; a retired one counts until its last year."""
        return self.filter(
            Q(last_school_year=None) | Q(last_school_year__gte=school_year),
            status__in=ProgramCertification.LISTED,
            first_school_year__lte=school_year,
        )

    def due_for_review(self, school_year: int) -> "ProgramCertificationQuerySet":
        """Approved listings without an end before `school_year` that are to be reviewed in it or were before."""
        return self.in_force(school_year).filter(
            status=ProgramCertification.Status.APPROVED, review_school_year__lte=school_year
        )


@pghistory.track()
class ProgramCertification(models.Model):
    """Program x certification x period -> listing. Periods of one pair may not overlap."""

    class Status(models.TextChoices):
        """Where the listing stands."""

        SUGGESTED = "suggested", "Suggested"
        UNDER_REVIEW = "under_review", "Under review"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        RETIRED = "retired", "Retired"

    class Type(models.TextChoices):
        """The types that the state's credential data carry."""

        APPROVED = "approved", "Approved"
        SUGGESTED = "suggested", "Suggested"
        SUPPLEMENTARY = "supplementary", "Supplementary"
        POSTSECONDARY = "postsecondary", "Postsecondary"
        LICENSE = "license", "License"

    LISTED = (Status.APPROVED, Status.RETIRED)
    # School years from the first one to the review, unless a person says otherwise.
    REVIEWED_AFTER = 5

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="listings")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="listings")
    first_school_year = school_year_field("first school year")
    last_school_year = school_year_field("last school year", null=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.SUGGESTED)
    type = models.CharField(max_length=14, choices=Type, default=Type.SUGGESTED)
    counts_federally = models.BooleanField("counts for federal reporting (5S1)", default=False)
    review_school_year = school_year_field("school year of its next review", null=True)
    reason = models.TextField(blank=True)

    objects = ProgramCertificationQuerySet.as_manager()

    class Meta:
        ordering = ("program__cip_code", "certification__name", "first_school_year")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="listing_periods_do_not_overlap",
                expressions=[
                    ("program", RangeOperators.EQUAL),
                    ("certification", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_school_year"),
                            F("last_school_year"),
                            Value("[]"),
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="This certification is already listed for this program in some of these school years.",
            ),
            models.CheckConstraint(
                condition=Q(last_school_year=None) | Q(last_school_year__gte=F("first_school_year")),
                name="listing_period_runs_forward",
                violation_error_message="The last school year must not come before the first.",
            ),
            models.CheckConstraint(
                condition=Q(counts_federally=False) | Q(status__in=["approved", "retired"]),
                name="listing_counts_only_if_approved",
                violation_error_message="Only an approved (or later retired) listing can count for federal reporting.",
            ),
            models.CheckConstraint(
                condition=~Q(status="retired") | Q(last_school_year__isnull=False),
                name="listing_retired_has_last_year",
                violation_error_message="A retired listing needs its last school year.",
            ),
            school_year_check("first_school_year", "listing_first_year_range"),
            models.CheckConstraint(
                condition=Q(review_school_year=None) | Q(review_school_year__gt=F("first_school_year")),
                name="listing_reviewed_after_first_year",
                violation_error_message="A listing is reviewed in a later school year than its first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certification} for {self.program}"
