"""Reading the CSV files that ship with the product; whatever is wrong is said with file, line and column."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from core.problems import Problem

FOLDER = Path(__file__).resolve().parent
REFERENCE = FOLDER / "reference"
DEMO = FOLDER / "demo"

T = TypeVar("T")


class BadCellError(Problem):
    """A cell of a file cannot be used; the message names file, line, column, what was given and how to fix it."""


@dataclass(frozen=True)
class Row:
    """One row of a file, which knows where it stands.

    Attributes:
        file: the file's name.
        line: the line on which the row starts; the heading is line 1.
        cells: column -> text, outer blanks removed.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def bad(self, column: str, why: str) -> BadCellError:
        """The error to raise for a cell."""
        given = self.cells.get(column, "")
        return BadCellError(f'{self.file}, line {self.line}, column {column}: "{given}" {why}', field=column)

    def text(self, column: str) -> str:
        """The text of a cell that may be empty."""
        return self.cells[column]

    def required(self, column: str) -> str:
        """The text of a cell that may not be empty."""
        value = self.cells[column]
        if not value:
            raise self.bad(column, "is empty. Fill it in.")
        return value

    def digits(self, column: str, length: int) -> str:
        """A code of exactly `length` digits."""
        value = self.cells[column]
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise self.bad(column, f"is not a code of {length} digits. Keep leading zeros.")
        return value

    def integer(self, column: str) -> int | None:
        """A whole number, or None for an empty cell."""
        value = self.cells[column]
        if not value:
            return None
        try:
            return int(value)
        except ValueError as error:
            raise self.bad(column, "is not a whole number. Use digits only.") from error

    def decimal(self, column: str) -> Decimal | None:
        """A number, or None for an empty cell."""
        value = self.cells[column]
        if not value:
            return None
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise self.bad(column, "is not a number. Use digits and a decimal point.") from error

    def yes_no(self, column: str) -> bool:
        """The word yes or no."""
        return self.choice(column, {"yes": True, "no": False})

    def choice(self, column: str, among: Mapping[str, T]) -> T:
        """What `among` holds for the cell's text."""
        value = self.cells[column]
        if value not in among:
            raise self.bad(column, f"is not one of: {', '.join(sorted(among))}.")
        return among[value]

    def reference(self, column: str, among: Mapping[str, T], where: str) -> T:
        """What the code in the cell stands for.

        Args:
            among: code -> what it stands for.
            where: the file that holds the codes, for the message.
        """
        value = self.required(column)
        if value not in among:
            raise self.bad(column, f"is not in {where}. Correct the code, or add it to {where}.")
        return among[value]

    def listed(self, column: str) -> list[str]:
        """The parts of a cell that holds several values with semicolons between them."""
        return [part.strip() for part in self.cells[column].split(";") if part.strip()]


def read(path: Path, columns: Collection[str]) -> list[Row]:
    """The rows of a file.

    Args:
        path: a CSV file in UTF-8 with a heading.
        columns: the columns that it must have; others are read too.

    Raises:
        BadCellError: the file is not there or not UTF-8, a column is missing, or a row has too many or too few cells.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return _rows(path.name, csv.reader(file), columns)
    except FileNotFoundError as error:
        raise BadCellError(f"{path.name} is missing. It ships in {path.parent.name}/; restore it.") from error
    except UnicodeDecodeError as error:
        raise BadCellError(f"{path.name} is not UTF-8 text. Save it as CSV in UTF-8.") from error


def _rows(name: str, reader: Any, columns: Collection[str]) -> list[Row]:
    heading: list[str] = next(reader, [])
    for column in columns:
        if column not in heading:
            raise BadCellError(f"{name}, line 1, column {column}: the column is missing.", field=column)
    rows = []
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) != len(heading):
            column = heading[min(len(cells), len(heading) - 1)]
            cause = f"the row has {len(cells)} cells, the heading {len(heading)}. Put quotes around text with commas."
            raise BadCellError(f"{name}, line {line}, column {column}: {cause}", field=column)
        rows.append(Row(name, line, {key: cell.strip() for key, cell in zip(heading, cells, strict=True)}))
        line = reader.line_num + 1
    return rows
