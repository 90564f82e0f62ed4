"""OCTE's check of what districts sent: which records are looked at, when, and what each check found."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from certifications.models import StudentCertification
from certifications.models.fields import school_year_check, school_year_field
from core.school_year import label
from data_collection.enums import CheckOutcome, VerificationReach


@pghistory.track()
class VerificationPlan(models.Model):
    """When OCTE verifies a school year's district data, and how much of them (procedure, data collection step 1.4)."""

    school_year = school_year_field()
    starts_on = models.DateField("verification starts")
    ends_on = models.DateField("verification ends")
    reach = models.CharField("which records", max_length=10, choices=VerificationReach)
    sample_percent = models.PositiveSmallIntegerField("share of the records (percent)", null=True, blank=True)
    reason = models.TextField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verification_plans"
    )
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("-school_year", "-starts_on")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_year", "starts_on"],
                name="verification_plan_once_per_start",
                violation_error_message="This school year already has a plan that starts on this day.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="verification_plan_runs_forward",
                violation_error_message="The verification cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=Q(reach=VerificationReach.ALL, sample_percent=None)
                | Q(reach=VerificationReach.SAMPLE, sample_percent__isnull=False, sample_percent__range=(1, 100)),
                name="verification_plan_sample_has_share",
                violation_error_message="A sample needs its share, 1 to 100 percent; a check of all records has none.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="verification_plan_says_why",
                violation_error_message="Say why the records are verified at this time and to this extent.",
            ),
            school_year_check("school_year", "verification_plan_school_year_range"),
        ]

    def __str__(self) -> str:
        return f"Verification of {label(self.school_year)}"


@pghistory.track()
class VerificationCheck(models.Model):
    """One record held against its evidence under a plan, and what was found. It decides nothing by itself."""

    plan = models.ForeignKey(VerificationPlan, on_delete=models.PROTECT, related_name="checks")
    record = models.ForeignKey(StudentCertification, on_delete=models.PROTECT, related_name="verification_checks")
    outcome = models.CharField(max_length=12, choices=CheckOutcome)
    note = models.TextField(blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verification_checks"
    )
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ("plan", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "record"],
                name="verification_check_once_per_record",
                violation_error_message="This record is already checked under this plan.",
            ),
            models.CheckConstraint(
                condition=Q(outcome=CheckOutcome.AGREES) | ~Q(note=""),
                name="verification_check_fault_has_note",
                violation_error_message="Say what differs, or what evidence is missing.",
            ),
        ]

    def __str__(self) -> str:
        return f"Check of record {self.record_id}"
