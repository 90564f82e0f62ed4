"""A questionnaire sent to an awarding entity's contact."""

from datetime import date, datetime
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from certifications.models import AwardingEntity
from data_collection.models.questionnaire import Questionnaire


class QuestionnaireRequestQuerySet(models.QuerySet["QuestionnaireRequest"]):
    """Reads of questionnaires that were sent."""

    def visible_to(self, user: User) -> "QuestionnaireRequestQuerySet":
        """All for the state; what an entity answers is for the state alone."""
        return self.all() if user.scope.state else self.none()

    def locked(self, questionnaire_request: "QuestionnaireRequest") -> "QuestionnaireRequest":
        """Its row, read anew and locked until the transaction ends, with what services need of its surroundings."""
        related = self.select_for_update(of=("self",)).select_related("entity", "questionnaire", "sent_by")
        return related.get(pk=questionnaire_request.pk)

    def waiting(self) -> "QuestionnaireRequestQuerySet":
        """Those that still take answers: neither submitted nor withdrawn. The same rule as `is_open`."""
        return self.filter(submitted_at=None, withdrawn_at=None)


def overdue() -> Q:
    """The rows whose answers are late: questionnaires, or entities with the dates of theirs. As `is_overdue`."""
    return Q(due_on__lt=timezone.localdate(), submitted_at=None)


def is_overdue(due_on: date | None, submitted_at: datetime | None) -> bool:
    """Whether answers are late: the due date (in Michigan) is over and they are not submitted. As `overdue`."""
    return due_on is not None and submitted_at is None and due_on < timezone.localdate()


@pghistory.track(exclude=["secret_hash"])
class QuestionnaireRequest(models.Model):
    """One sending to one contact. The link's secret is kept as a hash; sending it again makes a new one."""

    entity = models.ForeignKey(AwardingEntity, on_delete=models.PROTECT, related_name="questionnaire_requests")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="questionnaire_requests")
    reference = models.CharField(max_length=20, unique=True)
    contact_name = models.CharField("contact's name", max_length=150)
    contact_email = models.EmailField("contact's e-mail address")
    secret_hash = models.CharField(max_length=64, unique=True)
    due_on = models.DateField("due date")
    # The link opens until the end of this day (Michigan); sending again moves it.
    link_ends_on = models.DateField("link works until")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questionnaire_requests_sent"
    )
    first_opened_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    visits = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField("name of the person who submitted", max_length=150, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questionnaire_requests_reopened",
    )
    reopen_reason = models.TextField("what to change", blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questionnaire_requests_withdrawn",
    )

    objects = QuestionnaireRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity", "questionnaire"],
                condition=Q(submitted_at=None, withdrawn_at=None),
                name="questionnaire_request_one_open",
                violation_error_message="This awarding entity already has this questionnaire open.",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, signed_by="") | (Q(submitted_at__isnull=False) & ~Q(signed_by="")),
                name="questionnaire_request_submitted_and_signed",
                violation_error_message="Submitted answers need the name of the person who submitted them.",
            ),
            models.CheckConstraint(
                condition=(Q(reopened_at=None, reopened_by=None, reopen_reason=""))
                | (Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason="")),
                name="questionnaire_request_reopened_by_and_why",
                violation_error_message="Reopening needs who did it, when and why.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="questionnaire_request_withdrawn_at_and_by",
                violation_error_message="A withdrawn questionnaire needs both who withdrew it and when.",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(withdrawn_at=None),
                name="questionnaire_request_submitted_or_withdrawn",
                violation_error_message="A submitted questionnaire cannot be withdrawn.",
            ),
            models.CheckConstraint(
                condition=Q(first_opened_at=None, visits=0) | Q(first_opened_at__isnull=False, visits__gt=0),
                name="questionnaire_request_opened_has_visit",
                violation_error_message="An opened questionnaire has at least one visit.",
            ),
            models.CheckConstraint(
                condition=Q(link_ends_on__gte=F("due_on")),
                name="questionnaire_request_link_outlives_due_date",
                violation_error_message="The link must work at least until the due date.",
            ),
        ]

    def __str__(self) -> str:
        return f"Questionnaire {self.reference}"

    @property
    def is_open(self) -> bool:
        """Whether it still takes answers: neither submitted nor withdrawn. The same rule as `waiting`."""
        return self.submitted_at is None and self.withdrawn_at is None

    @property
    def link_has_expired(self) -> bool:
        """Whether the link no longer opens, because its last day (in Michigan) is over."""
        return self.link_ends_on < timezone.localdate()
