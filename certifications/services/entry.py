"""Writing drafts and submissions of district entry."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from certifications import verbs
from certifications.models import (
    Certification,
    District,
    EntryDraft,
    EvidenceDocument,
    EvidenceLink,
    Program,
    StateChange,
    StudentCertification,
    Submission,
)
from certifications.permissions import ENTER_RECORDS, USE_EVIDENCE
from certifications.selectors.entry import enrollments_by_uic, entry_districts, entry_years, open_certifications
from certifications.selectors.sheet import ROW_FIELDS, CheckedRow, checked_sheet
from certifications.validators.uic import is_uic, read_uics
from core.access import require
from core.problems import MoveNotAllowedError, Problem
from core.references import new_reference

# A typed value longer than this is no typing; it is kept to this length so that a row stays a row.
_LONGEST_TYPED = 300


@transaction.atomic
def start_draft(
    *, by: User, district: District, program: Program, certification: Certification, school_year: int
) -> EntryDraft:
    """Begin a sheet for one program and certification (procedure, data collection step 1.3.1).

    Raises:
        PermissionDenied: the person does not enter results.
        Problem: not the person's district, not a year that is open, or the certification is not open for entry.
    """
    require(by, ENTER_RECORDS)
    if district not in entry_districts(by):
        raise Problem("Choose a district that you enter results for.", field="district")
    if school_year not in entry_years():
        raise Problem("Choose this school year or the one before.", field="school_year")
    _check_open(program=program, certification=certification, school_year=school_year)
    return EntryDraft.objects.create(
        district=district, program=program, certification=certification, school_year=school_year, created_by=by
    )


def _check_open(*, program: Program, certification: Certification, school_year: int) -> None:
    if not open_certifications(program=program, year=school_year).filter(pk=certification.pk).exists():
        raise Problem(
            f"{certification} is not open for district entry for this program and school year. "
            "Go back and choose from the list.",
            field="certification",
        )


def _locked(by: User, draft: EntryDraft) -> EntryDraft:
    """The draft, locked.

    Raises:
        PermissionDenied: it is somebody else's, or the person no longer enters for its district.
    """
    locked = EntryDraft.objects.select_for_update().get(pk=draft.pk)
    require(by, ENTER_RECORDS, locked)
    return locked


def _locked_open(by: User, draft: EntryDraft) -> EntryDraft:
    """The draft, locked, if it can still be changed.

    Raises:
        PermissionDenied: it is somebody else's, or the person no longer enters for its district.
        MoveNotAllowedError: it was submitted or discarded.
    """
    locked = _locked(by, draft)
    if locked.submission_id is not None:
        raise MoveNotAllowedError("This entry was submitted, perhaps in another window; it cannot be changed here.")
    if locked.discarded_at is not None:
        raise MoveNotAllowedError(
            "This entry was discarded. To change it, first restore it on the page Enter certifications."
        )
    return locked


@transaction.atomic
def save_rows(
    *,
    by: User,
    draft: EntryDraft,
    rows: Mapping[int, Mapping[str, Any]],
    same_date: str = "",
    same_score: str = "",
) -> EntryDraft:
    """Keep what was typed, right or wrong; rows that were not on the page stay as they were.

    Args:
        rows: enrollment id -> {"ticked": bool, and the text of ROW_FIELDS}. Ids must come from the sheet.
        same_date, same_score: go to the ticked rows of this page whose own box is empty.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: the draft was submitted or discarded.
    """
    require(by, ENTER_RECORDS)
    draft = _locked_open(by, draft)
    for enrollment_id, given in rows.items():
        row = {**draft.rows.get(str(enrollment_id), {})}
        row.update({name: _storable(given[name]) for name in ROW_FIELDS if name in given})
        row["ticked"] = bool(given.get("ticked"))
        if row["ticked"]:
            row["date_earned"] = row.get("date_earned", "").strip() or _storable(same_date).strip()
            row["score"] = row.get("score", "").strip() or _storable(same_score).strip()
        if row["ticked"] or any(row.get(name) for name in ROW_FIELDS if name != "result"):
            draft.rows[str(enrollment_id)] = row
        else:
            draft.rows.pop(str(enrollment_id), None)
    draft.save(update_fields=["rows", "saved_at"])
    return draft


def _storable(value: Any) -> str:
    """What was typed, at a length that fits; the database cannot keep the character NUL."""
    return str(value).replace("\x00", "")[:_LONGEST_TYPED]


@transaction.atomic
def tick_by_uic(*, by: User, draft: EntryDraft, text: str) -> tuple[int, list[Problem]]:
    """Tick the students whose UICs were pasted, one per line.

    Returns:
        How many students are ticked now because of it, and a problem for each line that ticked nobody. A UIC of
        another district and one that nobody has get the same words.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: the draft was submitted or discarded.
    """
    require(by, ENTER_RECORDS)
    draft = _locked_open(by, draft)
    lines = read_uics(text)
    enrollments = enrollments_by_uic(by, draft, {uic for _, uic in lines if is_uic(uic)})
    problems = [_uic_problem(number, uic) for number, uic in lines if uic not in enrollments]
    ticked = {enrollments[uic] for _, uic in lines if uic in enrollments}
    for enrollment_id in ticked:
        row = draft.rows.setdefault(str(enrollment_id), {"result": StudentCertification.Result.PASSED})
        row["ticked"] = True
    draft.save(update_fields=["rows", "saved_at"])
    return len(ticked), problems


def _uic_problem(number: int, uic: str) -> Problem:
    line = f'Line {number}, column UIC: "{uic[:40]}"'
    if not is_uic(uic):
        return Problem(
            f"{line} is not 10 digits. A UIC has exactly 10 digits, and leading zeros count; do not use the local "
            "student number.",
            field="uics",
        )
    return Problem(
        f"{line} is not a student of this program in your buildings for this school year. Check the digits against "
        "the state's student database; if they are right, the student's enrollment must be corrected there first.",
        field="uics",
    )


@transaction.atomic
def set_document(*, by: User, draft: EntryDraft, document: EvidenceDocument) -> EntryDraft:
    """Choose the PDF that covers the sheet's students.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: the draft was submitted or discarded.
        Problem: the document belongs to another district.
    """
    require(by, ENTER_RECORDS)
    draft = _locked_open(by, draft)
    require(by, USE_EVIDENCE, document)
    if document.district_id != draft.district_id:
        raise Problem("Choose a PDF of the same district.", field="upload")
    draft.document = document
    draft.save(update_fields=["document", "saved_at"])
    return draft


@transaction.atomic
def set_document_kind(*, by: User, draft: EntryDraft, kind: str) -> None:
    """Say anew what the chosen PDF holds, while no record rests on it.

    Args:
        kind: a value of EvidenceDocument.Kind.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: the draft was submitted or discarded.
        Problem: records rest on the PDF as what it was called when they were submitted.
    """
    require(by, ENTER_RECORDS)
    draft = _locked_open(by, draft)
    document = EvidenceDocument.objects.select_for_update().filter(entrydraft=draft).first()
    if document is None or document.kind == kind:
        return
    if document.links.exists():
        called = document.get_kind_display().lower()
        raise Problem(
            f"Records already rest on this PDF as {called}, so it stays that. Choose another file.", field="kind"
        )
    document.kind = kind
    document.save(update_fields=["kind"])
    audit.record(by=by, verb=verbs.EVIDENCE_KIND_SET, target=document)


@transaction.atomic
def discard_draft(*, by: User, draft: EntryDraft) -> EntryDraft:
    """Put a draft away; `restore_draft` takes it back.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: it was submitted or discarded before.
    """
    require(by, ENTER_RECORDS)
    draft = _locked_open(by, draft)
    draft.discarded_at = timezone.now()
    draft.save(update_fields=["discarded_at", "saved_at"])
    return draft


@transaction.atomic
def restore_draft(*, by: User, draft: EntryDraft) -> EntryDraft:
    """Take a discarded draft back; one that is not discarded stays as it is.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
    """
    require(by, ENTER_RECORDS)
    draft = _locked(by, draft)
    draft.discarded_at = None
    draft.save(update_fields=["discarded_at", "saved_at"])
    return draft


@transaction.atomic
def submit_entry(*, by: User, draft: EntryDraft) -> Submission:
    """Turn a draft into records, once: a second press, or a second window, gets the same submission.

    Raises:
        PermissionDenied: it is not the person's own draft, or they no longer enter for its district.
        MoveNotAllowedError: it was discarded.
        Problem: something is missing or breaks a rule; nothing was submitted and the draft is as it was.
    """
    require(by, ENTER_RECORDS)
    draft = _locked(by, draft)
    if draft.submission is not None:
        return draft.submission
    draft = _locked_open(by, draft)
    sheet = checked_sheet(by, draft)
    if not sheet.ticked:
        raise Problem("Tick at least one student.", field="students")
    if sheet.problems:
        raise Problem("Some rows need a correction before you can submit. Go to the students page.", field="students")
    if draft.document is None:
        raise Problem("Add the PDF of the certificates or the roster.", field="document")
    _check_open(program=draft.program, certification=draft.certification, school_year=draft.school_year)
    submission = _new_submission(by=by, district=draft.district)
    try:
        with transaction.atomic():
            _create_records(by=by, draft=draft, submission=submission, rows=sheet.ticked)
    except IntegrityError as error:
        raise Problem(
            "While you were working, the state received one of these awards from somebody else. Nothing was "
            "submitted; go to the students page, where the row is marked.",
            field="students",
        ) from error
    draft.submission = submission
    draft.save(update_fields=["submission", "saved_at"])
    audit.record(by=by, verb=verbs.RECORDS_SUBMITTED, target=submission, detail={"records": len(sheet.ticked)})
    return submission


def _new_submission(*, by: User, district: District) -> Submission:
    """A submission under a reference that no other has."""
    reference = new_reference("OC", groups=2)
    while Submission.objects.filter(reference=reference).exists():
        reference = new_reference("OC", groups=2)
    return Submission.objects.create(reference=reference, district=district, submitted_by=by)


def _create_records(*, by: User, draft: EntryDraft, submission: Submission, rows: list[CheckedRow]) -> None:
    records = StudentCertification.objects.bulk_create(
        [
            StudentCertification(
                enrollment=row.known.enrollment,
                student_id=row.known.enrollment.student_id,
                certification=draft.certification,
                school_year=draft.school_year,
                award_identifier=new_reference("MI", groups=4),
                state=StudentCertification.State.SUBMITTED,
                submission=submission,
                created_by=by,
                result=row.attempt.result,
                score=row.attempt.score,
                date_tested=row.attempt.date_tested,
                date_earned=row.attempt.date_earned,
                certificate_number=row.attempt.certificate_number,
            )
            for row in rows
            if row.attempt is not None
        ]
    )
    StateChange.objects.bulk_create(
        StateChange(record=record, from_state="draft", to_state=record.state, by=by) for record in records
    )
    EvidenceLink.objects.bulk_create(
        EvidenceLink(record=record, document=draft.document, page=row.page)
        for record, row in zip(records, rows, strict=True)
    )
