"""What every type of question can do. A type overrides only what differs.

Types know nothing of models: a question is anything with a code and options. None of the functions is called with an
empty value, but for `read` (which makes the value) and `control_rows` (which shows the empty inputs).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ValidationError

MAX_LENGTH = 4000

Options = list[tuple[str, str]]


class AnyQuestion(Protocol):
    """What types need of a question."""

    @property
    def code(self) -> str:
        """Names its inputs."""

    @property
    def options(self) -> Options:
        """What can be chosen, as (value, label); a table's columns."""


class Posted(Protocol):
    """What types need of a form that was sent; Django's QueryDict has it."""

    def get(self, key: str, default: str, /) -> Any:
        """The last value under a name."""

    def getlist(self, key: str, /) -> list[Any]:
        """All values under a name."""

    def __iter__(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class Control:
    """One input of a page; `is_chosen` says whether a radio button or check box is ticked."""

    id: str
    name: str
    label: str
    value: str
    input_mode: str = "text"
    is_chosen: bool = False


@dataclass(frozen=True)
class QuestionType:
    """A question answered by one line of text, and the base of all the others.

    Attributes:
        code: names the type in the database and in questionnaire.csv; at most 14 characters.
        label: names the type for people.
        template: its partial in templates/data_collection/question_types/, without ".html".
        needs_choices: whether its questions come with choices (or columns). The database checks it, so a new type that
            needs choices also needs a migration.
        takes_note: whether people may add a note to the answer.
    """

    code: str
    label: str
    template: str
    needs_choices: bool = False
    takes_note: bool = False

    @property
    def template_name(self) -> str:
        """The partial that shows the inputs; it gets the question as `item`."""
        return f"data_collection/question_types/{self.template}.html"

    def options(self, choices: Sequence[Sequence[str]]) -> Options:
        """What can be chosen, from the question's `choices`."""
        return [(value, label) for value, label in choices]

    def read(self, question: AnyQuestion, posted: Posted) -> Any:
        """The value that a form holds for a question, in the shape that is stored. Judges nothing."""
        return posted.get(question.code, "")

    def parse(self, text: str) -> Any:
        """The value that a sample file writes as one text."""
        return text.strip()

    def check(self, _question: AnyQuestion, value: Any) -> None:
        """Raise ValidationError, saying how to fix it, for a value that cannot be submitted."""
        if not isinstance(value, str):
            raise ValidationError("Write the answer as text.")
        if len(value) > MAX_LENGTH:
            raise ValidationError(f"Write at most {MAX_LENGTH} characters; this has {len(value)}.")

    def words(self, _question: AnyQuestion, value: Any) -> list[str]:
        """The value as lines for people, right or wrong."""
        return str(value).split("\n")

    def passes_gate(self, value: Any, passes_when: Sequence[str]) -> bool:
        """Whether the value lets an entity through a gate that names the values `passes_when`."""
        return value in passes_when

    def control_rows(self, question: AnyQuestion, value: Any, _row_count: int) -> list[list[Control]]:
        """The inputs, filled in; one row of them for all types but tables, which show at least `_row_count`."""
        return [[Control(question.code, question.code, "", value if isinstance(value, str) else "")]]
