"""Sending the questionnaire to a contact, and what happens to it: sent again, withdrawn, reopened."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import AwardingEntity
from core.access import require
from core.mail import absolute, send_after_commit
from core.personal_links import new_secret
from core.problems import MoveNotAllowedError, Problem
from data_collection import verbs
from data_collection.models import Questionnaire, QuestionnaireRequest
from data_collection.permissions import MANAGE_QUESTIONNAIRES

# Somebody on holiday answers late; the link outlives the due date.
LINK_OUTLIVES_DUE_BY = timedelta(days=60)
_DOUBLE_CLICK = timedelta(minutes=2)
# No 0/O, 1/I: people read references out on the phone.
_REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def send_questionnaire(
    *, by: User, entity: AwardingEntity, contact_name: str, contact_email: str, due: date
) -> QuestionnaireRequest:
    """Send the current questionnaire to an entity's contact (procedure, data collection step 1.1).

    A second press on Send finds the request of the first.

    Args:
        due: the day, in Michigan, by which answers are asked for.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        Problem: there is no current questionnaire, the entity has one open, or the date has passed.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    entity = AwardingEntity.objects.select_for_update().get(pk=entity.pk)
    questionnaire = Questionnaire.objects.filter(is_current=True).first()
    if questionnaire is None:
        raise Problem("There is no current questionnaire. Load the reference data first.")
    waiting = QuestionnaireRequest.objects.waiting().filter(entity=entity, questionnaire=questionnaire).first()
    if waiting and waiting.contact_email == contact_email and waiting.sent_at > timezone.now() - _DOUBLE_CLICK:
        return waiting
    if waiting:
        raise Problem(
            f"{entity} already has this questionnaire open, sent to {waiting.contact_name}. "
            "Send that one again, or withdraw it first."
        )
    _check_due(due)
    secret, secret_hash = new_secret()
    request = QuestionnaireRequest.objects.create(
        entity=entity,
        questionnaire=questionnaire,
        reference=_new_reference(),
        contact_name=contact_name,
        contact_email=contact_email,
        secret_hash=secret_hash,
        due_on=due,
        link_ends_on=due + LINK_OUTLIVES_DUE_BY,
        sent_at=timezone.now(),
        sent_by=by,
    )
    record(by=by, verb=verbs.SENT, target=request, detail={"to": contact_email, "due": due.isoformat()})
    _mail(request, "invitation", f"Questions from Michigan's OCTE: please answer by {day_in_words(due)}", secret=secret)
    return request


@transaction.atomic
def resend(
    *, by: User, request: QuestionnaireRequest, contact_name: str, contact_email: str, due: date
) -> QuestionnaireRequest:
    """Send an open questionnaire again with a new link and due date, perhaps to another contact.

    Answers already given stay. The earlier link stops working.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it was submitted or withdrawn.
        Problem: the date has passed.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    request = _lock(request)
    _ensure_open(request, "sent again")
    _check_due(due)
    secret, request.secret_hash = new_secret()
    request.contact_name, request.contact_email = contact_name, contact_email
    request.due_on, request.link_ends_on = due, due + LINK_OUTLIVES_DUE_BY
    request.save(update_fields=["secret_hash", "contact_name", "contact_email", "due_on", "link_ends_on"])
    record(by=by, verb=verbs.SENT_AGAIN, target=request, detail={"to": contact_email, "due": due.isoformat()})
    _mail(request, "resend", f"Reminder: questions from Michigan's OCTE, by {day_in_words(due)}", secret=secret)
    return request


@transaction.atomic
def withdraw(*, by: User, request: QuestionnaireRequest) -> QuestionnaireRequest:
    """Close an open questionnaire; what was answered stays on file. Withdrawing twice changes nothing.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it was submitted.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    request = _lock(request)
    if request.withdrawn_at:
        return request
    _ensure_open(request, "withdrawn")
    request.withdrawn_at, request.withdrawn_by = timezone.now(), by
    request.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(by=by, verb=verbs.WITHDREW, target=request)
    return request


@transaction.atomic
def reopen(*, by: User, request: QuestionnaireRequest, reason: str) -> QuestionnaireRequest:
    """Give a submitted questionnaire back to the contact, who gets a mail with a new link and the reason.

    Args:
        reason: what to change, in words that the contact reads.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it is not submitted, or the entity has another one open.
        Problem: the reason is missing.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    # The entity's row is the gate through which all sending goes, so that two requests never open at once.
    AwardingEntity.objects.select_for_update().get(pk=request.entity_id)
    request = _lock(request)
    reason = reason.strip()
    if not reason:
        raise Problem("Say what the contact should change.", field="reason")
    if request.submitted_at is None:
        raise MoveNotAllowedError("Only submitted answers can be reopened.")
    others = QuestionnaireRequest.objects.waiting().filter(
        entity_id=request.entity_id, questionnaire_id=request.questionnaire_id
    )
    if others.exists():
        raise MoveNotAllowedError("A later questionnaire of this awarding entity is open. Withdraw that one first.")
    secret, request.secret_hash = new_secret()
    request.submitted_at, request.signed_by = None, ""
    request.reopened_at, request.reopened_by, request.reopen_reason = timezone.now(), by, reason
    request.link_ends_on = max(request.link_ends_on, timezone.localdate() + LINK_OUTLIVES_DUE_BY)
    request.save(
        update_fields=[
            "secret_hash", "submitted_at", "signed_by", "reopened_at", "reopened_by", "reopen_reason", "link_ends_on",
        ]
    )  # fmt: skip
    record(by=by, verb=verbs.REOPENED, target=request, detail={"reason": reason})
    _mail(request, "reopened", "Your answers to Michigan's OCTE are open again", secret=secret)
    return request


def day_in_words(day: date) -> str:
    """March 4, 2027."""
    return f"{day:%B} {day.day}, {day.year}"


def invitation_context(*, contact_name: str, entity: AwardingEntity, due: date, by: User, link: str) -> dict[str, Any]:
    """What the invitation's template needs; the preview fills it the same way as the mail."""
    return {"name": contact_name, "entity": entity, "due": day_in_words(due), "by": by, "link": link, "reason": ""}


def _mail(request: QuestionnaireRequest, template: str, subject: str, *, secret: str) -> None:
    context = invitation_context(
        contact_name=request.contact_name,
        entity=request.entity,
        due=request.due_on,
        by=request.sent_by,
        link=absolute(reverse("data_collection:link_welcome", args=[secret])),
    )
    context |= {"reference": request.reference, "reason": request.reopen_reason}
    send_after_commit(
        to=request.contact_email, subject=subject, template=f"data_collection/mail/{template}.txt", context=context
    )


def _new_reference() -> str:
    return "Q-" + "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(8))


def _lock(request: QuestionnaireRequest) -> QuestionnaireRequest:
    return (
        QuestionnaireRequest.objects.select_for_update(of=("self",))
        .select_related("entity", "questionnaire", "sent_by")
        .get(pk=request.pk)
    )


def _ensure_open(request: QuestionnaireRequest, step: str) -> None:
    if not request.is_open:
        state = "submitted" if request.submitted_at else "withdrawn"
        raise MoveNotAllowedError(f"This questionnaire was {state} meanwhile, so it cannot be {step}.")


def _check_due(due: date) -> None:
    if due < timezone.localdate():
        raise Problem("The due date has passed. Choose today or a later day.", field="due")
