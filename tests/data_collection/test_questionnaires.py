"""The standard questionnaire comes from files, again and again."""

import csv

import pytest

from core.problems import Problem
from data_collection.models import GateRule, Question, Questionnaire
from data_collection.services.questionnaires import sync_standard_questionnaire
from tests.factories.data_collection import (
    REFERENCE,
    AnswerFactory,
    QuestionnaireRequestFactory,
    standard_questionnaire,
)


def rows(name):
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


@pytest.fixture
def standard(db):
    return standard_questionnaire()


def answered(questionnaire):
    questionnaire_request = QuestionnaireRequestFactory(questionnaire=questionnaire)
    return AnswerFactory(questionnaire_request=questionnaire_request, question=questionnaire.questions.first())


def sync(version="2026", questions=None, gates=None):
    return sync_standard_questionnaire(
        version=version,
        questions=rows("questionnaire.csv") if questions is None else questions,
        gates=rows("gates.csv") if gates is None else gates,
    )


def test_the_shipped_files_make_27_questions_and_10_gate_rules(standard):
    assert (standard.questions.count(), standard.gate_rules.count(), standard.is_current) == (27, 10, True)
    question = standard.questions.get(code="D5")
    assert question.options[0] == ("signed", "We have already signed one with Michigan")
    assert (question.required, question.gate, question.takes_note) == (True, "legal", True)
    assert standard.questions.get(code="B3").options == [("yes", "Yes"), ("no", "No")]
    assert [label for _, label in standard.questions.get(code="B1").options][:2] == ["Exact name", "Version"]
    assert standard.gate_rules.get(question__code="C1").passes_when == ["uic", "name_and_birth_date"]


def test_a_second_time_changes_nothing(standard):
    before = (list(Question.objects.values()), list(GateRule.objects.values()))
    answered(standard)
    sync()
    assert (list(Question.objects.values()), list(GateRule.objects.values())) == before


def test_a_new_version_becomes_the_current_one(standard):
    newer = sync("2027")
    assert list(Questionnaire.objects.filter(is_current=True)) == [newer]
    assert standard.questions.count() == 27


def test_words_change_until_somebody_answered(standard):
    changed = rows("questionnaire.csv")
    changed[0]["text"] = "What is your name?"
    sync(questions=changed)
    assert standard.questions.get(code="A1").text == "What is your name?"


def test_questions_and_gates_that_are_gone_go(standard):
    sync(questions=rows("questionnaire.csv")[:-2], gates=rows("gates.csv")[:-1])
    assert (standard.questions.count(), standard.gate_rules.count()) == (25, 9)


@pytest.mark.parametrize("keep", [27, 26])
def test_an_answered_version_keeps_its_questions(standard, keep):
    answered(standard)
    changed = rows("questionnaire.csv")[:keep]
    changed[0]["text"] = "What is your name?"
    with pytest.raises(Problem, match="already has answers"):
        sync(questions=changed, gates=rows("gates.csv")[:-1])
    assert standard.questions.get(code="A1").text != "What is your name?"
    assert standard.questions.count() == 27


def test_a_gate_must_name_a_question(standard):
    with pytest.raises(Problem, match="Z9"):
        sync(gates=[{"gate": "legal", "question_code": "Z9", "passes_when": "yes", "explanation": ""}])


def test_a_question_must_have_a_type_that_exists(standard):
    changed = rows("questionnaire.csv")
    changed[0]["answer_type"] = "drawing"
    with pytest.raises(Problem, match='A1 has the unknown type "drawing"'):
        sync("2027", questions=changed)
