"""Reading awarding entities: how far each one's questionnaire is, and which method is in force for it."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from certifications.models import AwardingEntity
from core.school_year import last_day
from data_collection.enums import Method
from data_collection.models import Answer, CollectionDecision, Question, QuestionnaireRequest

# An emptied answer stays on file and does not count as one.
_EMPTY_VALUES = ["", [], {}]


def entities_visible_to(user: User) -> QuerySet[AwardingEntity]:
    """The awarding entities, for the pages on collection: the state's only."""
    return AwardingEntity.objects.all() if user.scope.state else AwardingEntity.objects.none()


def entities_with_status(user: User, school_year: int) -> Any:
    """The entities with how far their questionnaire is and which method is in force for them in `school_year`.

    Returns:
        Rows with questionnaire_request_id, sent_at, due_on, opened_at, submitted_at and answered (how many answers) of
        the latest questionnaire that was sent by the end of the school year and not withdrawn; question_count, how many
        questions it has; method and decision_id of the decision for the whole entity; own_decisions, the number of
        decisions for single certifications.
    """
    latest = QuestionnaireRequest.objects.filter(
        entity=OuterRef("pk"), withdrawn_at=None, sent_at__date__lte=last_day(school_year)
    ).order_by("-sent_at", "-id")
    answered = (
        Answer.objects.filter(questionnaire_request_id=OuterRef("questionnaire_request_id"))
        .exclude(value__in=_EMPTY_VALUES)
        .order_by()
        .values("questionnaire_request_id")
        .annotate(many=Count("pk"))
        .values("many")
    )
    questions = (
        Question.objects.filter(questionnaire__questionnaire_requests=OuterRef("questionnaire_request_id"))
        .order_by()
        .values("questionnaire")
        .annotate(many=Count("pk"))
        .values("many")
    )
    decisions = CollectionDecision.objects.in_force(school_year).filter(entity=OuterRef("pk"))
    wide = decisions.filter(certification=None)
    own = (
        decisions.filter(certification__isnull=False)
        .order_by()
        .values("entity")
        .annotate(many=Count("pk"))
        .values("many")
    )
    return (
        entities_visible_to(user)
        .annotate(questionnaire_request_id=Subquery(latest.values("pk")[:1]))
        .annotate(
            sent_at=Subquery(latest.values("sent_at")[:1]),
            due_on=Subquery(latest.values("due_on")[:1]),
            opened_at=Subquery(latest.values("first_opened_at")[:1]),
            submitted_at=Subquery(latest.values("submitted_at")[:1]),
            answered=Coalesce(Subquery(answered), 0),
            question_count=Coalesce(Subquery(questions), 0),
            method=Coalesce(Subquery(wide.values("method")[:1]), Value(str(Method.UNDECIDED))),
            decision_id=Subquery(wide.values("pk")[:1]),
            own_decisions=Coalesce(Subquery(own), 0),
        )
        .order_by("name")
    )


# How far a questionnaire is, as a filter over `entities_with_status`.
STATUS_FILTERS: dict[str, Q] = {
    "not_sent": Q(questionnaire_request_id=None),
    "sent": Q(questionnaire_request_id__isnull=False, opened_at=None),
    "opened": Q(opened_at__isnull=False, submitted_at=None, answered=0),
    "partly": Q(submitted_at=None, answered__gt=0),
    "submitted": Q(submitted_at__isnull=False),
    "decided": ~Q(method="undecided"),
}


def awaiting_decision(user: User, school_year: int) -> Any:
    """The entities whose answers are in and whose method for `school_year` (the ending year) is not decided."""
    return entities_with_status(user, school_year).filter(submitted_at__isnull=False, method=Method.UNDECIDED)
