"""An invitation to join, by personal link."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.membership import _ORGANIZATION_FITS_ROLE, STATE_NAME
from accounts.roles import Role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def pending(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; its link may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)


@pghistory.track(exclude=["secret_hash"])
class Invitation(models.Model):
    """A role offered to an address. The link's secret is stored hashed; accepting it makes the membership."""

    email = models.EmailField("e-mail address")
    name = models.CharField("full name", max_length=150)
    role = models.CharField(max_length=30, choices=Role)
    region = models.ForeignKey("certifications.Region", on_delete=models.PROTECT, null=True, blank=True)
    district = models.ForeignKey("certifications.District", on_delete=models.PROTECT, null=True, blank=True)
    building = models.ForeignKey("certifications.Building", on_delete=models.PROTECT, null=True, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations_sent")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_accepted"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-invited_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_ORGANIZATION_FITS_ROLE,
                name="invitation_organization_fits_role",
                violation_error_message="Choose the organization that this role belongs to, and no other.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by",
                violation_error_message="An accepted invitation needs both who accepted it and when.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("invited_at")),
                name="invitation_expires_after_invited",
                violation_error_message="The invitation must expire after it was sent.",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_not_accepted_and_withdrawn",
                violation_error_message="An accepted invitation cannot be withdrawn.",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="invitation_email_lower_case",
                violation_error_message="The e-mail address must be kept in small letters.",
            ),
            models.UniqueConstraint(
                fields=["email", "role", "region", "district", "building"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                nulls_distinct=False,
                name="invitation_pending_once",
                violation_error_message="This address is already invited to this role there. Send that "
                "invitation again.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} for {self.email}"

    @property
    def organization_name(self) -> str:
        """The organization in words; reads the related row, so select it first in lists."""
        return str(self.region or self.district or self.building or STATE_NAME)

    @property
    def is_pending(self) -> bool:
        """Whether it is neither accepted nor withdrawn; when its link has run out, it can be sent again."""
        return self.accepted_at is None and self.withdrawn_at is None

    @property
    def is_open(self) -> bool:
        """Whether the link still works."""
        return self.is_pending and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """Accepted, withdrawn, expired or waiting, in one word."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "waiting" if self.is_open else "expired"
