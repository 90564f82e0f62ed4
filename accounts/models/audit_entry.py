"""One act of one person, in words: the readable half of the audit trail (the row log is the other)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """Who did what to what, when. Written by services through `accounts.services.audit.record`; never changed."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_entries"
    )
    # For people who act through a personal link and have no account, for example "Panelist 14".
    by_label = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    target_model = models.CharField(max_length=100)
    target_id = models.BigIntegerField()
    target_label = models.CharField(max_length=300)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["target_model", "target_id", "-at"], name="audit_by_target"),
            models.Index(fields=["by", "-at"], name="audit_by_person"),
            models.Index(fields=["-at"], name="audit_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(by_label=""),
                name="audit_entry_says_who",
                violation_error_message="An audit entry must say who acted.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="audit_entry_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"

    @property
    def detail_lines(self) -> list[str]:
        """The detail as lines for people."""
        return [
            f"{key.replace('_', ' ').capitalize()}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for key, value in self.detail.items()
        ]
