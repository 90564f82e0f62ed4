"""A certification under consideration by a panel, and what panelists were given to read about it."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from certifications.models import Certification
from sme_review.models.panel import Panel


@pghistory.track()
class PanelCertification(models.Model):
    """Panel x certification."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="certifications")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="panel_entries")
    position = models.PositiveSmallIntegerField("order", default=1)

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "certification"],
                name="panel_certification_once",
                violation_error_message="This certification is already on this panel.",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="panel_certification_position_positive",
                violation_error_message="The order starts at 1.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.certification)

    @property
    def material(self) -> "Material | None":
        """The version that holds now; read from a prefetch where there is one."""
        versions = list(self.materials.all())
        return versions[-1] if versions else None


@pghistory.track()
class Material(models.Model):
    """One version of what panelists read about a certification (procedure, identification step 1.2).

    The versions are kept as shown, whatever the catalog says later, and a rating names the one it was made by.
    """

    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.PROTECT, related_name="materials")
    number = models.PositiveSmallIntegerField("version", default=1)
    information_sheet = models.TextField(
        "information sheet",
        blank=True,
        help_text="What panelists read: what the certification covers, how it is earned, who recognizes it, "
        "what it costs.",
    )
    blueprint = models.TextField(
        "blueprint",
        blank=True,
        help_text="What the test is made of: its parts or topics, with their share of the test.",
    )
    link = models.URLField("web page of the certification", blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="materials_made"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("panel_certification", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel_certification", "number"],
                name="material_version_once",
                violation_error_message="This version of the material exists already.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="material_version_positive",
                violation_error_message="Versions start at 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
