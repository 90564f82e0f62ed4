"""The values of answers: their shapes, what is wrong with one, and one in words.

Plain functions, used by the contact's pages, by submitting and by the staff's pages alike. What was typed is kept
right or wrong; these functions only say which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from data_collection.enums import AnswerType

# Of a contact's fieldset: (key, label, kind of text).
CONTACT_FIELDS = (
    ("name", "Full name", "text"),
    ("title", "Job title or team", "text"),
    ("email", "E-mail address", "email"),
    ("phone", "Phone number", "tel"),
    ("backup_name", "Backup person: full name", "text"),
    ("backup_email", "Backup person: e-mail address", "email"),
    ("backup_phone", "Backup person: phone number", "tel"),
)
LONGEST = 4000
MOST_ROWS = 60
_DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y")


class Asked(Protocol):
    """What these functions need of a question."""

    answer_type: str
    required: bool

    @property
    def options(self) -> list[tuple[str, str]]: ...


@dataclass(frozen=True)
class Typed:
    """What somebody typed for one question: the value in the shape of `enums.AnswerType`, and the note."""

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


def problem_with(question: Asked, value: Any) -> str:
    """What is wrong with a value that is not empty, with how to put it right; empty when nothing is."""
    if is_empty(value):
        return ""
    check = _CHECKS.get(question.answer_type, _check_text)
    return check(question, value)


def is_answered(question: Asked, value: Any) -> bool:
    """Whether the question has an answer that can stand."""
    return not is_empty(value) and problem_with(question, value) == ""


def missing_or_wrong(question: Asked, value: Any) -> str:
    """As `problem_with`, and a required question without an answer is a problem too."""
    if question.required and is_empty(value):
        return "Answer this question."
    return problem_with(question, value)


def chosen_values(value: Any) -> list[str]:
    """The values chosen in a choice, yes/no or multiple choice."""
    if isinstance(value, list):
        return [part for part in value if isinstance(part, str) and part]
    return [value] if isinstance(value, str) and value else []


def in_words(question: Asked, value: Any) -> list[str]:
    """The answer as lines for people; a table row is one line, with its cells separated by semicolons."""
    if is_empty(value):
        return []
    if question.answer_type == AnswerType.CONTACT and isinstance(value, dict):
        lines = [
            "; ".join(value[key] for key, _, _ in fields if value.get(key))
            for fields in (CONTACT_FIELDS[:4], CONTACT_FIELDS[4:])
        ]
        return [prefix + line for prefix, line in zip(("", "Backup: "), lines, strict=True) if line]
    if question.answer_type == AnswerType.TABLE and isinstance(value, list):
        return ["; ".join(str(cell) for cell in row).rstrip("; ") for row in value]
    labels = {} if question.answer_type == AnswerType.TABLE else dict(question.options)
    if labels:
        return [labels.get(part, part) for part in chosen_values(value)]
    return str(value).split("\n")


def from_text(question: Asked, text: str) -> Any:
    """The value that a file writes as one text: `a;b` for several choices, one line with `; ` between cells for a row."""
    if question.answer_type == AnswerType.MULTI_CHOICE:
        return [part.strip() for part in text.split(";") if part.strip()]
    if question.answer_type == AnswerType.TABLE:
        return [[cell.strip() for cell in line.split(";")] for line in text.split("\n") if line.strip()]
    if question.answer_type == AnswerType.CONTACT:
        return _contact_from_text(text)
    return text.strip()


def _contact_from_text(text: str) -> dict[str, str]:
    """Reads "Jordan Lee, Records Manager, jordan@example.org, 555-0100. Backup: Sam Ortiz, sam@example.org, 555-0101"."""
    found: dict[str, str] = {}
    first, _, backup = text.partition("Backup:")
    for prefix, part in (("", first), ("backup_", backup)):
        for piece in (piece.strip(" .") for piece in part.split(",")):
            if "@" in piece:
                key = "email"
            elif re.fullmatch(r"[\d()+\-. ]+", piece):
                key = "phone"
            else:
                key = "name" if f"{prefix}name" not in found else "title"
            if piece:
                found[prefix + key] = piece
    return found


def _check_text(_question: Asked, value: Any) -> str:
    if not isinstance(value, str):
        return "Write the answer as text."
    return f"Write at most {LONGEST} characters; this has {len(value)}." if len(value) > LONGEST else ""


def _check_choice(question: Asked, value: Any) -> str:
    return "" if value in [known for known, _ in question.options] else "Choose one of the answers listed."


def _check_several(question: Asked, value: Any) -> str:
    known = {one for one, _ in question.options}
    if not isinstance(value, list) or not all(isinstance(part, str) and part in known for part in value):
        return "Choose from the answers listed."
    if "none" in value and len(value) > 1:
        return 'You ticked "None of these" together with others. Tick either that or the others.'
    return ""


def _check_number(_question: Asked, value: Any) -> str:
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return f'"{value}" is not a number. Write digits only, for example 10; anything else goes into the note.'
    return "" if number.is_finite() and number >= 0 else "Write a number that is not below zero, for example 10."


def parse_date(text: str) -> date | None:
    """A date written as 2027-03-04, 3/4/2027 or March 4, 2027; None if it is none."""
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    return None


def _check_date(_question: Asked, value: Any) -> str:
    return "" if parse_date(str(value)) else f'"{value}" is not a date. Write it like 3/24/2027.'


def _check_contact(_question: Asked, value: Any) -> str:
    if not isinstance(value, dict):
        return "Give a name and an e-mail address."
    if not value.get("name") or not value.get("email"):
        return "Give at least a full name and an e-mail address."
    for key in ("email", "backup_email"):
        if value.get(key):
            try:
                validate_email(value[key])
            except ValidationError:
                return f'"{value[key]}" is not an e-mail address. Write it like records@example.org.'
    return ""


def _check_table(question: Asked, value: Any) -> str:
    columns = question.options
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        return "Give one row for each."
    if len(value) > MOST_ROWS:
        return f"Give at most {MOST_ROWS} rows here, and tell us about the others by mail."
    for number, row in enumerate(value, start=1):
        if len(row) > len(columns):
            return f"Row {number} has {len(row)} cells; the table has {len(columns)} columns."
        if not row[0]:
            return f'Row {number}: fill in "{columns[0][1]}", or clear the whole row.'
    return ""


_CHECKS: dict[str, Any] = {
    AnswerType.YES_NO: _check_choice,
    AnswerType.YES_NO_EXPLAIN: _check_choice,
    AnswerType.CHOICE: _check_choice,
    AnswerType.MULTI_CHOICE: _check_several,
    AnswerType.NUMBER: _check_number,
    AnswerType.DATE: _check_date,
    AnswerType.CONTACT: _check_contact,
    AnswerType.TABLE: _check_table,
}


def missing_codes(questions: Sequence[Any], values: dict[str, Any]) -> list[tuple[Any, str]]:
    """The questions that stand in the way of submitting, each with what is wrong."""
    found = [(question, missing_or_wrong(question, values.get(question.code))) for question in questions]
    return [(question, message) for question, message in found if message]
