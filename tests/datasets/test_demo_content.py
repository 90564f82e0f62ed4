"""What the demo holds: rules kept, every state shown, every role able to sign in."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import InternalError, connection, transaction
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import Role
from certifications import moves
from certifications.models import (
    CertificationRequest,
    EntryDraft,
    EvidenceDocument,
    EvidenceLink,
    Program,
    ProgramCertification,
    ProgramStandard,
    StateChange,
    Student,
    StudentCertification,
    Submission,
)
from certifications.selectors.entry import open_certifications
from data_collection.models import CollectionDecision, QuestionnaireRequest
from data_collection.validators.answers import missing_codes
from datasets.making import bulk
from datasets.making.sign_ins import PASSWORD, SIGN_INS
from datasets.making.whole import COPIED
from sme_review.figures.worksheet import StandardLine, suggest_share
from sme_review.models import (
    ConflictDeclaration,
    ListingDecision,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Recommendation,
)
from sme_review.selectors.coverage import coverage_of
from sme_review.selectors.decisions import planned_changes, undecided
from tests.datasets.demo import make_demo
from tests.sme_review.results import results_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """One demo for all tests of this file, undone after the last."""
    before = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic():
        make_demo(students=800, years=3)
        yield
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = before


def test_what_was_copied_keeps_every_rule(demo):
    assert bulk.broken_references(*COPIED) == []
    for model in COPIED:
        for thing in model.objects.all()[:150]:
            thing.full_clean()
    with connection.cursor() as cursor:
        # The reference that no model field declares: a record's student is its enrollment's.
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


def test_a_panel_stands_at_each_step_and_decisions_agree_with_the_listings(demo):
    panels = {panel.program.cip_code: panel for panel in Panel.objects.select_related("program")}
    assert {code: panel.state for code, panel in panels.items()} == {
        "47.0604": "decided",
        "48.0508": "running",
        "51.0000": "draft",
        "46.0000": "running",
        "11.0901": "recommended",
        "12.0500": "recommended",
    }
    assert {code: panel.rounds.count() for code, panel in panels.items()} == {
        **dict.fromkeys(panels, 1),
        "51.0000": 0,
        "46.0000": 2,
    }
    assert {code for code in panels if not undecided(panels[code])} == {
        "12.0500",
        "47.0604",
        "48.0508",
        "51.0000",
        "46.0000",
    }
    assert len(planned_changes(panels["12.0500"])) == 5
    decisions = ListingDecision.objects.filter(recommendation__panel=panels["47.0604"]).select_related("listing")
    assert sorted(decision.outcome for decision in decisions) == ["approved"] * 5 + ["declined"]
    assert all(decision.outcome == decision.listing.status for decision in decisions)
    readings = [
        result.suggested.reading
        for result in results_of(panels["47.0604"], viewer=User.objects.get(email="consultant@example.org"))
    ]
    assert readings == [each.reading for each in panels["47.0604"].recommendations.order_by("position")]
    ratings = Rating.objects.filter(round__panel=panels["48.0508"])
    assert set(ratings.values_list("state", flat=True)) == {"submitted", "draft"}
    for model in (Panel, PanelCertification, Panelist, Rating, Recommendation, ListingDecision):
        for thing in model.objects.all():
            thing.full_clean()


def test_worksheets_come_to_about_the_share_that_was_given(demo):
    panel = Panel.objects.get(program__cip_code="47.0604")
    standards = ProgramStandard.objects.filter(program=panel.program, version=panel.standards_version)
    lines = [StandardLine(standard.code, standard.segment_code) for standard in standards]
    ratings = Rating.objects.filter(round__panel=panel)
    assert ratings.exists()
    for rating in ratings:
        share = suggest_share(lines, dict(rating.marks.values_list("standard__code", "mark"))).proportion
        assert abs(share - rating.proportion) <= 100 / len(lines)
    coverage = coverage_of(panel, viewer=User.objects.get(email="consultant@example.org")).figures
    assert len(coverage.sets.by_size) > 1


def test_nobody_rates_a_certification_that_they_stepped_back_from(demo):
    for conflict in ConflictDeclaration.objects.all():
        assert not conflict.panel_certification.ratings.filter(panelist=conflict.panelist).exists()


def test_questionnaires_stand_in_each_state(demo):
    requests = {request.entity.code: request for request in QuestionnaireRequest.objects.select_related("entity")}
    assert requests["COMPTIA"].first_opened_at is None
    assert (requests["MSSC"].visits, requests["MSSC"].answers.count()) == (1, 0)
    assert requests["AWS"].submitted_at is None
    assert 0 < requests["AWS"].answers.count() < 27
    decided = CollectionDecision.objects.in_force(2027).exclude(method="undecided").values("entity__code")
    assert decided.filter(entity__code__in=["ASE", "NCCER"]).count() == 2
    assert requests["PRECISION"].submitted_at
    assert not decided.filter(entity__code="PRECISION").exists()


def test_submitted_answers_could_have_been_submitted(demo):
    for request in QuestionnaireRequest.objects.exclude(submitted_at=None):
        values = {answer.question.code: answer.value for answer in request.answers.select_related("question")}
        assert missing_codes(list(request.questionnaire.questions.all()), values) == []


def test_entry_is_open_only_where_the_method_says_so(demo):
    programs = {code: Program.objects.get(cip_code=code) for code in ("47.0604", "48.0508", "52.0299")}

    def opened(code, year):
        return sorted(each.code for each in open_certifications(program=programs[code], year=year))

    assert opened("47.0604", 2027) == ["ASE-EL-AS", "ASE-EL-BR", "ASE-EL-MR", "MI-MECH"]  # ASE is "both", NOCTI direct
    assert opened("48.0508", 2027) == ["OSHA-10-GI"]  # AWS is not decided yet
    assert opened("48.0508", 2026) == ["AWS-SENSE1", "OSHA-10-GI"]
    assert opened("52.0299", 2027) == ["ASK-BUS", "CTECS-WRS", "INTUIT-QBCU"]  # Microsoft is direct


def test_home_district_has_something_of_everything(demo):
    coordinator = User.objects.get(email="coordinator@example.org")
    records = StudentCertification.objects.visible_to(coordinator)
    assert set(records.values_list("state", flat=True)) == {"submitted", "returned", "approved", "withdrawn"}
    assert EntryDraft.objects.visible_to(coordinator).count() == 1
    states = CertificationRequest.objects.visible_to(coordinator).values_list("state", flat=True)
    assert sorted(states) == ["declined", "open"]


def test_the_public_list_shows_a_retired_one_with_what_replaces_it_and_one_is_due(demo, client):
    page = client.get("/approved/12.0500/").content.decode()
    assert 'Replaced by <a href="/approved/certifications/NRA-SS-MGR/">' in page
    due = ProgramCertification.objects.due_for_review(2027)
    assert list(due.values_list("program__cip_code", "certification__code")) == [("46.0301", "NCCER-CORE")]
    approved = ProgramCertification.objects.filter(status="approved")
    assert not approved.filter(review_school_year=None).exists()
