"""A certification under consideration by a panel, with the text that panelists were shown."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from certifications.models import Certification
from sme_review.models.panel import Panel


@pghistory.track()
class PanelCertification(models.Model):
    """Panel x certification. The information sheet is kept as shown, whatever the catalogue says later."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="certifications")
    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="panel_entries")
    position = models.PositiveSmallIntegerField("order", default=1)
    information_sheet = models.TextField(
        "information sheet",
        blank=True,
        help_text="What panelists read: what the certification covers, how it is earned, who recognizes it, what it costs.",
    )

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
