"""Sending, answering, deciding: what is allowed, what is refused, what is kept and who is told."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from data_collection import verbs
from data_collection.models import Answer, CollectionDecision, QuestionnaireRequest
from data_collection.selectors.questionnaire_requests import questionnaire_request_by_secret
from data_collection.services.answers import AnswersIncompleteError, note_visit, save_answers, submit_answers
from data_collection.services.decisions import decide_method, record_agreement, supersede
from data_collection.services.questionnaire_requests import (
    preview_mail,
    reopen,
    resend,
    send_questionnaire,
    withdraw,
)
from data_collection.services.windows import save_retention_rule, set_window
from data_collection.validators.answers import Typed
from tests.data_collection.helpers import good_answers, link_in, secret_in
from tests.factories import data_collection
from tests.factories.certifications import YEAR, AwardingEntityFactory, CertificationFactory

CONTACT = {"contact_name": "Jordan Lee", "contact_email": "jordan@example.org"}


@pytest.fixture
def standard(db):
    return data_collection.standard_questionnaire()


@pytest.fixture
def entity(db):
    return AwardingEntityFactory(name="Great Lakes Trades Board")


def due(weeks=4):
    return timezone.localdate() + timedelta(weeks=weeks)


@pytest.fixture
def sent(standard, entity, consultant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return send_questionnaire(by=consultant, entity=entity, due=due(), **CONTACT)


def verbs_on(target):
    return list(
        AuditEntry.objects.filter(target_model=target._meta.label_lower, target_id=target.pk)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def answer_all(questionnaire_request):
    save_answers(questionnaire_request=questionnaire_request, values=good_answers(questionnaire_request.questionnaire))


# Sending


def test_sending_mails_a_link_whose_secret_is_not_kept(sent, consultant):
    assert (sent.sent_by, sent.due_on, sent.link_ends_on) == (consultant, due(), due() + timedelta(days=60))
    assert [message.to for message in mail.outbox] == [["jordan@example.org"]]
    assert "Great Lakes Trades Board" in mail.outbox[0].body
    secret = secret_in(mail.outbox[0].body)
    assert secret not in str(QuestionnaireRequest.objects.values())
    assert questionnaire_request_by_secret(secret) == sent
    assert questionnaire_request_by_secret("something else") is None
    assert verbs_on(sent) == [verbs.SENT]


def test_a_double_click_sends_once(sent, entity, consultant):
    assert send_questionnaire(by=consultant, entity=entity, due=due(), **CONTACT) == sent
    assert QuestionnaireRequest.objects.count() == 1


def test_an_open_questionnaire_is_not_sent_a_second_time(sent, entity, consultant):
    other = {**CONTACT, "contact_email": "somebody@example.org"}
    with pytest.raises(Problem, match="already has this questionnaire open"):
        send_questionnaire(by=consultant, entity=entity, due=due(), **other)
    with time_machine.travel(timezone.now() + timedelta(hours=1)), pytest.raises(Problem, match="already has"):
        send_questionnaire(by=consultant, entity=entity, due=due(), **CONTACT)


def test_sending_needs_a_questionnaire_and_a_day_to_come(entity, consultant):
    with pytest.raises(Problem, match="no current questionnaire"):
        send_questionnaire(by=consultant, entity=entity, due=due(), **CONTACT)
    data_collection.standard_questionnaire()
    with pytest.raises(Problem, match="has passed") as refused:
        send_questionnaire(by=consultant, entity=entity, due=due(-1), **CONTACT)
    assert refused.value.field == "due"


def test_only_state_staff_send(standard, entity, home_district, state_auditor):
    for person in (home_district.coordinator, state_auditor):
        with pytest.raises(PermissionDenied):
            send_questionnaire(by=person, entity=entity, due=due(), **CONTACT)


def test_sending_again_changes_the_link_and_keeps_answers(sent, consultant, django_capture_on_commit_callbacks):
    first = secret_in(mail.outbox[0].body)
    save_answers(questionnaire_request=sent, values={"A1": Typed("Great Lakes")})
    with django_capture_on_commit_callbacks(execute=True):
        again = resend(
            by=consultant,
            questionnaire_request=sent,
            contact_name="Sam Ortiz",
            contact_email="sam@example.org",
            due=due(6),
        )
    assert questionnaire_request_by_secret(first) is None
    assert questionnaire_request_by_secret(secret_in(mail.outbox[1].body)) == sent
    assert (again.contact_email, again.due_on, again.answers.count()) == ("sam@example.org", due(6), 1)
    assert mail.outbox[1].to == ["sam@example.org"]


def test_the_preview_reads_like_the_mail(sent, entity, consultant, approver):
    preview = preview_mail(by=consultant, entity=entity, due=due(), **CONTACT)
    without_link = re.sub(r"http\S+", "[The personal link goes here.]", mail.outbox[0].body)
    assert preview == without_link
    again = preview_mail(by=approver, entity=entity, due=due(), questionnaire_request=sent, **CONTACT)
    assert ("Here is a new link" in again, consultant.email in again) == (True, True)


def test_what_is_closed_is_not_sent_again(sent, consultant):
    withdraw(by=consultant, questionnaire_request=sent)
    with pytest.raises(MoveNotAllowedError, match="withdrawn in the meantime"):
        resend(by=consultant, questionnaire_request=sent, due=due(), **CONTACT)


def test_withdrawing_twice_changes_nothing(sent, consultant):
    first = withdraw(by=consultant, questionnaire_request=sent)
    assert withdraw(by=consultant, questionnaire_request=sent).withdrawn_at == first.withdrawn_at
    assert verbs_on(sent) == [verbs.SENT, verbs.WITHDREW]


def test_submitted_answers_are_not_withdrawn(sent, consultant):
    answer_all(sent)
    submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")
    with pytest.raises(MoveNotAllowedError, match="submitted in the meantime"):
        withdraw(by=consultant, questionnaire_request=sent)


# Answering


def test_everything_typed_is_kept_right_or_wrong(sent):
    saved = save_answers(
        questionnaire_request=sent,
        values={
            "A1": Typed(" Great Lakes "),
            "E3": Typed("about ten", "or twelve"),
            "C1": Typed(["uic", "smoke"]),
            "A2": Typed({"name": "Jordan", "email": ""}),
            "B1": Typed([["Welding", "", "", "", ""], ["", "", "", "", ""]]),
            "B4": Typed(""),
        },
    )
    saved_values = {answer.question.code: (answer.value, answer.comment) for answer in Answer.objects.all()}
    assert saved_values == {
        "A1": ("Great Lakes", ""),
        "E3": ("about ten", "or twelve"),
        "C1": (["uic", "smoke"], ""),
        "A2": ({"name": "Jordan"}, ""),
        "B1": ([["Welding", "", "", "", ""]], ""),
    }
    assert len(saved) == 5


def test_saving_the_same_again_changes_nothing(sent):
    save_answers(questionnaire_request=sent, values={"A1": Typed("Great Lakes")})
    before = Answer.objects.get().saved_at
    assert save_answers(questionnaire_request=sent, values={"A1": Typed("Great Lakes ")}) == []
    assert Answer.objects.get().saved_at == before


def test_an_emptied_answer_is_kept_as_empty_and_history_keeps_the_rest(sent):
    save_answers(questionnaire_request=sent, values={"A1": Typed("Great Lakes")})
    save_answers(questionnaire_request=sent, values={"A1": Typed("")})
    assert Answer.objects.get().value == ""
    events = Answer.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "value")
    assert list(events) == [("insert", "Great Lakes"), ("update", "")]


def test_two_windows_with_other_questions_do_not_disturb_each_other(sent):
    opened = timezone.now()
    save_answers(questionnaire_request=sent, values={"A1": Typed("one")}, seen=opened)
    save_answers(questionnaire_request=sent, values={"B4": Typed("two")}, seen=opened)
    assert set(Answer.objects.values_list("value", flat=True)) == {"one", "two"}


def test_the_same_question_in_two_windows_gets_a_warning(sent):
    opened = timezone.now()
    save_answers(questionnaire_request=sent, values={"A1": Typed("one")}, seen=opened)
    with pytest.raises(StaleVersionError, match="another window") as refused:
        save_answers(questionnaire_request=sent, values={"A1": Typed("two"), "B4": Typed("x")}, seen=opened)
    assert refused.value.field == "A1"
    assert list(Answer.objects.values_list("value", flat=True)) == ["one"]
    save_answers(questionnaire_request=sent, values={"A1": Typed("two")}, seen=timezone.now())
    assert Answer.objects.get().value == "two"


def test_an_unknown_question_is_refused(sent):
    with pytest.raises(Problem, match="no question Z9"):
        save_answers(questionnaire_request=sent, values={"Z9": Typed("x")})


def test_visits_are_counted_when_somebody_comes_back(sent):
    assert note_visit(questionnaire_request=sent).visits == 1
    assert note_visit(questionnaire_request=sent).visits == 1
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        save_answers(questionnaire_request=sent, values={"A1": Typed("x")})
    sent.refresh_from_db()
    assert sent.visits == 2
    assert verbs_on(sent) == [verbs.SENT, verbs.OPENED, verbs.SAVED]


def test_submitting_needs_the_required_answers(sent):
    save_answers(questionnaire_request=sent, values={"E3": Typed("about ten")})
    with pytest.raises(AnswersIncompleteError) as refused:
        submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")
    messages = {question.code: message for question, message in refused.value.problems}
    assert messages["A1"] == "Answer this question."
    assert '"about ten" is not a number' in messages["E3"]
    assert "B4" not in messages


def test_submitting_needs_a_name(sent):
    answer_all(sent)
    with pytest.raises(Problem, match="full name") as refused:
        submit_answers(questionnaire_request=sent, signed_by="  ")
    assert refused.value.field == "signed_by"


def test_submitting_mails_contact_and_sender_once(sent, consultant, django_capture_on_commit_callbacks):
    answer_all(sent)
    with django_capture_on_commit_callbacks(execute=True):
        first = submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")
        second = submit_answers(questionnaire_request=sent, signed_by="Somebody Else")
    assert (second.submitted_at, second.signed_by) == (first.submitted_at, "Jordan Lee")
    assert [message.to for message in mail.outbox[1:]] == [["jordan@example.org"], [consultant.email]]
    assert sent.reference in mail.outbox[1].body
    assert f"/collection/requests/{sent.pk}/" in mail.outbox[2].body


@pytest.mark.parametrize("closing", ["submitted", "withdrawn"])
def test_what_is_closed_takes_no_answers(closing, sent, consultant):
    answer_all(sent)
    if closing == "submitted":
        submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")
    else:
        withdraw(by=consultant, questionnaire_request=sent)
        with pytest.raises(MoveNotAllowedError):
            submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")
    with pytest.raises(MoveNotAllowedError, match=closing):
        save_answers(questionnaire_request=sent, values={"A1": Typed("late")})


# Reopening


@pytest.fixture
def submitted(sent):
    answer_all(sent)
    return submit_answers(questionnaire_request=sent, signed_by="Jordan Lee")


def test_reopened_answers_can_be_changed_and_submitted_again(submitted, consultant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        reopen(by=consultant, questionnaire_request=submitted, reason="Please look at D5.")
    assert "Please look at D5." in mail.outbox[-1].body
    assert questionnaire_request_by_secret(secret_in(mail.outbox[-1].body)) == submitted
    save_answers(questionnaire_request=submitted, values={"D5": Typed("own_form")})
    assert submit_answers(questionnaire_request=submitted, signed_by="Sam Ortiz").signed_by == "Sam Ortiz"


def test_reopening_needs_a_reason_and_submitted_answers(sent, consultant):
    with pytest.raises(Problem, match="what the contact should change"):
        reopen(by=consultant, questionnaire_request=sent, reason=" ")
    with pytest.raises(MoveNotAllowedError, match="Only submitted"):
        reopen(by=consultant, questionnaire_request=sent, reason="Because.")


def test_reopening_waits_for_a_later_open_one(submitted, entity, consultant):
    send_questionnaire(by=consultant, entity=entity, due=due(), **CONTACT)
    with pytest.raises(MoveNotAllowedError, match="later questionnaire"):
        reopen(by=consultant, questionnaire_request=submitted, reason="Because.")


# Deciding


def district(by, entity, **values):
    return decide_method(
        **{
            "by": by,
            "entity": entity,
            "school_year": YEAR,
            "method": "district",
            "reason": "No agreement yet.",
            "verify_when": "after_window",
            **values,
        }
    )


def test_a_review_date_in_the_past_is_refused(entity, approver):
    with pytest.raises(Problem, match="has passed") as refused:
        district(approver, entity, review_by=date(2020, 1, 1))
    assert refused.value.field == "review_by"


def test_a_new_decision_supersedes_the_earlier_one(entity, approver):
    first = district(approver, entity)
    second = district(approver, entity, method="both")
    first.refresh_from_db()
    assert (first.superseded_at is not None, second.superseded_at) == (True, None)
    assert AuditEntry.objects.latest("id").detail == {"method": "both", "school_year": "2026-27", "before": "district"}


def test_the_same_decision_twice_is_one(entity, approver):
    assert district(approver, entity) == district(approver, entity)
    assert CollectionDecision.objects.count() == 1


def test_an_entity_and_its_certification_are_decided_apart(entity, approver):
    certification = CertificationFactory(entity=entity)
    district(approver, entity)
    district(approver, entity, certification=certification, method="direct")
    assert CollectionDecision.objects.in_force(YEAR).count() == 2


def test_the_time_of_verification_is_kept_only_where_districts_enter(entity, approver):
    decision = district(
        approver, entity, method="direct", verify_when="on_date", verify_on=date(2027, 7, 15), verify_note="x"
    )
    assert (decision.verify_when, decision.verify_on, decision.verify_note) == ("", None, "")
    decision = district(approver, entity, verify_when="on_date", verify_on=date(2027, 7, 15), verify_note="July")
    assert (decision.verify_when, decision.verify_on, decision.verify_note) == ("on_date", date(2027, 7, 15), "July")
    decision = district(approver, entity, verify_when="on_submission", verify_on=date(2027, 7, 15))
    assert decision.verify_on is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"verify_when": ""}, "verify_when"),
        ({"verify_when": "on_date"}, "verify_on"),
    ],
)
def test_a_decision_says_why_and_when_data_are_verified(values, field, entity, approver):
    with pytest.raises(Problem) as refused:
        district(approver, entity, **values)
    assert refused.value.field == field


def test_a_decision_stays_within_its_entity(entity, approver):
    with pytest.raises(Problem, match="another awarding entity"):
        district(approver, entity, certification=CertificationFactory())
    with pytest.raises(Problem, match="another awarding entity"):
        district(approver, entity, agreement=data_collection.DataSharingAgreementFactory())
    agreement = data_collection.DataSharingAgreementFactory(entity=entity)
    assert district(approver, entity, method="direct", agreement=agreement).agreement == agreement


def test_only_approvers_decide(entity, consultant, state_auditor, home_district):
    for person in (consultant, state_auditor, home_district.coordinator):
        with pytest.raises(PermissionDenied):
            district(person, entity)


def test_a_decision_can_end(entity, approver):
    decision = district(approver, entity)
    with pytest.raises(Problem, match="Explain why"):
        supersede(by=approver, decision=decision, reason="")
    ended = supersede(by=approver, decision=decision, reason="Decided by mistake.")
    assert supersede(by=approver, decision=decision, reason="Again.").superseded_at == ended.superseded_at
    assert CollectionDecision.objects.in_force(YEAR).count() == 0


def test_an_agreement_is_recorded_once(entity, consultant):
    values = {"title": "Agreement", "signed_on": date(2026, 6, 1), "starts_on": date(2026, 7, 1)}
    first = record_agreement(by=consultant, entity=entity, **values)
    assert record_agreement(by=consultant, entity=entity, **values) == first
    with pytest.raises(Problem, match="before it starts"):
        record_agreement(by=consultant, entity=entity, ends_on=date(2026, 6, 30), **values)


# Dates and retention


def window(**values):
    made = data_collection.CollectionWindowFactory.build()
    names = ("opens_on", "preliminary_district_due", "preliminary_octe_due", "final_district_due", "final_octe_due")
    return {"school_year": YEAR, **{name: getattr(made, name) for name in names}, **values}


def test_dates_are_set_and_changed(consultant):
    first = set_window(by=consultant, **window())
    second = set_window(by=consultant, **window(final_octe_due=date(2027, 9, 1)))
    assert (first.pk, second.final_octe_due) == (second.pk, date(2027, 9, 1))
    with pytest.raises(Problem, match="Entry must open before"):
        set_window(by=consultant, **window(opens_on=date(2027, 8, 1)))


def test_only_consultants_set_dates_and_approvers_rules(approver, consultant, home_district):
    for person in (approver, home_district.official):
        with pytest.raises(PermissionDenied):
            set_window(by=person, **window())
    rule = data_collection.RetentionRuleFactory.build()
    with pytest.raises(PermissionDenied):
        save_retention_rule(by=consultant, rule=rule)
    assert save_retention_rule(by=approver, rule=rule).how_long == "3 years"
    assert data_collection.RetentionRuleFactory(years=None).how_long == "No end date"
    assert data_collection.RetentionRuleFactory(years=1).how_long == "1 year"


def test_the_link_in_the_mail_is_complete(sent):
    assert link_in(mail.outbox[0].body).startswith("http://")
