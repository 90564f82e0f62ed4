"""What the contact does behind the link: opens, saves, submits. Nobody signs in here; the view has checked the secret."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services.audit import record
from core.mail import absolute, send_after_commit
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from data_collection import verbs
from data_collection.models import Answer, Question, QuestionnaireRequest
from data_collection.validators.answers import Typed, is_empty, missing_codes, tidy

# Coming back after this long counts as another visit.
_VISIT_ENDS_AFTER = timedelta(minutes=30)


class AnswersIncompleteError(Problem):
    """Answers are missing or cannot stand; `problems` holds (question, message) for each."""

    def __init__(self, problems: list[tuple[Question, str]]) -> None:
        super().__init__(f"{len(problems)} questions still need you.")
        self.problems = problems


@transaction.atomic
def note_visit(*, request: QuestionnaireRequest) -> QuestionnaireRequest:
    """Write down that the contact is here. Called when a person presses something, never because a link was fetched."""
    request = _lock(request)
    _touch(request)
    return request


@transaction.atomic
def save_answers(
    *, request: QuestionnaireRequest, values: Mapping[str, Typed], seen: datetime | None = None
) -> list[Answer]:
    """Keep what was typed, right or wrong, for the questions given and no others.

    Args:
        values: question code -> what was typed; an emptied answer is kept as empty.
        seen: when the page was opened; None does not look for other people's changes.

    Returns:
        The answers that changed.

    Raises:
        MoveNotAllowedError: the questionnaire is no longer open.
        StaleVersionError: somebody saved other answers to the same questions since `seen`; nothing is written.
        Problem: a code is not in the questionnaire.
    """
    request = _lock(request)
    _ensure_open(request)
    questions = {question.code: question for question in request.questionnaire.questions.all()}
    unknown = sorted(set(values) - set(questions))
    if unknown:
        raise Problem(f"The questionnaire has no question {', '.join(unknown)}.")
    held = {answer.question_id: answer for answer in request.answers.all()}
    changed = []
    for code, typed in values.items():
        value, note = tidy(typed.value), tidy(typed.note)
        answer = held.get(questions[code].pk)
        if answer is None and is_empty(value) and not note:
            continue
        if answer is not None and answer.value == value and answer.comment == note:
            continue
        if answer is not None and seen is not None and answer.saved_at > seen:
            raise StaleVersionError(
                "These answers were changed in another window since you opened this page. What you typed is still "
                "here and is not saved yet. Save again to keep what you see.",
                field=code,
            )
        answer = answer or Answer(request=request, question=questions[code])
        answer.value, answer.comment = value, note
        changed.append(answer)
    for answer in changed:
        answer.save()
    _touch(request)
    if changed:
        record(
            by=None,
            by_label=contact_label(request),
            verb=verbs.SAVED,
            target=request,
            detail={"questions": [answer.question.code for answer in changed]},
        )
    return changed


@transaction.atomic
def submit_answers(*, request: QuestionnaireRequest, signed_by: str) -> QuestionnaireRequest:
    """Hand the answers in. A second press changes nothing and sends nothing.

    Args:
        signed_by: the name that the contact signs with.

    Raises:
        MoveNotAllowedError: it was withdrawn.
        AnswersIncompleteError: required answers are missing, or some cannot stand.
        Problem: the name is missing.
    """
    request = _lock(request)
    if request.submitted_at:
        return request
    _ensure_open(request)
    if not signed_by.strip():
        raise Problem("Write your full name.", field="signed_by")
    values = {answer.question.code: answer.value for answer in request.answers.select_related("question")}
    problems = missing_codes(list(request.questionnaire.questions.all()), values)
    if problems:
        raise AnswersIncompleteError(problems)
    request.submitted_at, request.signed_by = timezone.now(), tidy(signed_by)[:150]
    request.save(update_fields=["submitted_at", "signed_by"])
    _touch(request)
    record(by=None, by_label=contact_label(request), verb=verbs.SUBMITTED, target=request)
    _send_receipts(request)
    return request


def _send_receipts(request: QuestionnaireRequest) -> None:
    context = {"request": request, "entity": request.entity, "reference": request.reference, "by": request.sent_by}
    send_after_commit(
        to=request.contact_email,
        subject=f"Thank you: your answers arrived ({request.reference})",
        template="data_collection/mail/receipt.txt",
        context=context,
    )
    page = absolute(reverse("data_collection:request", args=[request.pk]))
    send_after_commit(
        to=request.sent_by.email,
        subject=f"{request.entity} answered the questionnaire",
        template="data_collection/mail/notice.txt",
        context={**context, "page": page},
    )


def contact_label(request: QuestionnaireRequest) -> str:
    """How the audit trail names a contact, who has no account."""
    return f"{request.contact_name} for {request.entity}"[:200]


def _lock(request: QuestionnaireRequest) -> QuestionnaireRequest:
    return (
        QuestionnaireRequest.objects.select_for_update(of=("self",))
        .select_related("entity", "questionnaire", "sent_by")
        .get(pk=request.pk)
    )


def _ensure_open(request: QuestionnaireRequest) -> None:
    if request.submitted_at:
        raise MoveNotAllowedError("These answers were submitted meanwhile, so they cannot be changed here.")
    if request.withdrawn_at:
        raise MoveNotAllowedError("This questionnaire was withdrawn meanwhile, so it takes no more answers.")


def _touch(request: QuestionnaireRequest) -> None:
    now = timezone.now()
    is_new_visit = request.last_seen_at is None or request.last_seen_at < now - _VISIT_ENDS_AFTER
    if request.first_opened_at is None:
        record(by=None, by_label=contact_label(request), verb=verbs.OPENED, target=request)
    request.first_opened_at = request.first_opened_at or now
    request.visits += is_new_visit
    request.last_seen_at = now
    request.save(update_fields=["first_opened_at", "visits", "last_seen_at"])
