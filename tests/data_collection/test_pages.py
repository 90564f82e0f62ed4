"""The staff's pages: who sees them, what they show, what they change, how many queries they need."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from core import school_year
from data_collection.models import CollectionDecision, CollectionWindow, DataSharingAgreement, QuestionnaireRequest
from data_collection.selectors.home import home_items
from data_collection.services.answers import save_answers, submit_answers
from data_collection.validators.answers import Typed
from tests.data_collection.helpers import good_answers
from tests.factories import data_collection
from tests.factories.certifications import AwardingEntityFactory, CertificationFactory, ProgramCertificationFactory

YEAR = school_year.current()


@pytest.fixture
def standard(db):
    return data_collection.standard_questionnaire()


@pytest.fixture
def questionnaire_request(standard, consultant):
    return data_collection.QuestionnaireRequestFactory(
        questionnaire=standard, entity__name="Great Lakes Trades Board", sent_by=consultant
    )


@pytest.fixture
def submitted(questionnaire_request):
    save_answers(questionnaire_request=questionnaire_request, values=good_answers(questionnaire_request.questionnaire))
    return submit_answers(questionnaire_request=questionnaire_request, signed_by="Jordan Lee")


def names(response):
    return [row.record.name for row in response.context["table"].rows]


# The list


def one_in_each_status(standard):
    for name in ("Not sent", "Withdrawn", "Sent", "Opened", "Partly", "Submitted", "Late"):
        AwardingEntityFactory(name=name)
    now = timezone.now()

    def send(name, **values):
        entity = AwardingEntityFactory._meta.model.objects.get(name=name)
        return data_collection.QuestionnaireRequestFactory(entity=entity, questionnaire=standard, **values)

    send("Withdrawn", withdrawn_at=now, withdrawn_by=data_collection.UserFactory())
    send("Sent")
    send("Opened", first_opened_at=now, visits=1)
    save_answers(questionnaire_request=send("Partly"), values={"A1": Typed("x"), "B4": Typed("y")})
    send("Submitted", submitted=True)
    send("Late", due_on=timezone.localdate() - timedelta(days=1))
    data_collection.CollectionDecisionFactory(entity__name="Decided", school_year=YEAR, method="both")
    data_collection.CollectionDecisionFactory(entity__name="Decided last year", school_year=YEAR - 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Decided", "Decided last year", "Late", "Not sent", "Opened", "Partly", "Sent", "Submitted", "Withdrawn"]),
        ("status=not_sent", ["Decided", "Decided last year", "Not sent", "Withdrawn"]),
        ("status=sent", ["Late", "Sent"]),
        ("status=opened", ["Opened"]),
        ("status=partly", ["Partly"]),
        ("status=submitted", ["Submitted"]),
        ("status=decided", ["Decided"]),
        ("status=overdue", ["Late"]),
        ("method=both", ["Decided"]),
        (f"method=district&year={YEAR - 1}", ["Decided last year"]),
        (f"status=not_sent&method=undecided&year={YEAR - 1}", [
            "Decided", "Late", "Not sent", "Opened", "Partly", "Sent", "Submitted", "Withdrawn",
        ]),
        ("sort=-name&status=sent", ["Sent", "Late"]),
        ("year=nonsense&status=submitted", []),
    ],
)  # fmt: skip
def test_entities_are_listed_by_status_method_and_year(query, expected, standard, consultant, client):
    one_in_each_status(standard)
    client.force_login(consultant)
    response = client.get(f"{reverse('data_collection:entities')}?{query}")
    if "nonsense" not in query:
        assert names(response) == expected
    assert response.status_code == 200


def test_the_list_says_how_many_are_answered_and_what_is_late(standard, consultant, client):
    one_in_each_status(standard)
    client.force_login(consultant)
    page = client.get(reverse("data_collection:entities")).content.decode()
    assert "Partly answered (2 of 27)" in page
    assert page.count("Overdue</strong>") == 1


def test_the_download_is_what_is_shown(standard, state_auditor, client):
    one_in_each_status(standard)
    AwardingEntityFactory(name="=1+1 Sums")
    client.force_login(state_auditor)
    response = client.get(reverse("data_collection:entities_download") + "?status=not_sent&sort=-name")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Awarding entity", "Withdrawn", "Not sent", "Decided last year", "Decided", "'=1+1 Sums",
    ]  # fmt: skip
    assert lines[4] == f'Decided,{school_year.label(YEAR)},Not sent,,no,"Direct, and districts fill the gaps",0'


@pytest.mark.parametrize("many", [1, 50])
def test_the_list_needs_as_many_queries_for_50_as_for_one(
    many, standard, consultant, client, django_assert_num_queries
):
    for _ in range(many):
        questionnaire_request = data_collection.QuestionnaireRequestFactory(questionnaire=standard)
        data_collection.AnswerFactory(questionnaire_request=questionnaire_request, question=standard.questions.first())
        data_collection.CollectionDecisionFactory(entity=questionnaire_request.entity)
    client.force_login(consultant)
    with django_assert_num_queries(5):
        response = client.get(reverse("data_collection:entities"))
    assert len(names(response)) == many


# Who may


PAGES = ["entities", "entities_download", "entity", "send", "decide", "add_agreement", "end_decision",
         "questionnaire_request",
         "questionnaire_request_download", "resend", "reopen", "edit_window"]  # fmt: skip
FOR_CONSULTANTS = {"send", "add_agreement", "resend", "reopen", "edit_window"}
FOR_APPROVERS = {"send", "add_agreement", "resend", "reopen", "decide", "end_decision"}


def address(name, questionnaire_request, decision):
    pk = {
        "entity": questionnaire_request.entity_id,
        "send": questionnaire_request.entity_id,
        "decide": questionnaire_request.entity_id,
    }.get(name, questionnaire_request.pk)
    pk = questionnaire_request.entity_id if name == "add_agreement" else decision.pk if name == "end_decision" else pk
    args = [YEAR] if name == "edit_window" else [] if name.startswith("entities") else [pk]
    return reverse(f"data_collection:{name}", args=args)


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_their_roles_only(
    name, questionnaire_request, client, consultant, approver, state_auditor, home_district
):
    decision = data_collection.CollectionDecisionFactory(entity=questionnaire_request.entity)
    path = address(name, questionnaire_request, decision)
    for_auditors = set(PAGES) - FOR_CONSULTANTS - FOR_APPROVERS
    for person, allowed in (
        (consultant, FOR_CONSULTANTS | for_auditors),
        (approver, FOR_APPROVERS | for_auditors),
        (state_auditor, for_auditors),
    ):
        client.force_login(person)
        assert client.get(path).status_code == (200 if name in allowed else 403), person
    for role in ("coordinator", "official", "auditor", "reporter", "cepd"):
        client.force_login(getattr(home_district, role))
        assert client.get(path).status_code == 403


def test_dates_and_retention_are_for_districts_too(home_district, client, consultant, approver):
    data_collection.CollectionWindowFactory(school_year=YEAR)
    data_collection.RetentionRuleFactory(name="Certificates and rosters")
    client.force_login(home_district.coordinator)
    page = client.get(reverse("data_collection:windows")).content.decode()
    assert (school_year.label(YEAR) in page, "Change" in page) == (True, False)
    assert "Certificates and rosters" in client.get(reverse("data_collection:retention")).content.decode()
    client.force_login(approver)
    assert "Change the rules" in client.get(reverse("data_collection:retention")).content.decode()


@pytest.mark.parametrize(
    "name", ["entity", "questionnaire_request", "questionnaire_request_download", "send", "decide", "end_decision"]
)
def test_what_does_not_exist_is_not_found(name, approver, client):
    client.force_login(approver)
    assert client.get(reverse(f"data_collection:{name}", args=[987654321])).status_code == 404


# Sending


FORM = {"contact_name": "Jordan Lee", "contact_email": "jordan@example.org"}


def test_the_mail_can_be_read_before_it_is_sent(standard, consultant, client, django_capture_on_commit_callbacks):
    entity = AwardingEntityFactory(name="Great Lakes Trades Board")
    path = reverse("data_collection:send", args=[entity.pk])
    form = {**FORM, "due": (timezone.localdate() + timedelta(days=28)).isoformat()}
    client.force_login(consultant)
    response = client.post(path, {**form, "preview": "yes"})
    assert "Hello Jordan Lee," in response.content.decode()
    assert QuestionnaireRequest.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(path, form, follow=True)
    assert "on its way to jordan@example.org" in response.content.decode()
    assert len(mail.outbox) == 1


def test_sending_keeps_what_was_typed_when_it_is_refused(questionnaire_request, consultant, client):
    client.force_login(consultant)
    path = reverse("data_collection:send", args=[questionnaire_request.entity_id])
    form = {**FORM, "due": (timezone.localdate() + timedelta(days=28)).isoformat()}
    page = client.post(path, form).content.decode()
    assert "already has this questionnaire open" in page
    page = client.post(path, {**form, "due": "2020-01-01"}).content.decode()
    assert ("has passed" in page, "jordan@example.org" in page) == (True, True)


def test_sending_again_reopening_and_withdrawing(questionnaire_request, consultant, client):
    client.force_login(consultant)
    form = {**FORM, "due": (timezone.localdate() + timedelta(days=28)).isoformat()}
    again = reverse("data_collection:resend", args=[questionnaire_request.pk])
    assert "new link" in client.post(again, {**form, "preview": "yes"}).content.decode()
    assert "sent it again" in client.post(again, form, follow=True).content.decode()
    assert (
        "Only submitted"
        in client.post(
            reverse("data_collection:reopen", args=[questionnaire_request.pk]), {"reason": "Why not"}
        ).content.decode()
    )
    path = reverse("data_collection:withdraw", args=[questionnaire_request.pk])
    assert client.get(path).status_code == 405
    assert "You withdrew the questionnaire" in client.post(path, follow=True).content.decode()
    assert "withdrawn in the meantime" in client.post(again, form).content.decode()


def test_submitted_answers_are_reopened_but_not_withdrawn(submitted, consultant, client):
    client.force_login(consultant)
    path = reverse("data_collection:withdraw", args=[submitted.pk])
    assert "submitted in the meantime" in client.post(path, follow=True).content.decode()
    path = reverse("data_collection:reopen", args=[submitted.pk])
    assert "open again" in client.post(path, {"reason": "Look at D5."}, follow=True).content.decode()


# Reading and deciding


def test_answers_stand_against_the_gates(submitted, approver, client):
    client.force_login(approver)
    page = client.get(reverse("data_collection:questionnaire_request", args=[submitted.pk]))
    assert [(gate.label, gate.tag) for gate in page.context["gates"]][:2] == [
        ("Law and consent", "Passed"),
        ("Finding the student", "Passed"),
    ]
    assert "Suggestion: Direct from the awarding entity" in page.content.decode()
    rows = client.get(reverse("data_collection:questionnaire_request_download", args=[submitted.pk])).content.decode(
        "utf-8-sig"
    )
    assert "Sharing results,D1," in rows


def test_unanswered_gates_are_open(questionnaire_request, approver, client):
    client.force_login(approver)
    page = client.get(reverse("data_collection:questionnaire_request", args=[questionnaire_request.pk]))
    assert {gate.tag for gate in page.context["gates"]} == {"Open"}
    assert "Suggestion so far: Entered by districts" in page.content.decode()
    save_answers(questionnaire_request=questionnaire_request, values={"D5": Typed("no"), "G2": Typed("no")})
    page = client.get(
        reverse("data_collection:questionnaire_request", args=[questionnaire_request.pk])
    ).content.decode()
    assert "Did not pass: Law and consent." in page
    assert "a certificate for each student" in page


def test_a_request_and_an_entity_need_few_queries(submitted, approver, client, django_assert_max_num_queries):
    data_collection.CollectionDecisionFactory(entity=submitted.entity)
    client.force_login(approver)
    with django_assert_max_num_queries(12):
        client.get(reverse("data_collection:questionnaire_request", args=[submitted.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("data_collection:entity", args=[submitted.entity_id]))


DECISION = {"school_year": YEAR, "method": "district", "reason": "No agreement.", "verify_when": "after_window"}


def test_an_approver_decides_with_the_answers_beside(submitted, approver, client):
    certification = CertificationFactory(entity=submitted.entity)
    ProgramCertificationFactory(certification=certification)
    client.force_login(approver)
    path = reverse("data_collection:decide", args=[submitted.entity_id])
    page = client.get(path)
    assert page.context["reach"].certifications == [certification]
    assert "Suggestion: Direct" in page.content.decode()
    response = client.post(path, DECISION, follow=True)
    assert "Entered by districts" in response.content.decode()
    decision = CollectionDecision.objects.get()
    assert (decision.decided_by, decision.entity) == (approver, submitted.entity)
    assert client.get(path).context["form"].initial["method"] == "district"


def test_a_decision_without_time_of_verification_keeps_what_was_typed(submitted, approver, client):
    client.force_login(approver)
    path = reverse("data_collection:decide", args=[submitted.entity_id])
    page = client.post(path, {**DECISION, "verify_when": ""}).content.decode()
    assert "Choose when the data that districts enter are verified." in page
    assert "No agreement." in page
    page = client.post(path, {**DECISION, "certification": CertificationFactory().pk}).content.decode()
    assert "Select a valid choice" in page


def test_a_decision_without_answers(approver, client):
    entity = AwardingEntityFactory()
    client.force_login(approver)
    assert (
        "No questionnaire was sent" in client.get(reverse("data_collection:decide", args=[entity.pk])).content.decode()
    )


def test_a_decision_ends_with_a_reason(approver, client):
    decision = data_collection.CollectionDecisionFactory()
    client.force_login(approver)
    path = reverse("data_collection:end_decision", args=[decision.pk])
    assert client.post(path, {"reason": " "}).status_code == 200
    assert "You ended the decision" in client.post(path, {"reason": "By mistake."}, follow=True).content.decode()
    decision.refresh_from_db()
    assert decision.superseded_at is not None


def test_an_agreement_is_recorded(consultant, client):
    entity = AwardingEntityFactory()
    client.force_login(consultant)
    path = reverse("data_collection:add_agreement", args=[entity.pk])
    form = {"title": "Agreement 2026", "signed_on": "2026-06-01", "starts_on": "2026-07-01"}
    assert "before it starts" in client.post(path, {**form, "ends_on": "2026-06-30"}).content.decode()
    assert "Agreement 2026" in client.post(path, form, follow=True).content.decode()
    assert DataSharingAgreement.objects.get().entity == entity


# Dates


def test_a_consultant_sets_the_dates(consultant, client):
    client.force_login(consultant)
    assert "Set the dates for" in client.get(reverse("data_collection:windows")).content.decode()
    path = reverse("data_collection:edit_window", args=[YEAR])
    made = data_collection.CollectionWindowFactory.build(school_year=YEAR)
    form = {name: getattr(made, name).isoformat() for name in client.get(path).context["form"].fields}
    page = client.post(path, {**form, "opens_on": made.final_octe_due.isoformat()}).content.decode()
    assert "Entry must open before the preliminary due date." in page
    client.post(path, form)
    assert CollectionWindow.objects.get().opens_on == made.opens_on
    assert client.get(path).context["form"].initial["opens_on"] == made.opens_on
    assert client.get(reverse("data_collection:edit_window", args=[1999])).status_code == 404


def test_retention_rules_are_kept_in_the_admin(approver, client):
    client.force_login(approver)
    path = reverse("admin:data_collection_retentionrule_add")
    client.post(path, {"name": "Rosters", "basis": "2 CFR 200.334", "start_event": "grant end", "years": "3"})
    page = client.get(reverse("data_collection:retention")).content.decode()
    assert ("Rosters" in page, "3 years" in page) == (True, True)
    assert client.get(reverse("admin:data_collection_retentionrule_changelist")).status_code == 200


# The home page


def titles(user):
    return [item.title for item in home_items(user)]


def test_home_tells_consultants_what_is_late_or_new(
    questionnaire_request, submitted, consultant, approver, state_auditor
):
    assert titles(consultant) == ["Read the answers of Great Lakes Trades Board"]
    data_collection.QuestionnaireRequestFactory(sent_by=consultant, due_on=timezone.localdate() - timedelta(days=1))
    assert titles(consultant)[-1] == "Follow up on late questionnaires"
    assert titles(state_auditor) == []


def test_home_tells_approvers_what_to_decide(submitted, approver, consultant):
    assert home_items(approver)[-1].href == reverse("data_collection:decide", args=[submitted.entity_id])
    data_collection.QuestionnaireRequestFactory(submitted=True)
    assert (home_items(approver)[-1].count, "method=undecided" in home_items(approver)[-1].href) == (2, True)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        for one in QuestionnaireRequest.objects.all():
            data_collection.CollectionDecisionFactory(entity=one.entity, school_year=YEAR)
        assert titles(approver) == []
        assert titles(consultant) == []


def test_home_tells_districts_the_next_due_date(home_district):
    assert titles(home_district.coordinator) == []
    window = data_collection.CollectionWindowFactory(school_year=YEAR)
    item = home_items(home_district.coordinator)[0]
    assert item.due == window.preliminary_district_due
    with time_machine.travel(window.preliminary_octe_due):
        assert home_items(home_district.coordinator)[0].title.startswith("Final results")


def test_the_timeline_shows_savings_in_a_row_once(submitted, approver, client):
    questionnaire_request = data_collection.QuestionnaireRequestFactory(questionnaire=submitted.questionnaire)
    for value in ("one", "two", "three"):
        save_answers(questionnaire_request=questionnaire_request, values={"A1": Typed(value)})
    client.force_login(approver)
    steps = client.get(reverse("data_collection:questionnaire_request", args=[questionnaire_request.pk])).context[
        "steps"
    ]
    assert [step.what for step in steps] == [
        f"Saved answers in {questionnaire_request}",
        f"Opened {questionnaire_request}",
    ]
