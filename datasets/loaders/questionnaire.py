"""The standard questionnaire to awarding entities, with the gates that its answers are held against."""

from typing import Any

from core.problems import Problem
from data_collection.models import GateRule, Question
from data_collection.services.questionnaires import sync_standard_questionnaire
from datasets.files import REFERENCE, BadCellError, Row, read
from datasets.loaders.sync import Counts

VERSION = "2026"
_QUESTION_COLUMNS = (
    "code",
    "section_code",
    "section_title",
    "position",
    "text",
    "help_text",
    "answer_type",
    "choices",
    "required",
    "gate",
    "used_for",
    "derived_from",
)
_GATE_COLUMNS = ("gate", "question_code", "passes_when", "explanation")


def load_questionnaire(_overwrite: bool) -> Counts:
    """Questions and gates; an answered version is never changed.

    Raises:
        BadCellError: a cell is wrong, or the file differs from a version that was already answered.
    """
    questions = read(REFERENCE / "questionnaire.csv", _QUESTION_COLUMNS)
    gates = read(REFERENCE / "gates.csv", _GATE_COLUMNS)
    _check(questions, gates)
    before = _rows_now()
    try:
        sync_standard_questionnaire(
            version=VERSION, questions=[row.cells for row in questions], gates=[row.cells for row in gates]
        )
    except Problem as problem:
        raise BadCellError(f"questionnaire.csv: {problem.message}") from problem
    after = _rows_now()
    added = len(after.keys() - before.keys())
    same = sum(before.get(key) == values for key, values in after.items())
    return Counts(added=added, changed=len(after) - added - same, same=same)


def _check(questions: list[Row], gates: list[Row]) -> None:
    codes = {row.required("code"): row for row in questions}
    for row in questions:
        row.yes_no("required")
        if row.integer("position") is None:
            raise row.bad("position", "is empty. Number the questions from 1.")
        for choice in row.listed("choices"):
            if "=" not in choice:
                raise row.bad("choices", f'has "{choice}" without a value. Write value=Label;value=Label.')
    for row in gates:
        row.reference("question_code", codes, "questionnaire.csv")


def _rows_now() -> dict[tuple[str, ...], tuple[Any, ...]]:
    """What the database holds of this version, in a form that can be compared."""
    questions = Question.objects.filter(questionnaire__version=VERSION)
    rules = GateRule.objects.filter(questionnaire__version=VERSION)
    rows: dict[tuple[str, ...], tuple[Any, ...]] = {
        ("question", row["code"]): tuple(map(repr, row.values())) for row in questions.values()
    }
    for gate, code, passes, explanation in rules.values_list("gate", "question__code", "passes_when", "explanation"):
        rows["gate", gate, code] = (passes, explanation)
    return rows
