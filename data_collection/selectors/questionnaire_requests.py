"""Reading the questionnaires that were sent, and what was done with them."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.models import AuditEntry, User
from core.personal_links import hash_secret
from data_collection.models import CollectionDecision, QuestionnaireRequest
from data_collection.models.questionnaire_request import QuestionnaireRequestQuerySet


def questionnaire_requests_visible_to(user: User) -> QuestionnaireRequestQuerySet:
    """The questionnaires sent, with what lists show: the state's only."""
    return QuestionnaireRequest.objects.visible_to(user).select_related(
        "entity", "questionnaire", "sent_by", "reopened_by", "withdrawn_by"
    )


def questionnaire_request_by_secret(secret: str) -> QuestionnaireRequest | None:
    """The questionnaire that a personal link opens, whatever its state; None for an unknown secret."""
    return (
        QuestionnaireRequest.objects.select_related("entity", "questionnaire", "sent_by")
        .filter(secret_hash=hash_secret(secret))
        .first()
    )


def newly_submitted(user: User, school_year: int) -> QuerySet[QuestionnaireRequest]:
    """The questionnaires sent by `user` whose answers came after any decision on their entity for `school_year`."""
    decided = CollectionDecision.objects.in_force(school_year).filter(
        entity=OuterRef("entity"), certification=None, decided_at__isnull=False
    )
    return (
        questionnaire_requests_visible_to(user)
        .filter(sent_by=user, submitted_at__isnull=False)
        .annotate(decided_at=Subquery(decided.values("decided_at")[:1]))
        .filter(Q(decided_at=None) | Q(decided_at__lt=F("submitted_at")))
    )


def history_of(user: User, targets: list[Any]) -> QuerySet[AuditEntry]:
    """Who did what to these questionnaires and decisions, newest first; the state's only."""
    if not user.scope.state:
        return AuditEntry.objects.none()
    about_targets = Q(pk=None)
    for target in targets:
        about_targets |= Q(target_model=target._meta.label_lower, target_id=target.pk)
    return AuditEntry.objects.filter(about_targets).select_related("by")
