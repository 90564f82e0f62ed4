"""A table that people add rows to. The value is a list of rows, each a list of texts; the options are its columns."""

from typing import Any

from django.core.exceptions import ValidationError

from data_collection.question_types.base import AnyQuestion, Control, Posted, QuestionType

MAX_ROWS = 60
_MIN_ROWS_SHOWN = 2


class TableType(QuestionType):
    """Rows of one-line inputs."""

    def read(self, question: AnyQuestion, posted: Posted) -> Any:
        """All rows that the form had, empty ones too."""
        rows = range(rows_posted(question.code, posted))
        return [[posted.get(f"{question.code}-{row}-{column}", "") for column, _ in question.options] for row in rows]

    def parse(self, text: str) -> Any:
        """From one line for each row, with semicolons between its cells."""
        return [[cell.strip() for cell in line.split(";")] for line in text.split("\n") if line.strip()]

    def check(self, question: AnyQuestion, value: Any) -> None:
        """Rows that fit the columns, each with its first cell filled in."""
        columns = question.options
        if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
            raise ValidationError("Fill in at least one row.")
        if len(value) > MAX_ROWS:
            raise ValidationError(f"Fill in at most {MAX_ROWS} rows. E-mail us about the rest.")
        for number, row in enumerate(value, start=1):
            if len(row) > len(columns):
                raise ValidationError(f"Row {number} has {len(row)} cells; the table has {len(columns)} columns.")
            if not row[0]:
                raise ValidationError(f'Row {number}: fill in "{columns[0][1]}", or clear the whole row.')

    def words(self, question: AnyQuestion, value: Any) -> list[str]:
        """A line for each row, with semicolons between its cells."""
        if not isinstance(value, list):
            return super().words(question, value)
        return ["; ".join(str(cell) for cell in row).rstrip("; ") for row in value]

    def control_rows(self, question: AnyQuestion, value: Any, row_count: int) -> list[list[Control]]:
        """The rows filled in, and room for more."""
        rows = value if isinstance(value, list) else []
        row_total = min(max(_MIN_ROWS_SHOWN, len(rows) + 1, row_count), MAX_ROWS)
        return [
            _row_of_controls(question, number, rows[number] if number < len(rows) else [])
            for number in range(row_total)
        ]


def _row_of_controls(question: AnyQuestion, number: int, cells: list[str]) -> list[Control]:
    names = [f"{question.code}-{number}-{column}" for column, _ in question.options]
    return [
        Control(names[place], names[place], label, str(cells[place]) if place < len(cells) else "")
        for place, (_, label) in enumerate(question.options)
    ]


def rows_posted(code: str, posted: Posted) -> int:
    """How many rows a form had for the table question `code`."""
    parts = [name.split("-") for name in posted if name.startswith(f"{code}-")]
    numbers = [int(part[1]) for part in parts if part[1].isascii() and part[1].isdecimal()]
    return min(max(numbers, default=-1) + 1, MAX_ROWS)


TABLE = TableType(code="table", label="A table", template="table", needs_choices=True)
