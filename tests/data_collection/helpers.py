"""What tests of this app share."""

import re

from data_collection.models import Question, Questionnaire
from data_collection.question_types.contact import CONTACT_FIELDS
from data_collection.validators.answers import Typed

PERSON = {"name": "Jordan Lee", "email": "jordan@example.org"}


def link_in(body: str) -> str:
    """The personal link in a mail."""
    return re.search(r"http\S+/link/questionnaire/\S+", body)[0]


def secret_in(body: str) -> str:
    """The secret of the personal link in a mail."""
    return re.search(r"/link/questionnaire/([^/\s]+)/", body)[1]


def good_answer(question: Question):
    """A valid answer; for a choice the first, which passes every gate of the standard questions."""
    kind = question.answer_type
    if kind == "table":
        return [[f"{label}" for _, label in question.options]]
    if kind == "contact":
        return PERSON
    if kind == "multi_choice":
        return [question.options[0][0]]
    if kind == "number":
        return "10"
    return question.options[0][0] if question.options else f"Answer to {question.code}"


def good_answers(questionnaire: Questionnaire) -> dict[str, Typed]:
    """Good answers to all questions."""
    return {question.code: Typed(good_answer(question)) for question in questionnaire.questions.all()}


def as_form(values: dict[str, Typed], section: str) -> dict:
    """What the browser sends for the answers of one section."""
    sent = {}
    for code, typed in values.items():
        if not code.startswith(section):
            continue
        if isinstance(typed.value, dict):
            sent |= {f"{code}-{key}": typed.value.get(key, "") for key, _, _ in CONTACT_FIELDS}
        elif isinstance(typed.value, list) and typed.value and isinstance(typed.value[0], list):
            columns = [column for column, _ in Question.objects.filter(code=code).first().options]
            for row, cells in enumerate(typed.value):
                sent |= {f"{code}-{row}-{column}": cell for column, cell in zip(columns, cells, strict=True)}
        else:
            sent[code] = typed.value
    return sent
