"""Which certifications count for which program, from which school year to which."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value

from certifications.models.certification import Certification
from certifications.models.fields import school_year_check, school_year_field
from certifications.models.program import Program
from certifications.models.public_list import moves_public_list_on
from core import school_year


class ProgramCertificationQuerySet(models.QuerySet["ProgramCertification"]):
    """Reads of listings."""

    def in_force(self, year: int | OuterRef) -> "ProgramCertificationQuerySet":
        """Approved listings whose period covers `year`; a retired one counts until its last year."""
        return self.filter(
            Q(last_school_year=None) | Q(last_school_year__gte=year),
            status__in=ProgramCertification.LISTED,
            first_school_year__lte=year,
        )

    def due_for_review(self, year: int) -> "ProgramCertificationQuerySet":
        """Approved listings without an end before `year` that are to be reviewed in it or were before."""
        return self.in_force(year).filter(status=ProgramCertification.Status.APPROVED, review_school_year__lte=year)


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
    # Until a retirement is over it can be taken back: what the listing was as an approved one waits here for that.
    retired_at = models.DateTimeField(null=True, blank=True)
    approved_last_school_year = school_year_field("last school year before it was retired", null=True)
    approved_review_school_year = school_year_field("school year of its review before it was retired", null=True)
    approved_reason = models.TextField("reason before it was retired", blank=True)

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
                violation_error_message="This certification is already listed for this program in some of these "
                "school years.",
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
            models.CheckConstraint(
                condition=Q(status="retired", retired_at__isnull=False)
                | ~Q(status="retired")
                & Q(
                    retired_at=None,
                    approved_last_school_year=None,
                    approved_review_school_year=None,
                    approved_reason="",
                ),
                name="listing_retired_keeps_what_it_was",
                violation_error_message="A retired listing keeps what it was as an approved one, and no other does.",
            ),
            school_year_check("first_school_year", "listing_first_year_range"),
            models.CheckConstraint(
                condition=Q(review_school_year=None) | Q(review_school_year__gt=F("first_school_year")),
                name="listing_reviewed_after_first_year",
                violation_error_message="A listing is reviewed in a later school year than its first.",
            ),
        ]
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return f"{self.certification} for {self.program}"

    def covers(self, year: int) -> bool:
        """Whether its period covers a school year; `in_force` asks the database the same of approved ones."""
        return self.first_school_year <= year and (self.last_school_year is None or self.last_school_year >= year)

    @property
    def has_not_ended(self) -> bool:
        """Approved or retired, and its last school year, if any, is not over; it may lie ahead as a whole."""
        last = self.last_school_year
        return self.status in self.LISTED and (last is None or last >= school_year.current())
