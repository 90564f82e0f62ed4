"""A district asks for a certification that is not listed."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.certification import Certification
from certifications.models.organization import District
from certifications.models.program import Program


class CertificationRequestQuerySet(models.QuerySet["CertificationRequest"]):
    """Reads of requests."""

    def visible_to(self, user: User) -> "CertificationRequestQuerySet":
        """The requests of districts in reach."""
        if user.scope.state:
            return self.all()
        return self.filter(district__in=District.objects.visible_to(user).values("id"))


@pghistory.track()
class CertificationRequest(models.Model):
    """A district names, in its own words, a certification that is not listed; an OCTE consultant answers."""

    class State(models.TextChoices):
        """Where the request stands."""

        OPEN = "open", "Waiting for OCTE"
        ANSWERED = "answered", "Answered"
        DECLINED = "declined", "Declined"

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="certification_requests")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="certification_requests")
    name = models.CharField("name of the certification", max_length=200)
    entity_name = models.CharField("awarding entity", max_length=200)
    why = models.TextField("why it should be listed", max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(max_length=2000, blank=True)
    # What it turned out to be, once it stands in the catalog.
    certification = models.ForeignKey(
        Certification, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certification_requests"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="requests_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = CertificationRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes: ClassVar = [models.Index(fields=["state", "-asked_at"], name="request_by_state")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="request_answered_at_and_by",
                violation_error_message="An answer needs both who answered and when.",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="request_open_or_answered",
                violation_error_message="An open request has no answer yet; any other has one.",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(answer=""),
                name="request_answer_in_words",
                violation_error_message="Write the answer in a sentence.",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}: {self.name}"
