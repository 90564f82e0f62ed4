"""The gates suggest; whatever the answers, the suggestion follows its rule."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_collection.enums import Gate, Method
from data_collection.question_types import QUESTION_TYPES
from data_collection.validators.gates import DISTRICT_ROUTE_GATES, GateCriterion, Outcome, assess, judge
from tests.factories.data_collection import REFERENCE


def shipped():
    with (REFERENCE / "gates.csv").open() as file:
        return [
            GateCriterion(row["gate"], row["question_code"], tuple(row["passes_when"].split(";")), row["explanation"])
            for row in csv.DictReader(file)
        ]


ROWS = shipped()
CODES = [row.code for row in ROWS]
VALUES = sorted({value for row in ROWS for value in row.passes_when} | {"no", "none", "neither"})
anything = st.dictionaries(st.sampled_from(CODES), st.lists(st.sampled_from(VALUES), max_size=4, unique=True))
ALL_PASS = {row.code: [row.passes_when[0]] for row in ROWS}


def assessed(chosen):
    """The gates, where each question is one of several choices: question code -> the values chosen."""
    return assess(judge(row, QUESTION_TYPES["multi_choice"], chosen.get(row.code, [])) for row in ROWS)


def outcome(gate, chosen):
    return next(one.outcome for one in assessed(chosen).gates if one.gate == gate)


def test_all_answers_that_pass_suggest_direct():
    assessment = assessed(ALL_PASS)
    assert {one.outcome for one in assessment.gates} == {Outcome.PASSED}
    assert (assessment.suggestion, assessment.is_firm) == (Method.DIRECT, True)


def test_no_answers_leave_every_gate_open():
    assessment = assessed({})
    assert {one.outcome for one in assessment.gates} == {Outcome.OPEN}
    assert (assessment.suggestion, assessment.is_firm) == (Method.DISTRICT, False)


def test_the_roster_gate_never_blocks_direct():
    assessment = assessed({**ALL_PASS, "G2": ["no"]})
    assert (assessment.suggestion, assessment.roster, assessment.failed) == (Method.DIRECT, Outcome.FAILED, [])


@pytest.mark.parametrize("code", [row.code for row in ROWS if row.gate != "roster"])
def test_one_failed_answer_fails_its_gate_and_suggests_districts(code):
    assessment = assessed({**ALL_PASS, code: ["nothing of the kind"]})
    assert [
        finding.criterion.code for one in assessment.failed for finding in one.findings if finding.outcome == "failed"
    ] == [code]
    assert (assessment.suggestion, assessment.is_firm) == (Method.DISTRICT, True)


def test_law_needs_all_three_answers():
    assert outcome("legal", {"D1": ["yes"], "D4": ["yes"], "D5": ["will_sign"]}) == Outcome.PASSED
    assert outcome("legal", {"D1": ["yes"], "D4": ["yes"]}) == Outcome.OPEN
    assert outcome("legal", {"D1": ["yes"], "D5": ["own_form"]}) == Outcome.FAILED


def test_any_chosen_value_can_pass():
    assert outcome("match", {"C1": ["own_id", "uic"], "C2": ["both"]}) == Outcome.PASSED
    assert outcome("match", {"C1": ["name_only", "own_id"], "C2": ["both"]}) == Outcome.FAILED


def test_a_gate_without_rules_stays_open():
    assessment = assess([])
    assert {one.outcome for one in assessment.gates} == {Outcome.OPEN}
    assert assessment.suggestion is Method.DISTRICT


@given(anything)
def test_direct_is_suggested_only_when_every_gate_but_the_roster_passed(chosen):
    assessment = assessed(chosen)
    passed = {one.gate for one in assessment.gates if one.outcome is Outcome.PASSED}
    assert (assessment.suggestion is Method.DIRECT) == (set(Gate) - DISTRICT_ROUTE_GATES <= passed)


@given(anything)
def test_a_gate_is_failed_if_any_of_its_answers_failed_else_open_if_any_is_missing(chosen):
    for one in assessed(chosen).gates:
        outcomes = [finding.outcome for finding in one.findings]
        expected = Outcome.FAILED if "failed" in outcomes else Outcome.OPEN if "open" in outcomes else Outcome.PASSED
        assert one.outcome is expected


@given(anything, st.sampled_from(CODES))
def test_taking_an_answer_back_never_passes_or_fails_anything_else(chosen, code):
    before = {one.gate: one.outcome for one in assessed(chosen).gates}
    after = {one.gate: one.outcome for one in assessed({k: v for k, v in chosen.items() if k != code}).gates}
    touched = next(row.gate for row in ROWS if row.code == code)
    assert {gate: value for gate, value in before.items() if gate != touched} == {
        gate: value for gate, value in after.items() if gate != touched
    }


@given(anything)
def test_a_firm_suggestion_stays_whatever_is_answered_next(chosen):
    assessment = assessed(chosen)
    rest = {code: values for code, values in ALL_PASS.items() if not chosen.get(code)}
    if assessment.is_firm:
        assert assessed({**chosen, **rest}).suggestion is assessment.suggestion
