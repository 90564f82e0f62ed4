"""The life of a record: who may move it where, and that two people do not overwrite each other."""

from datetime import date

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from certifications import moves
from certifications.models import StateChange, StudentCertification
from certifications.services import records
from certifications.validators.attempt import Typed
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from tests.conftest import make_member
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.certifications import (
    CertificationPartFactory,
    EvidenceDocumentFactory,
    StudentCertificationFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.usefixtures("today")
State = StudentCertification.State


def make_record(home_district, state="submitted", **given):
    decided = {"decided_by": UserFactory(), "decided_at": "2026-11-01T12:00Z"} if state in moves.DECIDED else {}
    reason = {"state_reason": "Wrong score."} if state == "returned" else {}
    return StudentCertificationFactory(
        enrollment__offering=home_district.offering,
        state=state,
        **{"created_by": home_district.coordinator, **decided, **reason, **given},
    )


def move(to, *, by, record, reason=""):
    """The service that leads to a state."""
    if to in moves.DECIDED:
        return records.decide_record(by=by, record=record, to=to, reason=reason)
    if to == "withdrawn":
        return records.withdraw_record(by=by, record=record, reason=reason)
    return records.resubmit_record(by=by, record=record)


@pytest.fixture
def returned(home_district):
    record = make_record(home_district, "returned", score=85)
    CertificationPartFactory(certification=record.certification)
    return record


@pytest.mark.parametrize("from_state", [state for state in State.values if state != "draft"])
@pytest.mark.parametrize("to_state", ["submitted", "returned", "approved", "withdrawn"])
def test_every_move_is_allowed_or_refused_as_the_table_says(from_state, to_state, home_district, approver):
    record = make_record(home_district, from_state)
    by = approver if to_state in moves.DECIDED else home_district.coordinator
    if moves.allows(from_state, to_state):
        moved = move(to_state, by=by, record=record, reason="Because.")
        (change,) = moved.changes.all()
        assert (change.from_state, change.to_state, change.by, change.reason) == (
            from_state, to_state, by, "" if to_state == "submitted" else "Because.",
        )  # fmt: skip
        assert (moved.state, moved.version, moved.decided_by) == (
            to_state, 2, by if to_state in moves.DECIDED else None,
        )  # fmt: skip
        assert AuditEntry.objects.get(target_id=record.pk).verb == {
            "submitted": "resubmitted", "withdrawn": "withdrew",
        }.get(to_state, to_state)  # fmt: skip
    else:
        with pytest.raises(MoveNotAllowedError, match=record.award_identifier):
            move(to_state, by=by, record=record, reason="Because.")
        assert StateChange.objects.count() == 0


@pytest.mark.parametrize("to_state", ["returned", "withdrawn"])
def test_a_reason_is_needed(to_state, home_district, approver):
    by = approver if to_state == "returned" else home_district.coordinator
    with pytest.raises(Problem, match="Give the reason"):
        move(to_state, by=by, record=make_record(home_district), reason="  ")


@pytest.mark.parametrize("person", ["auditor", "cepd"])
def test_those_who_only_read_cannot_withdraw(person, home_district):
    with pytest.raises(PermissionDenied):
        move("withdrawn", by=getattr(home_district, person), record=make_record(home_district), reason="x")


def test_the_twin_and_a_reporter_who_only_audits_here_cannot_withdraw(home_district, twin_district):
    both = make_member(Role.BUILDING_REPORTER, building=twin_district.building)
    MembershipFactory(user=both, role=Role.DISTRICT_AUDITOR, district=home_district.district)
    record = make_record(home_district)
    for person in (twin_district.coordinator, both):
        with pytest.raises(PermissionDenied):
            move("withdrawn", by=person, record=record, reason="x")


def test_the_reporter_of_the_building_may_withdraw(home_district):
    moved = move("withdrawn", by=home_district.reporter, record=make_record(home_district), reason="Typed twice.")
    assert (moved.state, moved.state_reason) == ("withdrawn", "Typed twice.")


@pytest.mark.parametrize("person", ["coordinator", "official", "reporter"])
def test_a_district_does_not_approve(person, home_district):
    with pytest.raises(PermissionDenied):
        move("approved", by=getattr(home_district, person), record=make_record(home_district))


def test_a_state_change_cannot_be_changed(home_district, approver):
    move("approved", by=approver, record=make_record(home_district))
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        StateChange.objects.update(reason="other")


def test_decide_many_goes_on_past_one_that_cannot_be_decided(home_district, approver):
    rows = [make_record(home_district), make_record(home_district, "withdrawn"), make_record(home_district)]
    decision = records.decide_records(by=approver, records=rows, to="approved")
    assert decision.done == 2
    assert [rows[1].award_identifier in message for message in decision.refused] == [True]


def test_returning_sends_each_submitter_one_mail_without_student_data(
    home_district, approver, django_capture_on_commit_callbacks
):
    submission = SubmissionFactory(district=home_district.district, submitted_by=home_district.colleague)
    rows = [make_record(home_district, submission=submission) for _ in range(3)] + [make_record(home_district)]
    rows.append(make_record(home_district, created_by=None))
    with django_capture_on_commit_callbacks(execute=True):
        records.decide_records(by=approver, records=rows, to="returned", reason="Wrong date.")
    assert {(message.to[0], message.subject) for message in mail.outbox} == {
        (home_district.colleague.email, "OCTE Certs: 3 records were returned to you"),
        (home_district.coordinator.email, "OCTE Certs: 1 record was returned to you"),
    }
    for record in rows:
        for secret in (record.student.last_name, record.student.uic, "Wrong date."):
            assert [secret in message.body for message in mail.outbox] == [False, False]


def test_deciding_needs_the_right_and_a_return_the_reason(home_district, approver):
    with pytest.raises(PermissionDenied):
        records.decide_records(by=home_district.coordinator, records=[], to="approved")
    with pytest.raises(Problem, match="reason"):
        records.decide_records(by=approver, records=[], to="returned", reason=" ")


def test_correct_a_returned_record(returned, home_district):
    typed = Typed(score="90", date_earned="10/2/2026", certificate_number="N 1")
    saved = records.correct_record(by=home_district.colleague, record=returned, version=1, typed=typed)
    saved.refresh_from_db()
    assert (saved.score, saved.date_earned, saved.certificate_number, saved.version, saved.state) == (
        90, date(2026, 10, 2), "N 1", 2, "returned",
    )  # fmt: skip


def test_the_second_of_two_people_is_told(returned, home_district):
    typed = Typed(score="90", date_earned="10/2/2026")
    records.correct_record(by=home_district.colleague, record=returned, version=1, typed=typed)
    with pytest.raises(StaleVersionError, match="side by side"):
        records.correct_record(by=home_district.coordinator, record=returned, version=1, typed=typed)


def test_correct_tells_every_broken_rule(returned, home_district):
    with pytest.raises(records.AttemptError) as refused:
        records.correct_record(
            by=home_district.coordinator, record=returned, version=1, typed=Typed(score="1", date_earned="x")
        )
    assert [problem.field for problem in refused.value.problems] == ["score", "date_earned"]


def test_correct_refuses_a_record_that_is_not_returned_and_a_stranger(home_district, twin_district):
    record = make_record(home_district)
    with pytest.raises(MoveNotAllowedError):
        records.correct_record(by=home_district.coordinator, record=record, version=1, typed=Typed())
    with pytest.raises(PermissionDenied):
        records.correct_record(by=twin_district.coordinator, record=record, version=1, typed=Typed())


def test_its_own_date_is_no_duplicate_and_another_records_date_is(returned, home_district):
    typed = Typed(score="90", date_earned="10/1/2026")
    records.correct_record(by=home_district.coordinator, record=returned, version=1, typed=typed)
    StudentCertificationFactory(
        enrollment=returned.enrollment, certification=returned.certification, date_earned=date(2026, 9, 1)
    )
    with pytest.raises(records.AttemptError, match="already has this certification with the date 9/1/2026"):
        records.correct_record(
            by=home_district.coordinator, record=returned, version=2, typed=Typed(score="90", date_earned="9/1/2026")
        )


def test_a_race_for_the_date_becomes_a_problem(returned, home_district, monkeypatch):
    """The other record arrives between the check and the save."""
    original = records.check_attempt

    def late(typed, facts):
        StudentCertificationFactory(
            enrollment=returned.enrollment, certification=returned.certification, date_earned=date(2026, 9, 1)
        )
        return original(typed, facts)

    monkeypatch.setattr(records, "check_attempt", late)
    with pytest.raises(records.AttemptError, match="9/1/2026"):
        records.correct_record(
            by=home_district.coordinator, record=returned, version=1, typed=Typed(score="90", date_earned="9/1/2026")
        )


def test_a_stranger_moves_nothing_and_proves_nothing_here(returned, home_district, twin_district):
    stranger, typed = twin_district.coordinator, Typed(score="90", date_earned="10/2/2026")
    own = EvidenceDocumentFactory(district=twin_district.district)
    acts = (
        lambda: records.resubmit_record(by=stranger, record=returned),
        lambda: records.withdraw_record(by=stranger, record=returned, reason="x"),
        lambda: records.correct_record(by=stranger, record=returned, version=1, typed=typed),
        lambda: records.correct_and_resubmit(by=stranger, record=returned, version=1, typed=typed),
        lambda: records.attach_evidence(by=stranger, record=returned, document=own),
        lambda: records.attach_evidence(by=home_district.coordinator, record=returned, document=own),
    )
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert (StateChange.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_only_approving_and_returning_are_decisions(home_district, approver):
    with pytest.raises(MoveNotAllowedError, match="approve or return"):
        records.decide_record(by=approver, record=make_record(home_district), to="withdrawn")


def test_correct_and_resubmit_is_one_act(returned, home_district):
    typed = Typed(score="90", date_earned="10/2/2026")
    saved = records.correct_and_resubmit(by=home_district.coordinator, record=returned, version=1, typed=typed)
    assert (saved.state, saved.state_reason, saved.version) == ("submitted", "", 3)


def test_attach_evidence_to_a_returned_record_of_the_same_district_once(returned, home_district, twin_district):
    by, document = home_district.coordinator, EvidenceDocumentFactory(district=home_district.district)
    first = records.attach_evidence(by=by, record=returned, document=document)
    assert records.attach_evidence(by=by, record=returned, document=document) == first
    MembershipFactory(user=by, role=Role.DISTRICT_COORDINATOR, district=twin_district.district)
    both = type(by).objects.get(pk=by.pk)
    foreign = EvidenceDocumentFactory(district=twin_district.district)
    with pytest.raises(Problem, match="same district"):
        records.attach_evidence(by=both, record=returned, document=foreign)
    with pytest.raises(MoveNotAllowedError):
        records.attach_evidence(by=by, record=make_record(home_district), document=document)


def test_a_download_is_written_down(home_district):
    records.note_download(by=home_district.auditor, count=7)
    assert AuditEntry.objects.get().detail == {"records": 7}
