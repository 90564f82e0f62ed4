"""The contact's pages: each question with its inputs, and what was typed read back from the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from data_collection.enums import AnswerType
from data_collection.models import Question
from data_collection.selectors.requests import Answered, Section
from data_collection.validators.answers import CONTACT_FIELDS, MOST_ROWS, Typed, chosen_values, in_words, problem_with

_FEWEST_ROWS = 2


@dataclass(frozen=True)
class Input:
    """One control: its name (also its id), label, value and, for a choice, whether it is chosen."""

    name: str
    label: str
    value: str
    kind: str = "text"
    chosen: bool = False


@dataclass(frozen=True)
class Asked:
    """A question as the contact's page shows it."""

    question: Question
    value: Any
    note: str
    problem: str
    rows_wanted: int = 0

    @property
    def code(self) -> str:
        """The question's code: the name of its control."""
        return self.question.code

    @property
    def template(self) -> str:
        """The template part that lays out this kind of answer."""
        kind = self.question.answer_type
        part = {
            AnswerType.LONG_TEXT: "long_text",
            AnswerType.TABLE: "table",
            AnswerType.CONTACT: "contact",
            AnswerType.MULTI_CHOICE: "choices",
            AnswerType.CHOICE: "choices",
            AnswerType.YES_NO: "choices",
            AnswerType.YES_NO_EXPLAIN: "choices",
        }.get(AnswerType(kind), "line")
        return f"data_collection/link/_{part}.html"

    @property
    def input_mode(self) -> str:
        """Which keys a phone offers."""
        return "decimal" if self.question.answer_type == AnswerType.NUMBER else "text"

    @property
    def several(self) -> bool:
        """Whether more than one may be ticked."""
        return self.question.answer_type == AnswerType.MULTI_CHOICE

    @property
    def described_by(self) -> str:
        """The ids of what a screen reader says with the control."""
        ids = [f"{self.code}-error"] if self.problem else []
        return " ".join([*ids, f"{self.code}-hint"] if self.question.help_text else ids)

    @property
    def text(self) -> str:
        """The value of a single line or text area."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def choices(self) -> list[Input]:
        """The radio buttons or check boxes; what was kept but is not offered any more is not shown."""
        chosen = chosen_values(self.value)
        return [Input(self.code, label, value, chosen=value in chosen) for value, label in self.question.options]

    @property
    def people(self) -> list[Input]:
        """The inputs for the person to ask and the backup."""
        held = self.value if isinstance(self.value, dict) else {}
        return [Input(f"{self.code}-{key}", label, held.get(key, ""), kind) for key, label, kind in CONTACT_FIELDS]

    @property
    def rows(self) -> list[list[Input]]:
        """The rows of a table: those filled in, and room for more."""
        held = self.value if isinstance(self.value, list) else []
        many = min(max(_FEWEST_ROWS, len(held) + 1, self.rows_wanted), MOST_ROWS)
        return [
            [
                Input(
                    f"{self.code}-{row}-{column}",
                    label,
                    str(held[row][place]) if row < len(held) and place < len(held[row]) else "",
                )
                for place, (column, label) in enumerate(self.question.options)
            ]
            for row in range(many)
        ]

    @property
    def first_control(self) -> str:
        """The id that an error summary links to."""
        kind = self.question.answer_type
        if kind == AnswerType.CONTACT:
            return f"{self.code}-{CONTACT_FIELDS[0][0]}"
        if kind == AnswerType.TABLE:
            return f"{self.code}-0-{self.question.options[0][0]}"
        return f"{self.code}-1" if self.question.options else self.code


def asked(section: Section, *, show_problems: bool, rows_wanted: Mapping[str, int]) -> list[Asked]:
    """The questions of a section with what is kept."""
    return [
        Asked(
            one.question,
            one.value,
            one.note,
            problem_with(one.question, one.value) if show_problems else "",
            rows_wanted.get(one.question.code, 0),
        )
        for one in section.answers
    ]


def asked_as_typed(section: Section, typed: Mapping[str, Typed]) -> list[Asked]:
    """The questions of a section with what is in the form and not saved."""
    return [
        Asked(one.question, typed[one.question.code].value, typed[one.question.code].note, "")
        for one in section.answers
    ]


def read_form(section: Section, data: QueryDict) -> dict[str, Typed]:
    """What was typed for each question of a section, in the shape that is kept; nothing is judged here."""
    return {
        one.question.code: Typed(_read(one.question, data), data.get(f"{one.question.code}-note", ""))
        for one in section.answers
    }


def _read(question: Question, data: QueryDict) -> Any:
    code = question.code
    if question.answer_type == AnswerType.MULTI_CHOICE:
        return data.getlist(code)
    if question.answer_type == AnswerType.CONTACT:
        return {key: data.get(f"{code}-{key}", "") for key, _, _ in CONTACT_FIELDS}
    if question.answer_type == AnswerType.TABLE:
        columns = [column for column, _ in question.options]
        rows = range(rows_sent(code, data))
        return [[data.get(f"{code}-{row}-{column}", "") for column in columns] for row in rows]
    return data.get(code, "")


def rows_sent(code: str, data: QueryDict) -> int:
    """How many rows of a question's table the form had."""
    parts = [name.split("-") for name in data if name.startswith(f"{code}-")]
    numbers = [int(part[1]) for part in parts if part[1].isascii() and part[1].isdecimal()]
    return min(max(numbers, default=-1) + 1, MOST_ROWS)


def rows_wanted(section: Section, query: QueryDict) -> dict[str, int]:
    """How many rows of each table an address asks for; nonsense is left out."""
    asked_for = {one.question.code: query.get(one.question.code, "") for one in section.answers}
    return {code: int(many) for code, many in asked_for.items() if many.isascii() and many.isdecimal()}


@dataclass(frozen=True)
class Step:
    """A section in the task list."""

    title: str
    href: str
    hint: str
    tone: str
    status: str


def steps(sections: list[Section], secret: str) -> list[Step]:
    """The task list: each section with how far it is."""
    return [
        _step(section, reverse("data_collection:link_section", args=[secret, section.code])) for section in sections
    ]


def _step(section: Section, href: str) -> Step:
    hint = f"{section.answered} of {len(section.answers)} answered"
    wrong = [one for one in section.answers if problem_with(one.question, one.value)]
    if wrong:
        tone, status = "red", "Needs a look"
    elif not section.problems:
        tone, status = "green", "Done"
    elif section.answered:
        tone, status = "blue", "Started"
    else:
        tone, status = "gray", "Not started"
    return Step(f"{section.code}. {section.title}", href, hint, tone, status)


@dataclass(frozen=True)
class Line:
    """A question with its answer in words, for reading."""

    code: str
    text: str
    lines: list[str]
    note: str
    problem: str
    href: str


def lines(section: Section, secret: str = "") -> list[Line]:
    """A section for reading; with a secret each line links to where it is changed."""
    base = reverse("data_collection:link_section", args=[secret, section.code]) if secret else ""
    return [_line(one, base) for one in section.answers]


def _line(one: Answered, base: str) -> Line:
    return Line(
        one.question.code,
        one.question.text,
        in_words(one.question, one.value),
        one.note,
        one.problem,
        f"{base}?check=1#q-{one.question.code}" if base else "",
    )
