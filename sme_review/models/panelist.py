"""A subject-matter expert on a panel, and the conflicts of interest they declare."""

from typing import ClassVar

import pghistory
from django.conf import settings
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


@pghistory.track()
class Panelist(models.Model):
    """A person who rates, reached by personal links.

    Somebody who is taken off after they began to rate is withdrawn: their ratings are kept and no longer count.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="panelists")
    name = models.CharField("full name", max_length=150)
    email = models.EmailField("e-mail address")
    group = models.CharField("stakeholder group", max_length=14, choices=StakeholderGroup)
    title = models.CharField("job title", max_length=150, blank=True)
    organization = models.CharField("organization", max_length=150, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    # The first time the person pressed a button. Reading does not count: mail scanners read too.
    first_opened_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField("last reminded", null=True, blank=True)
    # The due date that their last mail gave, so that the next one can say that it has changed.
    due_date_mailed = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="panelists_withdrawn"
    )
    withdrawal_reason = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

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
                condition=Q(first_opened_at=None) | Q(invited_at__isnull=False),
                name="panelist_opened_after_invited",
                violation_error_message="A panelist can only start after being invited.",
            ),
            models.CheckConstraint(
                condition=Q(due_date_mailed=None) | Q(invited_at__isnull=False),
                name="panelist_due_date_mailed_after_invited",
                violation_error_message="Only somebody who was invited has been mailed a due date.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="panelist_withdrawn_at_by_reason",
                violation_error_message="Somebody taken off the panel needs who did it, when and why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_group_display()})"


class PanelistLink(models.Model):
    """One personal link that was mailed. Each reminder brings its own, and earlier ones keep working.

    Only the hash of the secret is kept (ADR 3).
    """

    panelist = models.ForeignKey(Panelist, on_delete=models.CASCADE, related_name="links")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField()
    # A link that was replaced by hand, or whose panelist was taken off, opens nothing any more.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("panelist", "sent_at")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("sent_at")),
                name="panelist_link_ends_after_sent",
                violation_error_message="A link cannot end before it was sent.",
            ),
        ]

    def __str__(self) -> str:
        return f"link of panelist {self.panelist_id}"


@pghistory.track()
class Assignment(models.Model):
    """A panelist is asked to rate a certification; used where a panel does not ask everyone for everything."""

    class Source(models.TextChoices):
        """How the pair came about."""

        BALANCED = "balanced", "Shared out"
        BY_HAND = "by_hand", "By hand"

    panelist = models.ForeignKey(Panelist, on_delete=models.CASCADE, related_name="assignments")
    panel_certification = models.ForeignKey(PanelCertification, on_delete=models.CASCADE, related_name="assignments")
    source = models.CharField(max_length=8, choices=Source, default=Source.BALANCED)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("panelist", "panel_certification")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["panelist", "panel_certification"],
                name="assignment_once",
                violation_error_message="This panelist is already asked to rate this certification.",
            ),
        ]

    def __str__(self) -> str:
        return f"certification {self.panel_certification_id} for panelist {self.panelist_id}"


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
