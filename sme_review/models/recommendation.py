"""What the consultant recommends for one certification of a panel."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from sme_review.enums import Reading, Suggestion
from sme_review.models.panel import Panel
from sme_review.models.panel_certification import PanelCertification


@pghistory.track()
class Recommendation(models.Model):
    """The suggested reading of the numbers with the rule that fired, and beside it what a person chose."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="recommendations")
    panel_certification = models.OneToOneField(
        PanelCertification, on_delete=models.PROTECT, related_name="recommendation"
    )
    position = models.PositiveSmallIntegerField("order", default=1)
    reading = models.CharField("suggested reading", max_length=16, choices=Reading)
    rule = models.CharField("the rule that fired", max_length=500)
    choice = models.CharField("recommendation", max_length=16, choices=Suggestion, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="recommendation_position_positive",
                violation_error_message="The order starts at 1.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.panel_certification)
