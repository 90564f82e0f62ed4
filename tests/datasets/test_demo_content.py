"""What the demo holds: rules kept, every state shown, every role able to sign in."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import InternalError, connection, transaction
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import Role
from certifications import moves
from certifications.models import EvidenceDocument, EvidenceLink, StateChange, Student, StudentCertification, Submission
from datasets.making import bulk
from datasets.making.whole import COPIED
from datasets.sign_ins import PASSWORD, SIGN_INS
from tests.datasets.demo import make_demo

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """One demo for all tests of this file, undone after the last."""
    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic():
        make_demo(students=400, years=3)
        yield
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = before


def test_what_was_copied_keeps_every_rule(demo):
    assert bulk.broken_references(*COPIED) == []
    for model in COPIED:
        for thing in model.objects.all()[:150]:
            thing.full_clean()
    with connection.cursor() as cursor:
        # The reference that no model field declares: a record's student is its enrolment's.
        cursor.execute(
            "SELECT count(*) FROM certifications_studentcertification r JOIN certifications_enrollment e "
            "ON e.id = r.enrollment_id WHERE e.student_id <> r.student_id"
        )
        assert cursor.fetchone()[0] == 0


def test_records_stand_in_each_state_by_allowed_moves(demo):
    states = set(StudentCertification.objects.values_list("state", flat=True))
    assert states == {"submitted", "returned", "approved", "withdrawn"}
    for record in StudentCertification.objects.prefetch_related("changes"):
        steps = list(record.changes.all())
        assert steps[0].from_state == "draft"
        assert all(moves.allows(step.from_state, step.to_state) for step in steps)
        assert steps[-1].to_state == record.state


def test_every_record_has_evidence_in_the_store(demo):
    assert StudentCertification.objects.filter(evidence_links=None).count() == 0
    for document in EvidenceDocument.objects.all():
        assert document.file.read(5) == b"%PDF-"
        assert document.preview.read(4) == b"\x89PNG"
        document.file.close()
        document.preview.close()


def test_next_row_after_copying_gets_a_free_key(demo):
    student = Student.objects.create(uic="0000000000", first_name="A", last_name="B", birth_date="2009-01-01", sex="F")
    assert student.pk == Student.objects.order_by("-pk").first().pk
    assert Submission.objects.count() == Submission.objects.order_by("-pk").first().pk


def test_row_log_is_quiet_while_copying_and_awake_afterwards(demo):
    history = apps.get_model("certifications", "StudentEvent")
    assert history.objects.count() == 0
    Student.objects.filter(pk=Student.objects.first().pk).update(first_name="Changed")
    assert history.objects.count() == 1
    with pytest.raises(InternalError, match="Cannot update"):
        StateChange.objects.update(reason="x")


def test_every_role_signs_in(demo, client):
    assert {sign_in.role for sign_in in SIGN_INS} == set(Role)
    for sign_in in SIGN_INS:
        client.logout()
        answer = client.post(reverse("account_login"), {"login": sign_in.email, "password": PASSWORD})
        assert answer.status_code == 302
        assert client.session["_auth_user_id"] == str(User.objects.get(email=sign_in.email).pk)
        roles = set(Membership.objects.filter(user__email=sign_in.email).values_list("role", flat=True))
        assert roles == {sign_in.role}


def test_twin_sees_nothing_of_home(demo):
    home, twin = (User.objects.get(email=email) for email in ("coordinator@example.org", "twin@example.org"))
    seen = [set(StudentCertification.objects.visible_to(user).values_list("pk", flat=True)) for user in (home, twin)]
    assert all(seen)
    assert not seen[0] & seen[1]


def test_broken_reference_is_found(demo):
    with (
        bulk.without_triggers(EvidenceLink),
        bulk.Copier(EvidenceLink, ("id", "record_id", "document_id", "page")) as copier,
    ):
        copier.add(999_999, 999_999, EvidenceDocument.objects.first().pk, bulk.NULL)
    assert bulk.broken_references(EvidenceLink) == ["certifications.EvidenceLink.record: 1"]
    EvidenceLink.objects.filter(pk=999_999).delete()
