"""A subject-matter expert on a panel, and the conflicts of interest they declare."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from sme_review.enums import StakeholderGroup
from sme_review.models.panel import Panel
from sme_review.models.panel_certification import PanelCertification


class PanelistQuerySet(models.QuerySet["Panelist"]):
    """Reads of panelists."""

    def visible_to(self, user: User) -> "PanelistQuerySet":
        """State roles see who sits on a panel; a link holder is found by the secret and nothing else."""
        return self.all() if user.scope.state else self.none()


@pghistory.track(exclude=["secret_hash"])
class Panelist(models.Model):
    """A person who rates, reached by a personal link whose secret is stored hashed."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="panelists")
    name = models.CharField("full name", max_length=150)
    email = models.EmailField("e-mail address")
    group = models.CharField("stakeholder group", max_length=14, choices=StakeholderGroup)
    title = models.CharField("job title", max_length=150, blank=True)
    organisation = models.CharField("organization", max_length=150, blank=True)
    # None until the first mail: a secret that nobody was sent opens nothing.
    secret_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    # The first time the person pressed a button. Reading does not count: mail scanners read too.
    first_opened_at = models.DateTimeField(null=True, blank=True)

    objects = PanelistQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "panel",
                Lower("email"),
                name="panelist_address_once_per_panel",
                violation_error_message="Somebody with this e-mail address is already on this panel.",
            ),
            models.CheckConstraint(
                condition=Q(invited_at=None, secret_hash=None) | Q(invited_at__isnull=False, secret_hash__isnull=False),
                name="panelist_invited_with_link",
                violation_error_message="An invited panelist has a personal link, and nobody else has one.",
            ),
            models.CheckConstraint(
                condition=Q(first_opened_at=None) | Q(invited_at__isnull=False),
                name="panelist_opened_after_invited",
                violation_error_message="A panelist can only start after being invited.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_group_display()})"


@pghistory.track()
class ConflictDeclaration(models.Model):
    """A panelist steps back from one certification: neither a rating, nor "cannot judge", nor missing."""

    panelist = models.ForeignKey(Panelist, on_delete=models.PROTECT, related_name="conflicts")
    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.PROTECT, related_name="conflicts")
    reason = models.CharField(max_length=300)
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("panel_certification", "panelist")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panelist", "panel_certification"],
                name="conflict_once",
                violation_error_message="A conflict with this certification is already declared.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="conflict_has_reason",
                violation_error_message="Say what the conflict of interest is.",
            ),
        ]

    def __str__(self) -> str:
        return f"Conflict of {self.panelist_id} with {self.panel_certification_id}"
