"""The contact's pages: each question with its inputs, what a form holds, the list of sections, answers for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from data_collection.models import Question
from data_collection.question_types.base import Control
from data_collection.selectors.answers import AnsweredQuestion, Section
from data_collection.validators.answers import Typed, in_words, problem_with


@dataclass(frozen=True)
class QuestionItem:
    """A question as the contact's page shows it."""

    question: Question
    value: Any
    note: str
    problem: str = ""
    row_count: int = 0

    @property
    def code(self) -> str:
        """The question's code: the name of its input."""
        return self.question.code

    @property
    def template_name(self) -> str:
        """The partial that shows the inputs."""
        return self.question.question_type.template_name

    @property
    def described_by(self) -> str:
        """The ids of what a screen reader says with the input."""
        ids = [f"{self.code}-error"] if self.problem else []
        return " ".join([*ids, f"{self.code}-hint"] if self.question.help_text else ids)

    @property
    def text(self) -> str:
        """The value of a single line or text area."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def control_rows(self) -> list[list[Control]]:
        """The inputs, row by row."""
        return self.question.question_type.control_rows(self.question, self.value, self.row_count)

    @property
    def first_row(self) -> list[Control]:
        """The inputs of a question that is no table."""
        return self.control_rows[0]

    @property
    def first_control(self) -> str:
        """The id that an error summary links to."""
        return self.first_row[0].id


def saved_items(section: Section, *, show_problems: bool, row_counts: Mapping[str, int]) -> list[QuestionItem]:
    """The questions of a section with the answers that are saved."""
    return [
        QuestionItem(
            one.question,
            one.value,
            one.note,
            problem_with(one.question, one.value) if show_problems else "",
            row_counts.get(one.question.code, 0),
        )
        for one in section.answers
    ]


def unsaved_items(section: Section, typed: Mapping[str, Typed]) -> list[QuestionItem]:
    """The questions of a section with what is in the form and not saved."""
    return [
        QuestionItem(one.question, typed[one.question.code].value, typed[one.question.code].note)
        for one in section.answers
    ]


def read_form(section: Section, posted: QueryDict) -> dict[str, Typed]:
    """What was typed for each question of a section, in the shape that is stored; nothing is judged here."""
    questions = [one.question for one in section.answers]
    return {
        question.code: Typed(question.question_type.read(question, posted), posted.get(f"{question.code}-note", ""))
        for question in questions
    }


def row_counts(section: Section, query: QueryDict) -> dict[str, int]:
    """How many rows of each table an address asks for; nonsense is left out."""
    counts = {one.question.code: query.get(one.question.code, "") for one in section.answers}
    return {code: int(count) for code, count in counts.items() if count.isascii() and count.isdecimal()}


@dataclass(frozen=True)
class SectionStep:
    """A section in the task list."""

    title: str
    href: str
    hint: str
    tone: str
    status: str


def steps(sections: list[Section], secret: str) -> list[SectionStep]:
    """The task list: each section with how far it is."""
    return [
        _step(section, reverse("data_collection:link_section", args=[secret, section.code])) for section in sections
    ]


def _step(section: Section, href: str) -> SectionStep:
    hint = f"{section.answered} of {len(section.answers)} answered"
    wrong = [one for one in section.answers if problem_with(one.question, one.value)]
    if wrong:
        tone, status = "red", "Needs attention"
    elif not section.problems:
        tone, status = "green", "Done"
    elif section.answered:
        tone, status = "blue", "Started"
    else:
        tone, status = "gray", "Not started"
    return SectionStep(f"{section.code}. {section.title}", href, hint, tone, status)


@dataclass(frozen=True)
class AnswerLine:
    """A question with its answer in words, for reading."""

    code: str
    text: str
    lines: list[str]
    note: str
    problem: str
    href: str


def answer_lines(section: Section, secret: str = "") -> list[AnswerLine]:
    """A section for reading; with a secret each line links to where the contact changes it."""
    page = reverse("data_collection:link_section", args=[secret, section.code]) if secret else ""
    return [_answer_line(one, page) for one in section.answers]


def _answer_line(one: AnsweredQuestion, page: str) -> AnswerLine:
    return AnswerLine(
        one.question.code,
        one.question.text,
        in_words(one.question, one.value),
        one.note,
        one.problem,
        f"{page}?check=1#q-{one.question.code}" if page else "",
    )
