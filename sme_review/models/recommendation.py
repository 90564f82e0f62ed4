"""What the consultant recommends for each certification of a panel, and the packet that carries it."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
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


class PacketQuerySet(models.QuerySet["Packet"]):
    """Reads of packets."""

    def visible_to(self, user: User) -> "PacketQuerySet":
        """State roles see what was handed to the approvers; nobody else does."""
        return self.all() if user.scope.state else self.none()


class Packet(models.Model):
    """What was handed to the approvers, frozen when it was sent; page, PDF and XLSX are drawn from it alone.

    The SHA-256 is of `content` in its canonical form: keys sorted, no spaces, UTF-8.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="packets")
    number = models.PositiveSmallIntegerField(default=1)
    content = models.JSONField()
    sha256 = models.CharField("SHA-256", max_length=64)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="packets_frozen")
    frozen_at = models.DateTimeField()

    objects = PacketQuerySet.as_manager()

    class Meta:
        ordering = ("panel", "-number")
        triggers: ClassVar = [
            pgtrigger.Protect(name="packet_frozen", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panel", "number"],
                name="packet_number_once",
                violation_error_message="This panel already has a packet with this number.",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="packet_hash_form",
                violation_error_message="The hash has 64 hexadecimal digits.",
            ),
        ]

    def __str__(self) -> str:
        return f"packet {self.number} of {self.panel}"
