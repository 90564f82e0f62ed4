"""Drafts and submissions: nothing typed is lost, nothing is recorded twice."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import AuditEntry, User
from accounts.roles import Role
from certifications.models import EntryDraft, ProgramCertification, StudentCertification, Submission
from certifications.selectors.sheet import checked_sheet
from certifications.services import entry
from core.problems import MoveNotAllowedError, Problem
from tests.certifications.stage import good_row
from tests.conftest import make_member
from tests.factories.accounts import MembershipFactory
from tests.factories.certifications import (
    YEAR,
    EnrollmentFactory,
    EvidenceDocumentFactory,
    StudentCertificationFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.usefixtures("today")


def start(by, home_district, program, certification, **given):
    values = {"district": home_district.district, "school_year": YEAR, **given}
    return entry.start_draft(by=by, program=program, certification=certification, **values)


@pytest.mark.parametrize("person", ["coordinator", "official", "reporter"])
def test_start_draft_by_those_who_enter(person, home_district, program, certification):
    by = getattr(home_district, person)
    draft = start(by, home_district, program, certification)
    assert (draft.created_by, draft.rows, draft.submission) == (by, {}, None)


@pytest.mark.parametrize("person", ["auditor", "cepd"])
def test_start_draft_refuses_those_who_only_read(person, home_district, program, certification):
    with pytest.raises(PermissionDenied):
        start(getattr(home_district, person), home_district, program, certification)


def test_start_draft_refuses_the_twin_district(home_district, twin_district, program, certification):
    with pytest.raises(Problem, match="district that you enter"):
        start(twin_district.coordinator, home_district, program, certification)


def test_start_draft_refuses_an_old_year(home_district, program, certification):
    with pytest.raises(Problem, match="school year"):
        start(home_district.coordinator, home_district, program, certification, school_year=YEAR - 2)


def test_start_draft_refuses_what_is_not_listed(home_district, program, certification):
    ProgramCertification.objects.update(first_school_year=YEAR + 1)
    with pytest.raises(Problem, match="not open"):
        start(home_district.coordinator, home_district, program, certification)


def test_save_rows_keeps_what_was_typed_right_or_wrong(draft, enrollments, home_district):
    row = {"ticked": True, "result": "passed", "score": "eighty", "date_earned": "5/32/2027", "page": "x"}
    entry.save_rows(by=home_district.coordinator, draft=draft, rows={enrollments[0].pk: row})
    saved = EntryDraft.objects.get(pk=draft.pk).rows[str(enrollments[0].pk)]
    assert saved == row


def test_save_rows_leaves_rows_of_other_pages(draft, enrollments, home_district):
    by, (one, two, _) = home_district.coordinator, enrollments
    entry.save_rows(by=by, draft=draft, rows={one.pk: good_row()})
    saved = entry.save_rows(by=by, draft=draft, rows={two.pk: good_row()})
    assert sorted(saved.rows) == sorted([str(one.pk), str(two.pk)])


def test_save_rows_keeps_text_of_a_row_that_is_not_ticked_and_forgets_an_empty_one(draft, enrollments, home_district):
    by, (one, two, _) = home_district.coordinator, enrollments
    entry.save_rows(by=by, draft=draft, rows={one.pk: good_row(), two.pk: good_row()})
    empty = {"ticked": False, "result": "passed", "score": "", "date_earned": ""}
    saved = entry.save_rows(by=by, draft=draft, rows={one.pk: good_row(ticked=False), two.pk: empty})
    assert saved.rows == {str(one.pk): good_row(ticked=False)}


def test_same_date_and_score_fill_empty_boxes_of_ticked_rows(draft, enrollments, home_district):
    one, two, three = enrollments
    rows = {
        one.pk: {"ticked": True, "score": "", "date_earned": ""},
        two.pk: {"ticked": True, "score": "99", "date_earned": "9/9/2026"},
        three.pk: {"ticked": False, "score": "", "date_earned": ""},
    }
    saved = entry.save_rows(
        by=home_district.coordinator, draft=draft, rows=rows, same_date="10/2/2026", same_score="80"
    ).rows
    assert saved[str(one.pk)] == {"ticked": True, "score": "80", "date_earned": "10/2/2026"}
    assert saved[str(two.pk)] == {"ticked": True, "score": "99", "date_earned": "9/9/2026"}
    assert str(three.pk) not in saved


def test_save_rows_refuses_a_discarded_draft(draft, home_district):
    entry.discard_draft(by=home_district.coordinator, draft=draft)
    with pytest.raises(MoveNotAllowedError, match="discarded"):
        entry.save_rows(by=home_district.coordinator, draft=draft, rows={})
    entry.restore_draft(by=home_district.coordinator, draft=draft)
    assert entry.save_rows(by=home_district.coordinator, draft=draft, rows={}).discarded_at is None


def test_tick_by_uic_answers_each_line(draft, enrollments, home_district, twin_district):
    foreign = EnrollmentFactory(offering=twin_district.offering).student.uic
    text = f"{enrollments[0].student.uic}\n\n 12345 \n{foreign}\n9999999999\n"
    count, problems = entry.tick_by_uic(by=home_district.coordinator, draft=draft, text=text)
    assert count == 1
    assert EntryDraft.objects.get(pk=draft.pk).rows[str(enrollments[0].pk)]["ticked"] is True
    short, stranger, unknown = [problem.message for problem in problems]
    assert short.startswith('Line 3, column UIC: "12345" is not 10 digits.')
    # Somebody of another district and nobody at all get the same words.
    assert stranger.replace(foreign, "X").replace("Line 4", "") == unknown.replace("9999999999", "X").replace(
        "Line 5", ""
    )


def test_set_document_refuses_another_districts(draft, home_district, twin_district):
    document = EvidenceDocumentFactory(district=twin_district.district)
    with pytest.raises(PermissionDenied):
        entry.set_document(by=home_district.coordinator, draft=draft, document=document)
    MembershipFactory(user=home_district.coordinator, role=Role.DISTRICT_COORDINATOR, district=twin_district.district)
    both = User.objects.get(pk=home_district.coordinator.pk)
    with pytest.raises(Problem, match="same district"):
        entry.set_document(by=both, draft=draft, document=document)


@pytest.mark.parametrize("person", ["stranger", "colleague"])
def test_a_draft_is_changed_by_nobody_but_its_author(person, ready_draft, home_district, twin_district):
    by = twin_district.coordinator if person == "stranger" else home_district.colleague
    acts = (
        lambda: entry.save_rows(by=by, draft=ready_draft, rows={}),
        lambda: entry.tick_by_uic(by=by, draft=ready_draft, text=""),
        lambda: entry.set_document(by=by, draft=ready_draft, document=ready_draft.document),
        lambda: entry.set_document_kind(by=by, draft=ready_draft, kind="certificate"),
        lambda: entry.discard_draft(by=by, draft=ready_draft),
        lambda: entry.restore_draft(by=by, draft=ready_draft),
        lambda: entry.submit_entry(by=by, draft=ready_draft),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert EntryDraft.objects.get(pk=ready_draft.pk).saved_at == ready_draft.saved_at


def test_a_draft_is_closed_to_its_author_where_they_enter_no_more(draft, home_district, twin_district):
    home_district.coordinator.memberships.update(district=twin_district.district)
    by = User.objects.get(pk=home_district.coordinator.pk)
    with pytest.raises(PermissionDenied):
        entry.save_rows(by=by, draft=draft, rows={})


def test_submit_makes_one_record_for_each_ticked_student(ready_draft, enrollments, home_district):
    by = home_district.coordinator
    one, two, three = enrollments
    rows = {two.pk: good_row(result="failed", score="40"), three.pk: good_row(ticked=False)}
    entry.save_rows(by=by, draft=ready_draft, rows=rows)
    submission = entry.submit_entry(by=by, draft=ready_draft)
    passed, failed = StudentCertification.objects.order_by("enrollment_id")
    assert (passed.enrollment, passed.state, passed.date_earned, passed.score) == (
        one,
        "submitted",
        date(2026, 10, 1),
        85,
    )
    assert (failed.enrollment, failed.result, failed.date_tested, failed.date_earned) == (
        two, "failed", date(2026, 10, 1), None,
    )  # fmt: skip
    assert [change.to_state for change in passed.changes.all()] == ["submitted"]
    assert [(link.document, link.page) for link in passed.evidence_links.all()] == [(ready_draft.document, 1)]
    assert passed.submission == submission
    assert AuditEntry.objects.filter(target_model="certifications.submission", target_id=submission.pk).count() == 1


def test_submit_twice_gives_the_same_receipt(ready_draft, home_district):
    first = entry.submit_entry(by=home_district.coordinator, draft=ready_draft)
    second = entry.submit_entry(by=home_district.coordinator, draft=ready_draft)
    assert (second, StudentCertification.objects.count(), Submission.objects.count()) == (first, 3, 1)
    with pytest.raises(MoveNotAllowedError, match="was submitted"):
        entry.save_rows(by=home_district.coordinator, draft=ready_draft, rows={})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda draft, _rows: draft.rows.clear(), "Tick at least one"),
        (lambda draft, rows: draft.rows[str(rows[0].pk)].update(score="12"), "need a correction"),
        (lambda draft, _rows: setattr(draft, "document", None), "Add the PDF"),
    ],
)
def test_submit_refuses_what_is_not_complete(change, message, ready_draft, enrollments, home_district):
    change(ready_draft, enrollments)
    ready_draft.save()
    with pytest.raises(Problem, match=message):
        entry.submit_entry(by=home_district.coordinator, draft=ready_draft)
    assert StudentCertification.objects.count() == 0


def test_submit_refuses_a_certification_closed_meanwhile(ready_draft, home_district):
    ProgramCertification.objects.update(first_school_year=YEAR + 1)
    with pytest.raises(Problem, match="not open"):
        entry.submit_entry(by=home_district.coordinator, draft=ready_draft)


def test_submit_by_somebody_whose_role_ended_is_refused(ready_draft, home_district):
    by = home_district.coordinator
    by.memberships.update(ended_at="2026-11-01T00:00Z")
    with pytest.raises(PermissionDenied):
        entry.submit_entry(by=type(by).objects.get(pk=by.pk), draft=ready_draft)


def test_a_duplicate_of_another_district_is_refused_without_naming_it(
    ready_draft, enrollments, home_district, twin_district, certification
):
    elsewhere = EnrollmentFactory(student=enrollments[0].student, offering=twin_district.offering)
    StudentCertificationFactory(enrollment=elsewhere, certification=certification, date_earned=date(2026, 10, 1))
    ((message, href),) = checked_sheet(home_district.coordinator, ready_draft).problems
    assert message.startswith("Abbott, Ann, date earned: This student already has this certification")
    assert href == f"#date_earned-{enrollments[0].pk}"
    assert twin_district.district.name not in message


def test_a_withdrawn_record_is_no_duplicate(ready_draft, enrollments, home_district, certification):
    StudentCertificationFactory(
        enrollment=enrollments[0], certification=certification, date_earned=date(2026, 10, 1), state="withdrawn"
    )
    assert checked_sheet(home_district.coordinator, ready_draft).problems == []


def test_a_student_of_two_buildings_gets_the_award_once(ready_draft, enrollments, home_district):
    again = EnrollmentFactory(
        student=enrollments[0].student,
        offering__program=home_district.offering.program,
        offering__building__district=home_district.district,
    )
    by = home_district.coordinator
    draft = entry.save_rows(by=by, draft=ready_draft, rows={again.pk: good_row()})
    assert [href for _, href in checked_sheet(by, draft).problems] == [f"#date_earned-{again.pk}"]


def test_a_page_beyond_the_pdf_is_said(ready_draft, enrollments, home_district):
    draft = entry.save_rows(
        by=home_district.coordinator, draft=ready_draft, rows={enrollments[0].pk: good_row(page="2")}
    )
    sheet = checked_sheet(home_district.coordinator, draft)
    assert [message for message, _ in sheet.page_problems] == [
        "Abbott, Ann, page: The PDF has 1 page, so there is no page 2. Check the number."
    ]


def test_the_sheet_holds_only_what_the_person_enters_for(
    draft, enrollments, home_district, twin_district, certification
):
    person = make_member(Role.DISTRICT_COORDINATOR, district=twin_district.district)
    MembershipFactory(user=person, role=Role.DISTRICT_AUDITOR, district=home_district.district)
    EnrollmentFactory(offering=twin_district.offering)
    assert checked_sheet(person, draft).rows == []
    assert len(checked_sheet(home_district.coordinator, draft).rows) == 3


@pytest.mark.django_db(transaction=True)
def test_a_race_for_the_same_award_gives_a_problem(ready_draft, enrollments, home_district, certification, monkeypatch):
    """Another district's record arrives between the check and the insert."""
    original = entry._new_submission

    def late(**named):
        StudentCertificationFactory(
            enrollment=enrollments[0], certification=certification, date_earned=date(2026, 10, 1)
        )
        return original(**named)

    monkeypatch.setattr(entry, "_new_submission", late)
    with pytest.raises(Problem, match="from somebody else"):
        entry.submit_entry(by=home_district.coordinator, draft=ready_draft)
    assert StudentCertification.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_submit_at_once_record_once(ready_draft, home_district):
    receipts, gate = [], threading.Barrier(2)

    def press():
        gate.wait()
        try:
            receipts.append(entry.submit_entry(by=home_district.coordinator, draft=ready_draft).reference)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert len(receipts) == 2
    assert len(set(receipts)) == 1
    assert StudentCertification.objects.count() == 3


def test_a_reference_that_is_taken_is_not_given_twice(ready_draft, home_district, monkeypatch):
    SubmissionFactory(reference="OC-AAAA-AAAA")
    given = iter(["OC-AAAA-AAAA", "OC-BBBB-BBBB", "MI-1", "MI-2", "MI-3"])
    monkeypatch.setattr(entry, "new_reference", lambda _prefix, groups: next(given))
    assert entry.submit_entry(by=home_district.coordinator, draft=ready_draft).reference == "OC-BBBB-BBBB"
