"""OCTE decides where an entity's results come from (procedure, data collection steps 1.3 and 1.4)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import AwardingEntity, Certification
from core.access import require
from core.problems import Problem
from core.school_year import label
from data_collection import verbs
from data_collection.enums import DISTRICT_METHODS, VerifyWhen
from data_collection.models import CollectionDecision, DataSharingAgreement
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES

_FIELDS = (
    "method",
    "reason",
    "verify_when",
    "verify_on",
    "verify_note",
    "agreement_id",
    "review_by",
)


@transaction.atomic
def decide_method(
    *,
    by: User,
    entity: AwardingEntity,
    certification: Certification | None = None,
    school_year: int,
    method: str,
    reason: str,
    verify_when: str = "",
    verify_on: date | None = None,
    verify_note: str = "",
    agreement: DataSharingAgreement | None = None,
    review_by: date | None = None,
) -> CollectionDecision:
    """Decide the method for a school year; an earlier decision for the same is superseded and stays on file.

    Deciding the very same again changes nothing.

    Args:
        certification: one certification of the entity, or None for all of them.
        school_year: ending year.
        method: a value of `enums.Method`; district, both and interim open district entry.
        reason: why, in a sentence.
        verify_when, verify_on, verify_note: when data that districts enter are verified; kept only for the methods
            that open district entry, and `verify_on` only for a date that was chosen.

    Raises:
        PermissionDenied: the person may not decide methods.
        Problem: the reason or the time of verification is missing, or something belongs to another entity.
    """
    require(by, DECIDE_METHODS)
    # One row for all decisions of an entity, so that two people deciding at once come one after the other.
    entity = AwardingEntity.objects.select_for_update().get(pk=entity.pk)
    decision = CollectionDecision(
        entity=entity,
        certification=certification,
        school_year=school_year,
        method=method,
        reason=reason.strip(),
        agreement=agreement,
        review_by=review_by,
        decided_by=by,
        decided_at=timezone.now(),
    )
    if method in DISTRICT_METHODS:
        decision.verify_when, decision.verify_note = verify_when, verify_note.strip()
        decision.verify_on = verify_on if verify_when == VerifyWhen.ON_DATE else None
    _check(decision)
    in_force = CollectionDecision.objects.in_force(school_year)
    earlier = in_force.filter(entity=entity, certification=certification).first()
    if earlier and all(getattr(earlier, name) == getattr(decision, name) for name in _FIELDS):
        return earlier
    if earlier:
        earlier.superseded_at = timezone.now()
        earlier.save(update_fields=["superseded_at"])
    decision.save()
    detail = {"method": method, "school_year": label(school_year), "before": earlier.method if earlier else ""}
    record(by=by, verb=verbs.DECIDED, target=decision, detail=detail)
    return decision


@transaction.atomic
def supersede(*, by: User, decision: CollectionDecision, reason: str) -> CollectionDecision:
    """End a decision without another in its place; the one on the entity as a whole, if any, then counts again.

    Ending it twice changes nothing.

    Args:
        reason: why it ends, in a sentence.

    Raises:
        PermissionDenied: the person may not decide methods.
        Problem: the reason is missing.
    """
    require(by, DECIDE_METHODS)
    decision = CollectionDecision.objects.select_for_update().get(pk=decision.pk)
    if not decision.is_in_force:
        return decision
    if not reason.strip():
        raise Problem("Explain why the decision ends.", field="reason")
    decision.superseded_at = timezone.now()
    decision.save(update_fields=["superseded_at"])
    record(by=by, verb=verbs.SUPERSEDED, target=decision, detail={"reason": reason.strip()})
    return decision


@transaction.atomic
def record_agreement(
    *,
    by: User,
    entity: AwardingEntity,
    title: str,
    signed_on: date,
    starts_on: date,
    ends_on: date | None = None,
    note: str = "",
) -> DataSharingAgreement:
    """Record a data sharing agreement. The same title and dates again return the first.

    Args:
        signed_on, starts_on, ends_on: days in Michigan; None for an agreement without an end.

    Raises:
        PermissionDenied: the person may not record agreements.
        Problem: it ends before it starts.
    """
    require(by, MANAGE_QUESTIONNAIRES)
    if ends_on and ends_on < starts_on:
        raise Problem("The agreement cannot end before it starts.", field="ends_on")
    agreement, is_new = DataSharingAgreement.objects.get_or_create(
        entity=entity,
        title=title.strip(),
        signed_on=signed_on,
        starts_on=starts_on,
        defaults={"ends_on": ends_on, "note": note.strip()},
    )
    if is_new:
        record(by=by, verb=verbs.RECORDED, target=agreement)
    return agreement


def _check(decision: CollectionDecision) -> None:
    if not decision.reason:
        raise Problem("Give a reason for the decision.", field="reason")
    if decision.review_by and decision.review_by < timezone.localdate():
        raise Problem("The review date has passed. Choose a later one.", field="review_by")
    if decision.certification and decision.certification.entity_id != decision.entity_id:
        raise Problem(f"{decision.certification} belongs to another awarding entity.", field="certification")
    if decision.agreement and decision.agreement.entity_id != decision.entity_id:
        raise Problem("The agreement belongs to another awarding entity.", field="agreement")
    if decision.method in DISTRICT_METHODS and not decision.verify_when:
        raise Problem("Choose when the data that districts enter are verified.", field="verify_when")
    if decision.verify_when == VerifyWhen.ON_DATE and not decision.verify_on:
        raise Problem("Enter the date when verification starts.", field="verify_on")
