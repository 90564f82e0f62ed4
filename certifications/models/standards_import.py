"""A table of technical standards that somebody sent: kept as sent, looked at, then brought in or set aside."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.program import Program


class StandardsImportQuerySet(models.QuerySet["StandardsImport"]):
    """Reads of imports."""

    def visible_to(self, user: User) -> "StandardsImportQuerySet":
        """State roles see them all, nobody else any."""
        return self.all() if user.scope.state else self.none()


class StandardsImport(models.Model):
    """One table of standards for one version of a program's standards, on its way into the catalog."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="standards_imports")
    version = models.CharField("version of the standards", max_length=40)
    # Empty for rows that were pasted.
    source_name = models.CharField(max_length=255, blank=True)
    source = models.BinaryField("the file or the text as it was sent")
    sha256 = models.CharField(max_length=64)
    # [[row number, [cell, ...]], ...], the row of headings and those above it included.
    rows = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standards_imports")
    created_at = models.DateTimeField(auto_now_add=True)
    # Set once: a second press on the button finds it and changes nothing.
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="standards_applied"
    )
    # How many rows were read, added, changed, same, refused, and how many standards were removed.
    counts = models.JSONField(default=dict, blank=True)
    # [[row number, "reason"], ...]: what stayed behind, told as it was told then.
    refused = models.JSONField(default=list, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = StandardsImportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None) | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="standards_import_applied_at_and_by",
                violation_error_message="An import that was carried out needs both who did it and when.",
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(discarded_at=None),
                name="standards_import_applied_or_discarded",
                violation_error_message="An import that was carried out cannot be discarded.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_name or 'Pasted rows'} for {self.program}, version {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody to bring it in."""
        return self.applied_at is None and self.discarded_at is None
