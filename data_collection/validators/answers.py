"""What somebody typed for a question: tidied, empty or not, valid or not, and in words.

Plain functions, used by the contact's pages, by submitting and by the staff's pages alike. What was typed is stored
right or wrong; these functions only say which. What differs between types of questions stands in `question_types`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError

from data_collection.question_types import QUESTION_TYPES
from data_collection.question_types.base import AnyQuestion


class TypedQuestion(AnyQuestion, Protocol):
    """What these functions need of a question."""

    answer_type: str
    required: bool


AnyTypedQuestion = TypeVar("AnyTypedQuestion", bound=TypedQuestion)


@dataclass(frozen=True)
class Typed:
    """What somebody typed for one question: the value in the shape of its type, and the note."""

    value: Any
    note: str = ""


def tidy(value: Any) -> Any:
    """The value without what the database cannot hold (NUL), without outer blanks, and without empty table rows."""
    if isinstance(value, dict):
        return {str(key): tidy(part) for key, part in value.items() if not is_empty(tidy(part))}
    if isinstance(value, list | tuple):
        return [part for part in map(tidy, value) if not is_empty(part) or not isinstance(part, list)]
    return str(value).replace("\x00", "").replace("\r\n", "\n").strip()


def is_empty(value: Any) -> bool:
    """Whether nothing was typed or ticked anywhere in `value`."""
    if isinstance(value, dict):
        return all(is_empty(part) for part in value.values())
    if isinstance(value, list):
        return all(is_empty(part) for part in value)
    return value in ("", None)


def problem_with(question: TypedQuestion, value: Any) -> str:
    """What is wrong with a value that is not empty, with how to fix it; empty when nothing is."""
    if is_empty(value):
        return ""
    try:
        QUESTION_TYPES[question.answer_type].check(question, value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def is_answered(question: TypedQuestion, value: Any) -> bool:
    """Whether the question has a valid answer."""
    return not is_empty(value) and problem_with(question, value) == ""


def missing_or_wrong(question: TypedQuestion, value: Any) -> str:
    """As `problem_with`, and a required question without an answer is a problem too."""
    if question.required and is_empty(value):
        return "Answer this question."
    return problem_with(question, value)


def in_words(question: TypedQuestion, value: Any) -> list[str]:
    """The answer as lines for people; no lines where nothing was typed."""
    return [] if is_empty(value) else QUESTION_TYPES[question.answer_type].words(question, value)


def missing_codes(questions: Sequence[AnyTypedQuestion], values: dict[str, Any]) -> list[tuple[AnyTypedQuestion, str]]:
    """The questions that stand in the way of submitting, each with what is wrong."""
    problems = [(question, missing_or_wrong(question, values.get(question.code))) for question in questions]
    return [(question, message) for question, message in problems if message]
