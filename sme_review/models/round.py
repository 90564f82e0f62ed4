"""A round of rating."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sme_review.models.panel import Panel


@pghistory.track()
class Round(models.Model):
    """One round of a panel. What is recorded as closed is closed: nothing enters afterwards."""

    class State(models.TextChoices):
        """Open takes ratings; closed shows its numbers; frozen is part of a sent recommendation."""

        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        FROZEN = "frozen", "Frozen"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rounds_opened")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="rounds_closed"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("panel", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "number"],
                name="round_number_once",
                violation_error_message="This panel already has a round with this number.",
            ),
            models.UniqueConstraint(
                fields=["panel"],
                condition=Q(state="open"),
                name="round_one_open_per_panel",
                violation_error_message="A round of this panel is already open.",
            ),
            models.CheckConstraint(
                condition=Q(number__range=(1, 2)),
                name="round_number_range",
                violation_error_message="A panel has one or two rounds.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None)
                | Q(state__in=["closed", "frozen"], closed_at__isnull=False, closed_by__isnull=False),
                name="round_closed_at_and_by",
                violation_error_message="A closed round needs both who closed it and when; an open one has neither.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="round_closes_after_opening",
                violation_error_message="A round cannot close before it opens.",
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.panel}"
