"""Sending the questionnaire to a contact, and what happens to it: sent again, withdrawn, reopened."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
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

# Somebody on vacation answers late, so the link outlives the due date.
LINK_OUTLIVES_DUE_BY = timedelta(days=60)
_DOUBLE_CLICK = timedelta(minutes=2)
# No 0/O, 1/I: people read references aloud on the phone.
_REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def send_questionnaire(
    *, by: User, entity: AwardingEntity, contact_name: str, contact_email: str, due: date
) -> QuestionnaireRequest:
    """Send the current questionnaire to an entity's contact (procedure, data collection step 1.1).

    A second press on Send within two minutes returns what the first one sent.

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
        raise Problem("There is no current questionnaire. Ask the administrator to load the reference data.")
    waiting = QuestionnaireRequest.objects.waiting().filter(entity=entity, questionnaire=questionnaire).first()
    if waiting and waiting.contact_email == contact_email and waiting.sent_at > timezone.now() - _DOUBLE_CLICK:
        return waiting
    if waiting:
        raise Problem(
            f"{entity} already has this questionnaire open. It was sent to {waiting.contact_name}. "
            "Send that one again, or withdraw it first."
        )
    _check_due(due)
    secret, secret_hash = new_secret()
    questionnaire_request = QuestionnaireRequest.objects.create(
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
    record(by=by, verb=verbs.SENT, target=questionnaire_request, detail={"to": contact_email, "due": due.isoformat()})
    _mail(
        questionnaire_request,
        "invitation",
        f"Questions from Michigan's OCTE: please answer by {_day_in_words(due)}",
        secret=secret,
    )
    return questionnaire_request


@transaction.atomic
def resend(
    *, by: User, questionnaire_request: QuestionnaireRequest, contact_name: str, contact_email: str, due: date
) -> QuestionnaireRequest:
    """Send an open questionnaire again with a new link and due date, perhaps to another contact.

    Answers already given stay. The earlier link stops working.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it was submitted or withdrawn.
        Problem: the date has passed.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    _ensure_open(questionnaire_request, "sent again")
    _check_due(due)
    secret, questionnaire_request.secret_hash = new_secret()
    questionnaire_request.contact_name, questionnaire_request.contact_email = contact_name, contact_email
    questionnaire_request.due_on, questionnaire_request.link_ends_on = due, due + LINK_OUTLIVES_DUE_BY
    questionnaire_request.save(update_fields=["secret_hash", "contact_name", "contact_email", "due_on", "link_ends_on"])
    record(
        by=by, verb=verbs.SENT_AGAIN, target=questionnaire_request, detail={"to": contact_email, "due": due.isoformat()}
    )
    _mail(
        questionnaire_request,
        "resend",
        f"Reminder: please answer Michigan's OCTE by {_day_in_words(due)}",
        secret=secret,
    )
    return questionnaire_request


@transaction.atomic
def withdraw(*, by: User, questionnaire_request: QuestionnaireRequest) -> QuestionnaireRequest:
    """Close an open questionnaire; what was answered stays on file. Withdrawing twice changes nothing.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it was submitted.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    if questionnaire_request.withdrawn_at:
        return questionnaire_request
    _ensure_open(questionnaire_request, "withdrawn")
    questionnaire_request.withdrawn_at, questionnaire_request.withdrawn_by = timezone.now(), by
    questionnaire_request.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(by=by, verb=verbs.WITHDREW, target=questionnaire_request)
    return questionnaire_request


@transaction.atomic
def reopen(*, by: User, questionnaire_request: QuestionnaireRequest, reason: str) -> QuestionnaireRequest:
    """Give a submitted questionnaire back to the contact, who gets a mail with a new link and the reason.

    Args:
        reason: what to change, in words that the contact reads.

    Raises:
        PermissionDenied: the person may not send questionnaires.
        MoveNotAllowedError: it is not submitted, or the entity has another one open.
        Problem: the reason is missing.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    # All sending locks the entity's row first, so that two questionnaires are never open at once.
    AwardingEntity.objects.select_for_update().get(pk=questionnaire_request.entity_id)
    questionnaire_request = QuestionnaireRequest.objects.locked(questionnaire_request)
    reason = reason.strip()
    if not reason:
        raise Problem("Explain what the contact should change.", field="reason")
    if questionnaire_request.submitted_at is None:
        raise MoveNotAllowedError("Only submitted answers can be reopened.")
    others = QuestionnaireRequest.objects.waiting().filter(
        entity_id=questionnaire_request.entity_id, questionnaire_id=questionnaire_request.questionnaire_id
    )
    if others.exists():
        raise MoveNotAllowedError("This awarding entity has a later questionnaire open. Withdraw that one first.")
    secret, questionnaire_request.secret_hash = new_secret()
    questionnaire_request.submitted_at, questionnaire_request.signed_by = None, ""
    questionnaire_request.reopened_at, questionnaire_request.reopened_by, questionnaire_request.reopen_reason = (
        timezone.now(),
        by,
        reason,
    )
    questionnaire_request.link_ends_on = max(
        questionnaire_request.link_ends_on, timezone.localdate() + LINK_OUTLIVES_DUE_BY
    )
    questionnaire_request.save(
        update_fields=[
            "secret_hash", "submitted_at", "signed_by", "reopened_at", "reopened_by", "reopen_reason", "link_ends_on",
        ]
    )  # fmt: skip
    record(by=by, verb=verbs.REOPENED, target=questionnaire_request, detail={"reason": reason})
    _mail(questionnaire_request, "reopened", "Your answers to Michigan's OCTE are open again", secret=secret)
    return questionnaire_request


def preview_mail(
    *,
    by: User,
    entity: AwardingEntity,
    contact_name: str,
    contact_email: str,
    due: date,
    questionnaire_request: QuestionnaireRequest | None = None,
) -> str:
    """The mail that `send_questionnaire` would send, or `resend` where a `questionnaire_request` is given.

    The link is left out: its secret is made when the mail is sent.

    Raises:
        PermissionDenied: the person may not send questionnaires.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    draft = QuestionnaireRequest(
        entity=entity,
        contact_name=contact_name,
        contact_email=contact_email,
        due_on=due,
        # Whoever sent it first stays the person to write to.
        sent_by=questionnaire_request.sent_by if questionnaire_request else by,
    )
    template = _mail_template("resend" if questionnaire_request else "invitation")
    return render_to_string(template, _mail_context(draft, "[The personal link goes here.]"))


def _mail(questionnaire_request: QuestionnaireRequest, template: str, subject: str, *, secret: str) -> None:
    link = absolute(reverse("data_collection:link_welcome", args=[secret]))
    send_after_commit(
        to=questionnaire_request.contact_email,
        subject=subject,
        template=_mail_template(template),
        context=_mail_context(questionnaire_request, link),
    )


def _mail_template(name: str) -> str:
    return f"data_collection/mail/{name}.txt"


def _mail_context(questionnaire_request: QuestionnaireRequest, link: str) -> dict[str, Any]:
    return {
        "name": questionnaire_request.contact_name,
        "entity": questionnaire_request.entity,
        "due": _day_in_words(questionnaire_request.due_on),
        "sender": questionnaire_request.sent_by,
        "reference": questionnaire_request.reference,
        "reason": questionnaire_request.reopen_reason,
        "link": link,
    }


def _day_in_words(day: date) -> str:
    """March 4, 2027."""
    return f"{day:%B} {day.day}, {day.year}"


def _new_reference() -> str:
    return "Q-" + "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(8))


def _ensure_open(questionnaire_request: QuestionnaireRequest, step: str) -> None:
    if not questionnaire_request.is_open:
        state = "submitted" if questionnaire_request.submitted_at else "withdrawn"
        raise MoveNotAllowedError(f"This questionnaire has been {state} in the meantime, so it cannot be {step}.")


def _check_due(due: date) -> None:
    if due < timezone.localdate():
        raise Problem("The due date has passed. Choose today or a later day.", field="due")
