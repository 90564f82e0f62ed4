"""What a person is in an organization."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.roles import LEVEL_OF, Level, Role

STATE_NAME = "State of Michigan, OCTE"


def _roles_at(level: Level) -> list[str]:
    return sorted(str(role) for role, at in LEVEL_OF.items() if at == level)


# Which of the three organization columns must be filled for a role; state roles fill none.
_ORGANIZATION_FITS_ROLE = (
    Q(role__in=_roles_at(Level.STATE), region=None, district=None, building=None)
    | Q(role__in=_roles_at(Level.REGION), region__isnull=False, district=None, building=None)
    | Q(role__in=_roles_at(Level.DISTRICT), region=None, district__isnull=False, building=None)
    | Q(role__in=_roles_at(Level.BUILDING), region=None, district=None, building__isnull=False)
)


@pghistory.track()
class Membership(models.Model):
    """User x role x organization. Ended, never deleted, so that old acts keep their actor's standing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    # The organizations live one layer up (certifications); named as text so that no code here imports them.
    region = models.ForeignKey("certifications.Region", on_delete=models.PROTECT, null=True, blank=True)
    district = models.ForeignKey("certifications.District", on_delete=models.PROTECT, null=True, blank=True)
    building = models.ForeignKey("certifications.Building", on_delete=models.PROTECT, null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("role", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_ORGANIZATION_FITS_ROLE,
                name="membership_organization_fits_role",
                violation_error_message="Choose the organization that this role belongs to, and no other.",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region", "district", "building"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="membership_once",
                violation_error_message="This person already has this role there.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()

    @property
    def organization_name(self) -> str:
        """The organization in words; reads the related row, so select it first in lists."""
        return str(self.region or self.district or self.building or STATE_NAME)
