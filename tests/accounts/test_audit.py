"""The audit trail: bulk updates and raw SQL are caught, nothing in it can be changed, and no list shows values."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.roles import Role
from accounts.selectors import audit
from accounts.services.audit import acting_as, record
from certifications.models import ProgramCertification, Student, StudentCertification
from core.personal_links import hash_secret
from tests.factories.accounts import AuditEntryFactory, InvitationFactory, UserFactory
from tests.factories.certifications import (
    CertificationFactory,
    EnrollmentFactory,
    ProgramCertificationFactory,
    StudentCertificationFactory,
    StudentFactory,
    SubmissionFactory,
)


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def thing(target) -> str:
    return reverse("accounts:audit_thing", args=[target._meta.label_lower, target.pk])


@pytest.fixture
def auditor(state_auditor, client):
    """The state auditor, signed in."""
    client.force_login(state_auditor)
    return state_auditor


@pytest.mark.parametrize("person", ["coordinator", "official", "auditor", "reporter", "cepd"])
def test_people_of_districts_are_refused(person, home_district, client):
    client.force_login(getattr(home_district, person))
    for url in ("/audit/", "/audit/rows/", f"/audit/person/{home_district.official.pk}/", "/audit/accounts.user/1/"):
        assert client.get(url).status_code == 403
    assert list(audit.entries_visible_to(home_district.official)) == []
    assert list(audit.people_with_acts_visible_to(home_district.official)) == []


@pytest.mark.parametrize("bulk", [True, False], ids=["QuerySet.update", "raw SQL"])
def test_changes_around_the_services_are_caught_with_before_and_after(bulk, auditor, client):
    row, listing = StudentCertificationFactory(score=71), ProgramCertificationFactory(reason="First reason")
    if bulk:
        StudentCertification.objects.update(score=99)
        ProgramCertification.objects.update(reason="Second reason")
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE certifications_studentcertification SET score = 99")
            cursor.execute("UPDATE certifications_programcertification SET reason = 'Second reason'")
    assert "Score 71 99" in text(client.get(thing(row)))
    assert "Reason First reason Second reason" in text(client.get(thing(listing)))
    rows = text(client.get("/audit/rows/"))
    assert f"changed Student certification {row.pk}" in rows
    assert f"changed Program certification {listing.pk}" in rows


def test_a_deleted_row_keeps_its_history(auditor, client):
    listing = ProgramCertificationFactory(reason="Listed by mistake")
    url = thing(listing)
    ProgramCertification.objects.all().delete()
    page = text(client.get(url))
    assert "Deleted," in page
    assert "Reason Listed by mistake empty" in page


@pytest.mark.parametrize("table", ["accounts_auditentry", "certifications_programcertificationevent"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = 'x'", "DELETE FROM {}"])
def test_the_trail_cannot_be_changed(table, act, db):
    AuditEntryFactory()
    ProgramCertificationFactory()
    column = "verb" if table == "accounts_auditentry" else "pgh_label"
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table, column))


def test_students_values_stand_on_their_own_page_only(auditor, client):
    student = StudentFactory(first_name="Marigold", last_name="Quillfeather", uic="0123456789")
    Student.objects.filter(pk=student.pk).update(first_name="Marygold")
    record(by=auditor, verb="corrected", target=student)
    page = text(client.get(thing(student)))
    assert "First name Marigold Marygold" in page
    assert f"<title>History: Student {student.pk} " in client.get(thing(student)).content.decode()
    for url in ("/audit/", "/audit/rows/", f"/audit/person/{auditor.pk}/", thing(EnrollmentFactory(student=student))):
        listed = client.get(url).content.decode()
        assert f"tudent {student.pk}" in listed
        for secret in ("Marigold", "Marygold", "Quillfeather", "0123456789"):
            assert secret not in listed


def test_acts_are_found_by_person_kind_and_day(auditor, client):
    anna, bert = UserFactory(name="Anna Alpha"), UserFactory(name="Bert Beta")
    record(by=anna, verb="looked", target=anna)
    record(by=bert, verb="looked", target=ProgramCertificationFactory())
    record(by=None, by_label="panelist 14", verb="rated", target=anna)
    counts = {
        "?who=alpha": (1, 0, 0),
        "?who=panelist": (0, 0, 1),
        "?kind=certifications.programcertification": (0, 1, 0),
        "?since=2000-01-01&until=2000-12-31": (0, 0, 0),
        "?since=2000-01-01": (1, 1, 1),
        "?until=2000-01-01": (0, 0, 0),
    }
    for query, hits in counts.items():
        body = client.get(f"/audit/{query}").content.decode().partition("<table")[2]
        marks = (f"person/{anna.pk}/", f"person/{bert.pk}/", "panelist 14")
        assert tuple(int(mark in body) for mark in marks) == hits, query


def test_a_persons_page_shows_their_acts_and_the_rows_they_touched(consultant, auditor, home_district, client):
    membership = home_district.coordinator.memberships.get()
    client.force_login(consultant)
    client.post(reverse("accounts:end_role", args=[membership.pk]))
    client.force_login(auditor)
    page = text(client.get(f"/audit/person/{consultant.pk}/"))
    assert "ended a role" in page
    assert f"changed Membership {membership.pk}" in page
    other = text(client.get(f"/audit/person/{home_district.official.pk}/"))
    assert "has not done anything" in other
    assert "has not added or changed anything" in other
    assert f"By {consultant}" in text(client.get(thing(membership)))


def test_a_links_holder_is_named_and_their_secret_is_kept_nowhere(auditor, client):
    secret = "t" * 43
    invitation = InvitationFactory(email="new@example.org", secret_hash=hash_secret(secret), role=Role.STATE_AUDITOR)
    password = "seven green lanterns hum"
    client.logout()
    client.post(f"/link/invitation/{secret}/", {"name": "New", "password": password, "again": password})
    account = User.objects.get(email="new@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT metadata::text FROM pghistory_context")
        contexts = [row[0] for row in cursor.fetchall()]
    assert contexts != []
    assert [text for text in contexts if secret in text or "/link/" in text] == []
    assert list(AuditEntry.objects.filter(by=account).values_list("verb", flat=True)) == ["accepted"]
    [event] = audit.describe(User, audit.row_events_of(User, account.pk))
    assert event.who.text in {str(account), f"invitation {invitation.pk}"}


def test_acting_as_names_who_has_no_account(auditor, client):
    listing = ProgramCertificationFactory(reason="a")
    with acting_as("panelist 14"):
        ProgramCertification.objects.update(reason="b")
    assert "By panelist 14" in text(client.get(thing(listing)))
    assert "By nobody who was signed in" in text(client.get(thing(listing)))


def test_fields_read_in_words(auditor, client, consultant):
    row = StudentCertificationFactory(state="draft")
    StudentCertification.objects.update(
        state="approved", decided_by=consultant, decided_at="2026-11-24T15:00:00Z", certification=CertificationFactory()
    )
    page = text(client.get(thing(row)))
    assert "State Draft Approved" in page
    assert f"Decided by empty {consultant}" in page
    assert "Decided at empty Nov 24, 2026, 10:00 AM" in page
    assert f"Certification {row.certification}" in page


@pytest.mark.parametrize(
    "path", ["accounts.user/999999999", "auth.permission/1", "accounts.userevent/1", "nonsense/1", "accounts.User/1"]
)
def test_what_is_not_there_or_not_ours_is_not_found(path, auditor, client):
    assert client.get(f"/audit/{path}/").status_code == 404


def test_a_row_without_a_history_says_so(auditor, client):
    submission = SubmissionFactory()
    assert "No changes are on record" in text(client.get(thing(submission)))


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_keep_their_query_count(rows, auditor, consultant, client, django_assert_num_queries):
    row = StudentCertificationFactory()
    for number in range(rows):
        enrollment = EnrollmentFactory()
        StudentCertification.objects.update(
            score=number + 1,
            enrollment=enrollment,
            student=enrollment.student,
            certification=CertificationFactory(),
            submission=SubmissionFactory(),
            created_by=UserFactory(),
            decided_by=consultant,
            decided_at="2026-11-24T15:00:00Z",
        )
        record(by=UserFactory(), verb="counted", target=row)
        record(by=consultant, verb="counted", target=row)
    for url, queries in (("/audit/", 5), ("/audit/rows/", 4), (f"/audit/person/{consultant.pk}/", 7), (thing(row), 11)):
        with django_assert_num_queries(queries):
            client.get(url)
