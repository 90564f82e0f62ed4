"""The database says no: each named rule of this app, from both sides."""

from datetime import date

import pytest
from django.utils import timezone

from tests.constraints import Rule, check_both_sides
from tests.factories import data_collection
from tests.factories.accounts import UserFactory
from tests.factories.certifications import CertificationFactory, StudentCertificationFactory

QuestionnaireRequest = data_collection.QuestionnaireRequestFactory
Decide = data_collection.CollectionDecisionFactory
Window = data_collection.CollectionWindowFactory
Plan = data_collection.VerificationPlanFactory
Check = data_collection.VerificationCheckFactory


def two_plans(second: date) -> None:
    Plan(starts_on=date(2027, 9, 1))
    Plan(starts_on=second)


def two_checks(*, same_record: bool) -> None:
    one = Check()
    Check(plan=one.plan, record=one.record if same_record else StudentCertificationFactory())


def two_current(second: bool) -> None:
    data_collection.QuestionnaireFactory(is_current=True)
    data_collection.QuestionnaireFactory(is_current=second)


def two_questions(**second) -> None:
    one = data_collection.QuestionFactory(code="A1", position=1)
    data_collection.QuestionFactory(questionnaire=one.questionnaire, **second)


def two_gate_rules(gate: str) -> None:
    one = data_collection.GateRuleFactory(gate="legal")
    data_collection.GateRuleFactory(question=one.question, gate=gate)


def two_questionnaire_requests(**first) -> None:
    one = QuestionnaireRequest(**first)
    QuestionnaireRequest(entity=one.entity, questionnaire=one.questionnaire)


def two_answers(same_question: bool) -> None:
    one = data_collection.AnswerFactory()
    other = one.question if same_question else data_collection.QuestionFactory(questionnaire=one.question.questionnaire)
    data_collection.AnswerFactory(questionnaire_request=one.questionnaire_request, question=other)


def withdrawn(**values) -> dict:
    return {"withdrawn_at": timezone.now(), "withdrawn_by": UserFactory(), **values}


def reopened(**values) -> dict:
    return {"reopened_at": timezone.now(), "reopened_by": UserFactory(), "reopen_reason": "Add D5.", **values}


def two_decisions(*, certification: bool = False, **values) -> None:
    one = Decide(certification=CertificationFactory() if certification else None)
    Decide(**{"entity": one.entity, "certification": one.certification, **values})


RULES = [
    Rule("questionnaire_one_current", lambda: two_current(False), lambda: two_current(True)),
    Rule(
        "question_code_once",
        lambda: two_questions(code="A2", position=2),
        lambda: two_questions(code="A1", position=2),
    ),
    Rule(
        "question_position_once",
        lambda: two_questions(code="A2", position=2),
        lambda: two_questions(code="A2", position=1),
    ),
    Rule(
        "question_choices_fit_type",
        lambda: data_collection.QuestionFactory(answer_type="table", choices=[["name", "Name"]]),
        lambda: data_collection.QuestionFactory(answer_type="table", choices=[]),
    ),
    Rule(
        "question_choices_fit_type",
        lambda: data_collection.QuestionFactory(answer_type="text", choices=[]),
        lambda: data_collection.QuestionFactory(answer_type="text", choices=[["a", "A"]]),
    ),
    Rule("gate_rule_once", lambda: two_gate_rules("match"), lambda: two_gate_rules("legal")),
    Rule(
        "gate_rule_can_be_passed",
        lambda: data_collection.GateRuleFactory(passes_when=["yes"]),
        lambda: data_collection.GateRuleFactory(passes_when=[]),
    ),
    Rule(
        "questionnaire_request_one_open", lambda: two_questionnaire_requests(submitted=True), two_questionnaire_requests
    ),
    Rule(
        "questionnaire_request_one_open", lambda: two_questionnaire_requests(**withdrawn()), two_questionnaire_requests
    ),
    Rule(
        "questionnaire_request_submitted_and_signed",
        lambda: QuestionnaireRequest(submitted=True),
        lambda: QuestionnaireRequest(submitted=True, signed_by=""),
    ),
    Rule(
        "questionnaire_request_submitted_and_signed",
        QuestionnaireRequest,
        lambda: QuestionnaireRequest(signed_by="Jordan Lee"),
    ),
    Rule(
        "questionnaire_request_reopened_by_and_why",
        lambda: QuestionnaireRequest(**reopened()),
        lambda: QuestionnaireRequest(**reopened(reopen_reason="")),
    ),
    Rule(
        "questionnaire_request_reopened_by_and_why",
        lambda: QuestionnaireRequest(**reopened()),
        lambda: QuestionnaireRequest(**reopened(reopened_by=None)),
    ),
    Rule(
        "questionnaire_request_withdrawn_at_and_by",
        lambda: QuestionnaireRequest(**withdrawn()),
        lambda: QuestionnaireRequest(**withdrawn(withdrawn_by=None)),
    ),
    Rule(
        "questionnaire_request_submitted_or_withdrawn",
        lambda: QuestionnaireRequest(**withdrawn()),
        lambda: QuestionnaireRequest(submitted=True, **withdrawn()),
    ),
    Rule(
        "questionnaire_request_opened_has_visit",
        lambda: QuestionnaireRequest(first_opened_at=timezone.now(), visits=1),
        lambda: QuestionnaireRequest(first_opened_at=timezone.now(), visits=0),
    ),
    Rule(
        "questionnaire_request_link_outlives_due_date",
        lambda: QuestionnaireRequest(due_on=date(2027, 1, 1), link_ends_on=date(2027, 1, 1)),
        lambda: QuestionnaireRequest(due_on=date(2027, 1, 2), link_ends_on=date(2027, 1, 1)),
    ),
    Rule("answer_once_per_question", lambda: two_answers(False), lambda: two_answers(True)),
    Rule(
        "agreement_runs_forward",
        lambda: data_collection.DataSharingAgreementFactory(starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1)),
        lambda: data_collection.DataSharingAgreementFactory(starts_on=date(2027, 1, 2), ends_on=date(2027, 1, 1)),
    ),
    Rule("collection_decision_one_current", lambda: two_decisions(school_year=2028), two_decisions),
    Rule(
        "collection_decision_one_current",
        lambda: two_decisions(superseded_at=timezone.now()),
        lambda: two_decisions(certification=True),
    ),
    Rule(
        "collection_decision_one_current",
        lambda: two_decisions(certification=True, school_year=2028),
        lambda: two_decisions(certification=True),
    ),
    Rule("collection_decision_has_reason", Decide, lambda: Decide(reason="")),
    Rule("collection_decision_decided_at_and_by", Decide, lambda: Decide(method="undecided", decided_at=None)),
    Rule(
        "collection_decision_has_decider",
        lambda: Decide(method="undecided", decided_at=None, decided_by=None),
        lambda: Decide(method="direct", decided_at=None, decided_by=None),
    ),
    Rule(
        "collection_decision_says_when_verified",
        lambda: Decide(method="direct", verify_when=""),
        lambda: Decide(method="interim", verify_when=""),
    ),
    Rule(
        "collection_decision_verify_date_fits",
        lambda: Decide(verify_when="on_date", verify_on=date(2027, 7, 15)),
        lambda: Decide(verify_when="on_date", verify_on=None),
    ),
    Rule(
        "collection_decision_verify_date_fits",
        lambda: Decide(verify_when="after_window", verify_on=None),
        lambda: Decide(verify_when="after_window", verify_on=date(2027, 7, 15)),
    ),
    Rule(
        "collection_decision_school_year_range",
        lambda: Decide(school_year=2100),
        lambda: Decide(school_year=27),
    ),
    Rule(
        "collection_window_once_per_year",
        lambda: [
            data_collection.models.CollectionWindow(**dates(2027)).save(),
            data_collection.models.CollectionWindow(**dates(2028)).save(),
        ],
        lambda: [
            data_collection.models.CollectionWindow(**dates(2027)).save(),
            data_collection.models.CollectionWindow(**dates(2027)).save(),
        ],
    ),
    Rule(
        "collection_window_opens_before_due",
        Window,
        lambda: Window(opens_on=date(2027, 6, 16)),
    ),
    Rule(
        "collection_window_preliminary_order",
        lambda: Window(preliminary_octe_due=date(2027, 6, 16)),
        lambda: Window(preliminary_octe_due=date(2027, 6, 15)),
    ),
    Rule(
        "collection_window_preliminary_before_final",
        lambda: Window(preliminary_octe_due=date(2027, 8, 24)),
        lambda: Window(preliminary_octe_due=date(2027, 8, 25)),
    ),
    Rule(
        "collection_window_final_order",
        lambda: Window(final_octe_due=date(2027, 8, 24)),
        lambda: Window(final_octe_due=date(2027, 8, 23)),
    ),
    Rule(
        "collection_window_school_year_range",
        lambda: Window(school_year=2100),
        lambda: Window(school_year=1999),
    ),
    Rule(
        "retention_rule_years_positive",
        lambda: data_collection.RetentionRuleFactory(years=None),
        lambda: data_collection.RetentionRuleFactory(years=0),
    ),
    Rule(
        "verification_plan_once_per_start",
        lambda: two_plans(date(2027, 9, 2)),
        lambda: two_plans(date(2027, 9, 1)),
    ),
    Rule(
        "verification_plan_runs_forward",
        lambda: Plan(starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 1)),
        lambda: Plan(starts_on=date(2027, 9, 2), ends_on=date(2027, 9, 1)),
    ),
    Rule(
        "verification_plan_sample_has_share",
        lambda: Plan(reach="sample", sample_percent=20),
        lambda: Plan(reach="sample"),
    ),
    Rule(
        "verification_plan_sample_has_share",
        lambda: Plan(reach="all"),
        lambda: Plan(reach="all", sample_percent=20),
    ),
    Rule("verification_plan_says_why", Plan, lambda: Plan(reason="")),
    Rule(
        "verification_plan_school_year_range",
        lambda: Plan(school_year=2027),
        lambda: Plan(school_year=27),
    ),
    Rule(
        "verification_check_once_per_record",
        lambda: two_checks(same_record=False),
        lambda: two_checks(same_record=True),
    ),
    Rule(
        "verification_check_fault_has_note",
        lambda: Check(outcome="differs", note="The roster shows 71."),
        lambda: Check(outcome="differs"),
    ),
]


def dates(year: int) -> dict:
    made = Window.build(school_year=year)
    return {field.name: getattr(made, field.name) for field in made._meta.concrete_fields if field.name != "id"}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_rule_of_the_database_holds(rule, db):
    check_both_sides(rule)


def test_every_rule_is_tested():
    models = [getattr(data_collection.models, name) for name in data_collection.models.__all__]
    named = {constraint.name for model in models for constraint in model._meta.constraints}
    assert {rule.name for rule in RULES} == named
