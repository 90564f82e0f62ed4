"""What the contact does behind the link: opens, saves, submits.

Nobody signs in, so there is no `by`: the view has checked the secret.
"""

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
    """Answers are missing or wrong; `problems` holds (question, message) for each."""

    def __init__(self, problems: list[tuple[Question, str]]) -> None:
        super().__init__(
            f"{len(problems)} question{'' if len(problems) == 1 else 's'} still need an answer or a change."
        )
        self.problems = problems


@transaction.atomic
def note_visit(*, questionnaire_request: QuestionnaireRequest) -> QuestionnaireRequest:
    """Note that the contact is on the pages.

    Called when a person presses something, never because a link was fetched: mail programs fetch links on their own.
    """
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    _touch(questionnaire_request)
    return questionnaire_request


@transaction.atomic
def save_answers(
    *, questionnaire_request: QuestionnaireRequest, values: Mapping[str, Typed], seen: datetime | None = None
) -> list[Answer]:
    """Keep what was typed, right or wrong, for the questions given and no others.

    Args:
        values: question code -> what was typed; an emptied answer is kept as empty.
        seen: when the page was opened; None does not look for other people's changes.

    Returns:
        The answers that changed.

    Raises:
        MoveNotAllowedError: the questionnaire is no longer open.
        StaleVersionError: someone saved other answers to the same questions since `seen`; nothing is written.
        Problem: a code is not in the questionnaire.
    """
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    _ensure_open(questionnaire_request)
    questions = {question.code: question for question in questionnaire_request.questionnaire.questions.all()}
    unknown = sorted(set(values) - set(questions))
    if unknown:
        raise Problem(f"The questionnaire has no question {', '.join(unknown)}.")
    answers = {answer.question_id: answer for answer in questionnaire_request.answers.all()}
    changed = []
    for code, typed in values.items():
        value, note = tidy(typed.value), tidy(typed.note)
        answer = answers.get(questions[code].pk)
        if answer is None and is_empty(value) and not note:
            continue
        if answer is not None and answer.value == value and answer.comment == note:
            continue
        if answer is not None and seen is not None and answer.saved_at > seen:
            raise StaleVersionError(
                "Someone changed these answers in another window after you opened this page. What you typed is still "
                "here but not saved yet. Save again to keep what you see.",
                field=code,
            )
        answer = answer or Answer(questionnaire_request=questionnaire_request, question=questions[code])
        answer.value, answer.comment = value, note
        changed.append(answer)
    for answer in changed:
        answer.save()
    _touch(questionnaire_request)
    if changed:
        record(
            by=None,
            by_label=contact_label(questionnaire_request),
            verb=verbs.SAVED,
            target=questionnaire_request,
            detail={"questions": [answer.question.code for answer in changed]},
        )
    return changed


@transaction.atomic
def submit_answers(*, questionnaire_request: QuestionnaireRequest, signed_by: str) -> QuestionnaireRequest:
    """Submit the answers. A second press changes nothing and sends nothing.

    Args:
        signed_by: the name that the contact signs with.

    Raises:
        MoveNotAllowedError: it was withdrawn.
        AnswersIncompleteError: required answers are missing, or some are wrong.
        Problem: the name is missing.
    """
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    if questionnaire_request.submitted_at:
        return questionnaire_request
    _ensure_open(questionnaire_request)
    if not signed_by.strip():
        raise Problem("Enter your full name.", field="signed_by")
    values = {answer.question.code: answer.value for answer in questionnaire_request.answers.select_related("question")}
    problems = missing_codes(list(questionnaire_request.questionnaire.questions.all()), values)
    if problems:
        raise AnswersIncompleteError(problems)
    questionnaire_request.submitted_at, questionnaire_request.signed_by = timezone.now(), tidy(signed_by)[:150]
    questionnaire_request.save(update_fields=["submitted_at", "signed_by"])
    _touch(questionnaire_request)
    record(by=None, by_label=contact_label(questionnaire_request), verb=verbs.SUBMITTED, target=questionnaire_request)
    _send_receipts(questionnaire_request)
    return questionnaire_request


def _send_receipts(questionnaire_request: QuestionnaireRequest) -> None:
    context = {
        "questionnaire_request": questionnaire_request,
        "entity": questionnaire_request.entity,
        "reference": questionnaire_request.reference,
        "sender": questionnaire_request.sent_by,
    }
    send_after_commit(
        to=questionnaire_request.contact_email,
        subject=f"Thank you: we have your answers ({questionnaire_request.reference})",
        template="data_collection/mail/receipt.txt",
        context=context,
    )
    page = absolute(reverse("data_collection:questionnaire_request", args=[questionnaire_request.pk]))
    send_after_commit(
        to=questionnaire_request.sent_by.email,
        subject=f"{questionnaire_request.entity} answered the questionnaire",
        template="data_collection/mail/notice.txt",
        context={**context, "page": page},
    )


def contact_label(questionnaire_request: QuestionnaireRequest) -> str:
    """How the audit trail names a contact, who has no account."""
    return f"{questionnaire_request.contact_name} for {questionnaire_request.entity}"[:200]


def _ensure_open(questionnaire_request: QuestionnaireRequest) -> None:
    if questionnaire_request.submitted_at:
        raise MoveNotAllowedError("These answers have been submitted in the meantime, so you cannot change them here.")
    if questionnaire_request.withdrawn_at:
        raise MoveNotAllowedError("This questionnaire has been withdrawn in the meantime, so it takes no more answers.")


def _touch(questionnaire_request: QuestionnaireRequest) -> None:
    now = timezone.now()
    is_new_visit = (
        questionnaire_request.last_seen_at is None or questionnaire_request.last_seen_at < now - _VISIT_ENDS_AFTER
    )
    if questionnaire_request.first_opened_at is None:
        record(by=None, by_label=contact_label(questionnaire_request), verb=verbs.OPENED, target=questionnaire_request)
    questionnaire_request.first_opened_at = questionnaire_request.first_opened_at or now
    questionnaire_request.visits += is_new_visit
    questionnaire_request.last_seen_at = now
    questionnaire_request.save(update_fields=["first_opened_at", "visits", "last_seen_at"])
