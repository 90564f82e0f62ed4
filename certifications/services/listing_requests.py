"""Requests for certifications that are not listed: asking and answering."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import Certification, CertificationRequest, District, Program
from certifications.permissions import ANSWER_REQUEST, SEND_REQUEST
from certifications.selectors.listing_requests import districts_asking
from core.access import require
from core.mail import absolute, send_after_commit
from core.problems import MoveNotAllowedError, Problem

State = CertificationRequest.State


@transaction.atomic
def send_listing_request(
    *, by: User, district: District, program: Program, name: str, entity_name: str, why: str
) -> CertificationRequest:
    """Ask OCTE to list a certification for a program (design, rule 1: "not listed" opens a request).

    Args:
        name, entity_name: in the district's own words.

    Raises:
        PermissionDenied: the person does not enter results for this district.
        Problem: the district waits for an answer to the same request.
    """
    require(by, SEND_REQUEST)
    if not districts_asking(by).filter(pk=district.pk).exists():
        raise PermissionDenied
    # Locks the district, so that a double click asks once.
    District.objects.select_for_update().get(pk=district.pk)
    same = CertificationRequest.objects.filter(
        district=district, program=program, name__iexact=name.strip(), state=State.OPEN
    )
    if same.exists():
        raise Problem("Your district has already asked for this one. OCTE has not answered yet.", field="name")
    listing_request = CertificationRequest.objects.create(
        district=district,
        program=program,
        name=name.strip(),
        entity_name=entity_name.strip(),
        why=why.strip(),
        asked_by=by,
    )
    record(by=by, verb="asked for", target=listing_request)
    return listing_request


@transaction.atomic
def answer_listing_request(
    *,
    by: User,
    listing_request: CertificationRequest,
    state: str,
    answer: str,
    certification: Certification | None = None,
) -> CertificationRequest:
    """Answer or decline a request, and tell the person who asked.

    Args:
        state: "answered" or "declined".
        answer: in sentences, for the person who asked.
        certification: the one in the catalog that it is about, where there is one.

    Raises:
        PermissionDenied: not a consultant.
        MoveNotAllowedError: somebody answered it already.
        Problem: the answer has no words.
    """
    require(by, ANSWER_REQUEST)
    locked = CertificationRequest.objects.select_for_update(of=("self",)).select_related("asked_by", "program")
    listing_request = locked.get(pk=listing_request.pk)
    if listing_request.state != State.OPEN:
        raise MoveNotAllowedError("Somebody answered this request already. Their answer is shown here.")
    if state not in {State.ANSWERED, State.DECLINED}:
        raise MoveNotAllowedError("Choose whether you answer or decline it.", field="state")
    if not answer.strip():
        raise Problem("Write the answer in a sentence.", field="answer")
    listing_request.state = state
    listing_request.answer = answer.strip()
    listing_request.certification = certification
    listing_request.answered_by = by
    listing_request.answered_at = timezone.now()
    listing_request.save(update_fields=["state", "answer", "certification", "answered_by", "answered_at"])
    record(by=by, verb=state, target=listing_request)
    send_after_commit(
        to=listing_request.asked_by.email,
        subject="OCTE answered your request for a certification",
        template="certifications/mail/listing_request_answered.txt",
        context={
            "listing_request": listing_request,
            "link": absolute(reverse("certifications:request", args=[listing_request.pk])),
        },
    )
    return listing_request
