"""A student's certification, its life and the submissions it came in."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from certifications.models.certification import Certification
from certifications.models.evidence import EvidenceDocument, EvidenceLink
from certifications.models.fields import school_year_check, school_year_field
from certifications.models.organization import District
from certifications.models.student import Enrollment, Student
from certifications.permissions import EntryPlace


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Reads of submissions."""

    def visible_to(self, user: User) -> "SubmissionQuerySet":
        """A district's submissions for those who see the whole district; their own for a building reporter."""
        scope = user.scope
        if scope.state:
            return self.all()
        return self.filter(
            Q(district__region_id__in=scope.region_ids) | Q(district_id__in=scope.district_ids) | Q(submitted_by=user)
        )


class Submission(models.Model):
    """One act of submitting: what the receipt stands for."""

    reference = models.CharField(max_length=20, unique=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="submissions")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions")
    submitted_at = models.DateTimeField(auto_now_add=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("-submitted_at", "-id")

    def __str__(self) -> str:
        return self.reference


class StudentCertificationQuerySet(models.QuerySet["StudentCertification"]):
    """Reads of records; `visible_to` is the only way in."""

    def visible_to(self, user: User) -> "StudentCertificationQuerySet":
        """The records of enrollments at buildings in reach."""
        return self.filter(user.scope.buildings("enrollment__offering__building"))


@pghistory.track()
class StudentCertification(models.Model):
    """A student earned (or attempted) a certification. A pass counts; a failed attempt may be kept and never counts."""

    class State(models.TextChoices):
        """Where the record stands; the allowed moves are in `certifications.moves`."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Source(models.TextChoices):
        """Who told of it."""

        DISTRICT_ENTRY = "district_entry", "District entry"
        DISTRICT_FILE = "district_file", "District file"
        ENTITY_FILE = "entity_file", "Awarding entity's file"
        ENTITY_API = "entity_api", "Awarding entity's system"
        INTERIM_SURVEY = "interim_survey", "Interim survey"

    class Result(models.TextChoices):
        """The outcome of the attempt."""

        PASSED = "passed", "Passed"
        FAILED = "failed", "Did not pass"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="records")
    # Kept in step with the enrollment by a composite foreign key (the first migration), so that one award is held once
    # per student whichever enrollment it was entered under.
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="records")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="records")
    school_year = school_year_field("school year reported")
    date_tested = models.DateField(null=True, blank=True)
    date_earned = models.DateField(null=True, blank=True)
    score = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    result = models.CharField(max_length=6, choices=Result, default=Result.PASSED)
    certificate_number = models.CharField(max_length=60, blank=True)
    award_identifier = models.CharField(max_length=30, unique=True)
    source = models.CharField(max_length=14, choices=Source, default=Source.DISTRICT_ENTRY)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    state_reason = models.TextField(
        "reason", blank=True, help_text="Why it was returned, in words a coordinator can act on."
    )
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="records")
    evidence = models.ManyToManyField(EvidenceDocument, through=EvidenceLink, related_name="records")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="records_created"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="records_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # Grows with every save, so that of two people saving the same record the second is told.
    version = models.PositiveIntegerField(default=1)

    objects = StudentCertificationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["state", "-id"], name="record_by_state"),
            models.Index(fields=["enrollment", "state"], name="record_by_enrollment"),
            models.Index(fields=["school_year", "certification"], name="record_by_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["student", "certification", "date_earned"],
                condition=Q(result="passed") & ~Q(state="withdrawn"),
                name="record_one_award_once",
                violation_error_message="This student already has this certification with this date.",
            ),
            models.CheckConstraint(
                condition=~Q(result="passed") | Q(state="draft") | Q(date_earned__isnull=False),
                name="record_pass_has_date",
                violation_error_message="A certification that was passed needs the date it was earned.",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0),
                name="record_score_not_negative",
                violation_error_message="A score cannot be below zero.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="record_decided_at_and_by",
                violation_error_message="A decision needs both who decided and when.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "returned"]) | Q(decided_at__isnull=False),
                name="record_decided_state_has_decider",
                violation_error_message="An approved or returned record must say who decided and when.",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(state_reason=""),
                name="record_returned_has_reason",
                violation_error_message="A returned record needs the reason.",
            ),
            models.CheckConstraint(
                condition=Q(date_tested=None) | Q(date_earned=None) | Q(date_earned__gte=F("date_tested")),
                name="record_earned_not_before_tested",
                violation_error_message="The date earned cannot come before the date tested.",
            ),
            school_year_check("school_year", "record_school_year_range"),
        ]

    def __str__(self) -> str:
        return self.award_identifier

    @property
    def entry_place(self) -> EntryPlace:
        """The building where the program is taught."""
        building = self.enrollment.offering.building
        return EntryPlace(building.district_id, building.pk)


class StateChange(models.Model):
    """One step in a record's life; immutable."""

    record = models.ForeignKey(StudentCertification, on_delete=models.PROTECT, related_name="changes")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10, choices=StudentCertification.State)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="record_changes")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("record", "at", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")),
                name="state_change_moves",
                violation_error_message="A state change must change the state.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="state_change_immutable", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.from_state} -> {self.to_state}"
