"""Written agreements under which an entity shares results (FERPA, 34 CFR 99.31 and 99.35)."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from certifications.models import AwardingEntity


class DataSharingAgreementQuerySet(models.QuerySet["DataSharingAgreement"]):
    """Reads of agreements."""

    def visible_to(self, user: User) -> "DataSharingAgreementQuerySet":
        """The state's only."""
        return self.all() if user.scope.state else self.none()


@pghistory.track()
class DataSharingAgreement(models.Model):
    """An agreement between the state and an awarding entity."""

    entity = models.ForeignKey(AwardingEntity, on_delete=models.PROTECT, related_name="agreements")
    title = models.CharField(max_length=200)
    signed_on = models.DateField("signed on")
    starts_on = models.DateField("in force from")
    ends_on = models.DateField("in force until", null=True, blank=True, help_text="Leave empty if it has no end.")
    note = models.TextField(blank=True)

    objects = DataSharingAgreementQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="agreement_runs_forward",
                violation_error_message="The agreement cannot end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_in_force(self) -> bool:
        """Whether results may be shared under it today (in Michigan)."""
        today = timezone.localdate()
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)
