"""How long each type of record is kept."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q


@pghistory.track()
class RetentionRule(models.Model):
    """A rule of retention (procedure, data collection step 1.5): what, on which basis, from when, for how long."""

    name = models.CharField("type of record", max_length=150, unique=True)
    basis = models.TextField("law or rule")
    start_event = models.CharField("counted from", max_length=200)
    years = models.PositiveSmallIntegerField(
        "years", null=True, blank=True, help_text="Leave empty if records are kept without an end date."
    )
    legal_hold_note = models.TextField("when records may not be destroyed", blank=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(years=None) | Q(years__gt=0),
                name="retention_rule_years_positive",
                violation_error_message="Give at least one year, or leave it empty for no end.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def how_long(self) -> str:
        """In words: so many years, or that there is no end."""
        if self.years is None:
            return "No end date"
        return f"{self.years} year{'' if self.years == 1 else 's'}"
