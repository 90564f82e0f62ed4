"""Writing records: their moves from state to state, corrections, and decisions over many at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from certifications import moves, verbs
from certifications.models import EvidenceDocument, EvidenceLink, StateChange, StudentCertification
from certifications.permissions import DECIDE_RECORDS, ENTER_RECORDS, USE_EVIDENCE
from certifications.selectors.entry import known, scales_of
from certifications.validators.attempt import Typed, check_attempt, duplicate_words
from core.access import require
from core.mail import absolute, send_after_commit
from core.problems import MoveNotAllowedError, Problem
from core.stale_pages import ensure_fresh

State = StudentCertification.State


class AttemptError(Problem):
    """What was typed breaks rules; `problems` holds one for each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message, field=problems[0].field)
        self.problems = problems


def _lock(record: StudentCertification) -> StudentCertification:
    return (
        StudentCertification.objects.select_for_update(of=("self",))
        .select_related("enrollment__offering__building", "certification", "submission")
        .get(pk=record.pk)
    )


@transaction.atomic
def resubmit_record(*, by: User, record: StudentCertification) -> StudentCertification:
    """Send a returned record to OCTE again.

    Raises:
        PermissionDenied: the person does not enter for this building.
        MoveNotAllowedError: the record's state does not lead there.
    """
    require(by, ENTER_RECORDS)
    record = _lock(record)
    require(by, ENTER_RECORDS, record)
    return _move(by=by, record=record, to=State.SUBMITTED)


@transaction.atomic
def withdraw_record(*, by: User, record: StudentCertification, reason: str) -> StudentCertification:
    """Withdraw a record: it stays with its history and does not count.

    Raises:
        PermissionDenied: the person does not enter for this building.
        MoveNotAllowedError: the record's state does not lead there.
        Problem: the reason is missing.
    """
    require(by, ENTER_RECORDS)
    record = _lock(record)
    require(by, ENTER_RECORDS, record)
    return _move(by=by, record=record, to=State.WITHDRAWN, reason=reason)


@transaction.atomic
def decide_record(*, by: User, record: StudentCertification, to: str, reason: str = "") -> StudentCertification:
    """Approve or return one record.

    Args:
        to: one of `certifications.moves.DECIDED`.
        reason: why; needed to return.

    Raises:
        PermissionDenied: the person may not decide.
        MoveNotAllowedError: the record's state does not lead there, or `to` is no decision.
        Problem: the reason is missing.
    """
    require(by, DECIDE_RECORDS)
    if to not in moves.DECIDED:
        raise MoveNotAllowedError("Choose whether to approve or return the record.")
    return _move(by=by, record=_lock(record), to=to, reason=reason)


def _move(*, by: User, record: StudentCertification, to: str, reason: str = "") -> StudentCertification:
    """Move a locked record to another state; the caller has checked the right to it.

    Raises:
        MoveNotAllowedError: the record's state does not lead there (`certifications.moves`).
        Problem: the reason is missing.
    """
    if not moves.allows(record.state, to):
        now = record.get_state_display().lower()
        raise MoveNotAllowedError(
            f"Record {record.award_identifier} is {now}, so it cannot be {State(to).label.lower()}. "
            "Somebody may have decided it meanwhile; open it again to see its history."
        )
    reason = reason.strip()
    if to in moves.NEEDS_REASON and not reason:
        raise Problem("Give the reason, in words that the reader can act on.", field="reason")
    StateChange.objects.create(record=record, from_state=record.state, to_state=to, by=by, reason=reason)
    record.state, record.state_reason = to, reason
    decided = to in moves.DECIDED
    record.decided_by, record.decided_at = (by, timezone.now()) if decided else (None, None)
    record.version += 1
    record.save(update_fields=["state", "state_reason", "decided_by", "decided_at", "version"])
    audit.record(by=by, verb=verbs.RECORD_MOVED[to], target=record)
    return record


@dataclass
class Decision:
    """How a decision over many records went: how many took it, and what was wrong with each of the others."""

    done: int = 0
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def decide_records(*, by: User, records: Iterable[StudentCertification], to: str, reason: str = "") -> Decision:
    """Approve or return records, each for itself: one that cannot be decided does not stop the others.

    Whoever submitted returned records gets one mail for the whole act, without a student's data.

    Raises:
        PermissionDenied: the person may not decide.
        Problem: a return without a reason.
    """
    require(by, DECIDE_RECORDS)
    if to in moves.NEEDS_REASON and not reason.strip():
        raise Problem("Give the reason, in words that the coordinator can act on.", field="reason")
    decision = Decision()
    tell: Counter[User] = Counter()
    for record in records:
        try:
            changed = decide_record(by=by, record=record, to=to, reason=reason)
        except MoveNotAllowedError as problem:
            decision.refused.append(problem.message)
            continue
        decision.done += 1
        submitter = changed.submission.submitted_by if changed.submission else changed.created_by
        if submitter:
            tell[submitter] += 1
    if to == State.RETURNED:
        _tell_of_returns(tell)
    return decision


def _tell_of_returns(tell: Counter[User]) -> None:
    for submitter, count in tell.items():
        what = "1 record was" if count == 1 else f"{count} records were"
        send_after_commit(
            to=submitter.email,
            subject=f"OCTE Certs: {what} returned to you",
            template="certifications/mail/records_returned.txt",
            context={"name": submitter.name, "what": what, "address": absolute("/records/?state=returned")},
        )


@transaction.atomic
def correct_record(*, by: User, record: StudentCertification, version: int, typed: Typed) -> StudentCertification:
    """Correct a returned record.

    Args:
        version: the version that the person had opened.
        typed: the fields as typed.

    Raises:
        PermissionDenied: the person does not enter for this building.
        MoveNotAllowedError: the record is not returned.
        StaleVersionError: somebody saved it since.
        AttemptError: what was typed breaks rules.
    """
    require(by, ENTER_RECORDS)
    record = _lock(record)
    require(by, ENTER_RECORDS, record)
    ensure_fresh(
        version,
        record.version,
        "Somebody else saved this record while you had it open. What you typed and what is saved now are shown "
        "side by side; nothing is lost.",
    )
    if record.state != State.RETURNED:
        raise MoveNotAllowedError("Only a returned record can be corrected.")
    facts = known([record.enrollment], certification_id=record.certification_id, but_for=record.pk)
    checked = check_attempt(typed, facts[record.enrollment_id].facts(scales=scales_of(record.certification)))
    attempt = checked.attempt
    if attempt is None:
        raise AttemptError(checked.problems)
    record.result, record.score = attempt.result, attempt.score
    record.date_tested, record.date_earned = attempt.date_tested, attempt.date_earned
    record.certificate_number = attempt.certificate_number
    record.version += 1
    changed = ["result", "score", "date_tested", "date_earned", "certificate_number", "version"]
    try:
        with transaction.atomic():
            record.save(update_fields=changed)
    except IntegrityError as error:
        day = attempt.date_earned or attempt.date_tested
        message = duplicate_words(day) if day else str(error)
        raise AttemptError([Problem(message, field="date_earned")]) from error
    audit.record(by=by, verb=verbs.RECORD_CORRECTED, target=record)
    return record


@transaction.atomic
def correct_and_resubmit(*, by: User, record: StudentCertification, version: int, typed: Typed) -> StudentCertification:
    """Correct a returned record and send it to OCTE again; raises what its two halves raise."""
    require(by, ENTER_RECORDS)
    corrected = correct_record(by=by, record=record, version=version, typed=typed)
    return resubmit_record(by=by, record=corrected)


@transaction.atomic
def attach_evidence(*, by: User, record: StudentCertification, document: EvidenceDocument) -> EvidenceLink:
    """Let another document prove a returned record; once is enough.

    Raises:
        PermissionDenied: the person does not enter for this building, or may not see the document.
        MoveNotAllowedError: the record is not returned.
        Problem: the document belongs to another district.
    """
    require(by, ENTER_RECORDS)
    record = _lock(record)
    require(by, ENTER_RECORDS, record)
    if record.state != State.RETURNED:
        raise MoveNotAllowedError("A PDF can be added only to a returned record.")
    require(by, USE_EVIDENCE, document)
    if document.district_id != record.enrollment.offering.building.district_id:
        raise Problem("Choose a PDF of the same district.", field="upload")
    link, _ = EvidenceLink.objects.get_or_create(record=record, document=document)
    audit.record(by=by, verb=verbs.EVIDENCE_ATTACHED, target=link)
    return link


@transaction.atomic
def note_download(*, by: User, count: int) -> None:
    """Write down that a person downloaded records, and how many."""
    audit.record(by=by, verb=verbs.RECORDS_DOWNLOADED, target=by, detail={"records": count})
