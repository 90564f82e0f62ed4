"""The PDFs that prove a record: an official certificate, or an awarding entity's roster."""

from typing import ClassVar
from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.organization import District


def internal_name(_document: "EvidenceDocument", _original_name: str) -> str:
    """A storage name that tells nothing: the original name may hold a student's name."""
    token = uuid4().hex
    return f"evidence/{token[:2]}/{token}.pdf"


def internal_preview_name(_document: "EvidenceDocument", _original_name: str) -> str:
    """The storage name of the picture of the first page."""
    token = uuid4().hex
    return f"evidence-previews/{token[:2]}/{token}.png"


class EvidenceDocumentQuerySet(models.QuerySet["EvidenceDocument"]):
    """Reads of evidence."""

    def visible_to(self, user: User) -> "EvidenceDocumentQuerySet":
        """State, region and district see a district's documents; a building reporter those they uploaded or that prove
        a record of their building.
        """
        scope = user.scope
        if scope.state:
            return self.all()
        whole_districts = Q(district__region_id__in=scope.region_ids) | Q(district_id__in=scope.district_ids)
        if not scope.building_ids:
            return self.filter(whole_districts)
        own = Q(uploaded_by=user) | Q(
            pk__in=EvidenceLink.objects.filter(record__enrollment__offering__building_id__in=scope.building_ids).values(
                "document_id"
            )
        )
        return self.filter(whole_districts | own)


@pghistory.track()
class EvidenceDocument(models.Model):
    """A PDF as it was sent, under an internal name."""

    class Kind(models.TextChoices):
        """What the PDF is (procedure, data collection step 1.3.1)."""

        CERTIFICATE = "certificate", "Official certificate"
        ROSTER = "roster", "Awarding entity's roster"

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=12, choices=Kind)
    file = models.FileField(upload_to=internal_name, max_length=200)
    preview = models.FileField(upload_to=internal_preview_name, max_length=200, blank=True)
    original_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField("SHA-256", max_length=64)
    pages = models.PositiveIntegerField()
    check_result = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence_uploaded"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = EvidenceDocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-uploaded_at", "-id")
        indexes: ClassVar = [models.Index(fields=["district", "sha256"], name="evidence_by_district_hash")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="evidence_sha256_form",
                violation_error_message="The SHA-256 must be 64 hexadecimal digits.",
            ),
            models.CheckConstraint(
                condition=Q(pages__gte=1),
                name="evidence_has_pages",
                violation_error_message="A PDF must have at least one page.",
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.pk}"


@pghistory.track()
class EvidenceLink(models.Model):
    """One document proves one record, perhaps on one page."""

    record = models.ForeignKey(
        "certifications.StudentCertification", on_delete=models.PROTECT, related_name="evidence_links"
    )
    document = models.ForeignKey(EvidenceDocument, on_delete=models.PROTECT, related_name="links")
    page = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("document", "page", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "document"],
                name="evidence_link_once",
                violation_error_message="This document is already linked to this record.",
            ),
            models.CheckConstraint(
                condition=Q(page=None) | Q(page__gte=1),
                name="evidence_link_page_positive",
                violation_error_message="The page number starts at 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.document_id} for record {self.record_id}"
