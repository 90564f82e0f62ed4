"""The standard set of questions, in versions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Questionnaire(models.Model):
    """One version of the set. A version that was sent is never changed; the next one replaces it as current."""

    version = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    is_current = models.BooleanField("sent from now on", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="questionnaire_one_current",
                violation_error_message="Another version is the current one; only one can be.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"
