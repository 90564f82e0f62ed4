"""What a district is entering right now: kept on the server as typed, until it is submitted."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.certification import Certification
from certifications.models.evidence import EvidenceDocument
from certifications.models.fields import school_year_check, school_year_field
from certifications.models.organization import District
from certifications.models.program import Program
from certifications.models.record import Submission
from certifications.permissions import EntryPlace


class EntryDraftQuerySet(models.QuerySet["EntryDraft"]):
    """Reads of drafts."""

    def visible_to(self, user: User) -> "EntryDraftQuerySet":
        """A person's own drafts: what is half typed is nobody else's business."""
        return self.filter(created_by=user)

    def open(self) -> "EntryDraftQuerySet":
        """Those that can still be changed: neither submitted nor discarded."""
        return self.filter(submission=None, discarded_at=None)


class EntryDraft(models.Model):
    """A sheet of results for one program and certification, on its way to a submission."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="entry_drafts")
    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT)
    school_year = school_year_field()
    # {"<enrollment id>": {"score": "85", "date_earned": "5/32/2027", ...}}: text exactly as typed, right or wrong.
    rows = models.JSONField(default=dict, blank=True)
    document = models.ForeignKey(EvidenceDocument, on_delete=models.PROTECT, null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="entry_drafts")
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    # Set once: a second press on Submit finds it and shows the same receipt.
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = EntryDraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(submission=None) | Q(discarded_at=None),
                name="entry_draft_submitted_or_discarded",
                violation_error_message="A submitted entry cannot be discarded.",
            ),
            school_year_check("school_year", "entry_draft_school_year_range"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.pk}"

    @property
    def entry_place(self) -> EntryPlace:
        """The district; what is half typed is nobody's but the author's."""
        return EntryPlace(self.district_id, owner_id=self.created_by_id)
