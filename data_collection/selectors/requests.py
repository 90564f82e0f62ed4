"""Reading questionnaires that were sent, their answers and what the gates make of them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AuditEntry, User
from certifications.models import AwardingEntity
from core.personal_links import hash_secret
from core.school_year import last_day
from data_collection.enums import Method
from data_collection.models import (
    Answer,
    CollectionDecision,
    DataSharingAgreement,
    Question,
    QuestionnaireRequest,
)
from data_collection.validators.answers import chosen_values, is_answered, missing_or_wrong
from data_collection.validators.gates import Assessment, Row, assess

NOTHING_ANSWERED = ["", [], {}]


@dataclass(frozen=True)
class Answered:
    """A question with its answer, as asked and as typed; `value` is "" and `note` empty where nothing was typed."""

    question: Question
    value: Any = ""
    note: str = ""

    @property
    def stands(self) -> bool:
        """Whether there is an answer, and nothing is wrong with it."""
        return is_answered(self.question, self.value)

    @property
    def problem(self) -> str:
        """What keeps the answers from being submitted because of this question; empty when nothing does."""
        return missing_or_wrong(self.question, self.value)


@dataclass(frozen=True)
class Section:
    """A section of the questionnaire with its answers."""

    code: str
    title: str
    answers: list[Answered]

    @property
    def answered(self) -> int:
        """How many of its questions have an answer that stands."""
        return sum(one.stands for one in self.answers)

    @property
    def problems(self) -> list[Answered]:
        """The questions that keep it from being complete."""
        return [one for one in self.answers if one.problem]


def requests_visible_to(user: User) -> QuerySet[QuestionnaireRequest]:
    """The questionnaires sent, with what lists show."""
    return QuestionnaireRequest.objects.visible_to(user).select_related(
        "entity", "questionnaire", "sent_by", "reopened_by", "withdrawn_by"
    )


def request_by_secret(secret: str) -> QuestionnaireRequest | None:
    """The request that a personal link names, whatever its state; None for an unknown secret."""
    return (
        QuestionnaireRequest.objects.select_related("entity", "questionnaire", "sent_by")
        .filter(secret_hash=hash_secret(secret))
        .first()
    )


def sections_of(request: QuestionnaireRequest) -> list[Section]:
    """All questions by section, with the answers, in two queries."""
    held = {answer.question_id: answer for answer in request.answers.all()}
    sections: dict[str, Section] = {}
    for question in request.questionnaire.questions.all():
        section = sections.setdefault(question.section_code, Section(question.section_code, question.section_title, []))
        answer = held.get(question.pk)
        section.answers.append(Answered(question, answer.value, answer.comment) if answer else Answered(question))
    return list(sections.values())


def assessment_of(request: QuestionnaireRequest) -> Assessment:
    """The gates, as the answers stand now."""
    rules = request.questionnaire.gate_rules.select_related("question")
    rows = [Row(rule.gate, rule.question.code, tuple(rule.passes_when), rule.explanation) for rule in rules]
    answers = request.answers.filter(question__gate_rules__isnull=False).select_related("question")
    return assess(rows, {answer.question.code: chosen_values(answer.value) for answer in answers})


def history_of(user: User, targets: list[Any]) -> QuerySet[AuditEntry]:
    """Who did what to these requests and decisions, newest first; state staff only."""
    if not user.scope.state:
        return AuditEntry.objects.none()
    found = Q(pk=None)
    for target in targets:
        found |= Q(target_model=target._meta.label_lower, target_id=target.pk)
    return AuditEntry.objects.filter(found).select_related("by")


def agreements_visible_to(user: User) -> QuerySet[DataSharingAgreement]:
    """Data sharing agreements: the state's only."""
    return DataSharingAgreement.objects.all() if user.scope.state else DataSharingAgreement.objects.none()


def decisions_visible_to(user: User) -> QuerySet[CollectionDecision]:
    """Decisions, current and earlier, with what lists show."""
    return CollectionDecision.objects.visible_to(user).select_related(
        "entity", "certification", "agreement", "decided_by"
    )


def entities_visible_to(user: User) -> QuerySet[AwardingEntity]:
    """The awarding entities, for the pages on collection: the state's only."""
    return AwardingEntity.objects.all() if user.scope.state else AwardingEntity.objects.none()


def entities_with_status(user: User, school_year: int) -> Any:
    """The entities with how far their questionnaire is and which method holds for them in `school_year`.

    Adds: request_id, sent_on, due_on, opened_at, submitted_at and answered of the latest questionnaire that was sent
    by the end of the school year and not withdrawn; asked (its number of questions); method and decision_id of the
    decision for the whole entity; own_decisions, the number of decisions for single certifications.
    """
    latest = QuestionnaireRequest.objects.filter(
        entity=OuterRef("pk"), withdrawn_at=None, sent_at__date__lte=last_day(school_year)
    ).order_by("-sent_at", "-id")
    answered = (
        Answer.objects.filter(request_id=OuterRef("request_id"))
        .exclude(value__in=NOTHING_ANSWERED)
        .order_by()
        .values("request_id")
        .annotate(many=Count("pk"))
        .values("many")
    )
    asked = (
        Question.objects.filter(questionnaire__requests=OuterRef("request_id"))
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
        .annotate(request_id=Subquery(latest.values("pk")[:1]))
        .annotate(
            sent_at=Subquery(latest.values("sent_at")[:1]),
            due_on=Subquery(latest.values("due_on")[:1]),
            opened_at=Subquery(latest.values("first_opened_at")[:1]),
            submitted_at=Subquery(latest.values("submitted_at")[:1]),
            answered=Coalesce(Subquery(answered), 0),
            asked=Coalesce(Subquery(asked), 0),
            method=Coalesce(Subquery(wide.values("method")[:1]), Value(str(Method.UNDECIDED))),
            decision_id=Subquery(wide.values("pk")[:1]),
            own_decisions=Coalesce(Subquery(own), 0),
        )
        .order_by("name")
    )


# How far a questionnaire is, as a filter over `entities_with_status`.
STATUS_FILTERS: dict[str, Q] = {
    "not_sent": Q(request_id=None),
    "sent": Q(request_id__isnull=False, opened_at=None),
    "opened": Q(opened_at__isnull=False, submitted_at=None, answered=0),
    "partly": Q(submitted_at=None, answered__gt=0),
    "submitted": Q(submitted_at__isnull=False),
    "decided": ~Q(method="undecided"),
}


def overdue() -> Q:
    """The entities (of `entities_with_status`) or requests whose answers are late."""
    return Q(due_on__lt=timezone.localdate(), submitted_at=None)


def awaiting_decision(user: User, school_year: int) -> Any:
    """The entities whose answers are in and whose method for `school_year` is not decided."""
    return entities_with_status(user, school_year).filter(submitted_at__isnull=False, method=Method.UNDECIDED)


def newly_submitted(user: User, school_year: int) -> QuerySet[QuestionnaireRequest]:
    """The requests sent by `user` that were submitted after any decision on their entity for `school_year`."""
    decided = CollectionDecision.objects.in_force(school_year).filter(
        entity=OuterRef("entity"), certification=None, decided_at__isnull=False
    )
    return (
        requests_visible_to(user)
        .annotate(decided_at=Subquery(decided.values("decided_at")[:1]))
        .filter(Q(decided_at=None) | Q(decided_at__lt=F("submitted_at")), submitted_at__isnull=False)
    )
