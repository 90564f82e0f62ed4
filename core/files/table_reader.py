"""Tables that people send: a CSV file, a spreadsheet (XLSX) or rows pasted from one, read into rows of text.

Cells come out as the sender sees them, with the row number that a spreadsheet program shows. What the cells mean is for
the app that reads them; `map_headings` finds which column is which by its heading.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.files import sandbox
from core.problems import Problem

_MEGABYTE = 1024 * 1024
_TIMEOUT_SECONDS = 20
_SEPARATORS = (",", ";", "\t")
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-"
# How an encrypted XLSX names its content inside.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WEB_PAGE = re.compile(r"\s*<(!doctype|html|table|\?xml)", re.IGNORECASE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# A title and some notes may stand above the headings.
_HEADINGS_WITHIN = 10
_SAVE_AS = "Open it in your spreadsheet program, save it as .xlsx or .csv, and send that file."
_REFUSALS = {
    "encrypted": "The spreadsheet is protected by a password, so it cannot be read. Save it without one, and "
    "send that.",
    "too large": (
        "The spreadsheet is far larger inside than it looks, so it was not read. Copy the table into a new "
        "spreadsheet, and send that."
    ),
    "broken": f"The file could not be read as a spreadsheet: it is damaged or something else. {_SAVE_AS}",
}


@dataclass(frozen=True)
class Limits:
    """How large a table may be; one that is larger is refused as a whole."""

    size: int = 5 * _MEGABYTE
    rows: int = 5_000
    columns: int = 60
    cell: int = 10_000


LIMITS = Limits()


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet program shows it, and its cells without the empty ones at the end."""

    number: int
    cells: tuple[str, ...]

    def cell(self, index: int | None) -> str:
        """The cell of a column, empty where the row is shorter or there is no such column."""
        return self.cells[index] if index is not None and index < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """Rows that hold something, in order; `sheet` names the one read where the spreadsheet has several."""

    rows: tuple[Row, ...]
    sheet: str = ""


@dataclass(frozen=True)
class Column:
    """A column that an app looks for: its key, its heading in our words, and other headings that people give it."""

    key: str
    heading: str
    also: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Headings:
    """Which column is which: the row that names them, key -> index, and headings of columns that are not read."""

    row: Row
    columns: dict[str, int]

    def pairs(self, columns: Sequence[Column]) -> list[tuple[str, str]]:
        """Our heading and the file's, for each column that was found."""
        return [
            (column.heading, self.row.cell(self.columns[column.key]))
            for column in columns
            if column.key in self.columns
        ]

    @property
    def unread(self) -> list[str]:
        """The headings of columns that nobody reads."""
        used = set(self.columns.values())
        return [cell for index, cell in enumerate(self.row.cells) if index not in used and cell]


def read_table(*, content: bytes, limits: Limits = LIMITS) -> Table:
    """Read an uploaded file, a CSV or an XLSX by what it is, whatever its name says.

    Raises:
        Problem: it is neither, or encrypted, empty, damaged or too large; the message says what to do.
    """
    if not content.strip():
        raise Problem("The file is empty. Choose the file again.")
    if len(content) > limits.size:
        raise Problem(
            f"The file has {len(content) / _MEGABYTE:.1f} MB; at most {limits.size / _MEGABYTE:g} MB are read. Send "
            "only the sheet with the table, or split it."
        )
    if content.startswith(_ZIP):
        return _spreadsheet(content, limits)
    if content.startswith(_OLE):
        raise Problem(_REFUSALS["encrypted"] if _ENCRYPTED in content else f"This is an older spreadsheet. {_SAVE_AS}")
    if content.startswith(_PDF):
        raise Problem("This is a PDF, and no table can be read from it. Send the spreadsheet it was made from.")
    return read_text(_decoded(content), limits=limits)


def read_text(text: str, *, limits: Limits = LIMITS) -> Table:
    """Read rows of text: the content of a CSV file, or what was copied from a spreadsheet and pasted.

    Raises:
        Problem: there is no table in it, or it is too large.
    """
    if _WEB_PAGE.match(text):
        raise Problem(f"This is a web page and not a table. {_SAVE_AS}")
    if _NO_TEXT.search(text):
        raise Problem(f"This is neither a CSV file nor a spreadsheet (XLSX). {_SAVE_AS}")
    records = _records(text)
    found = [Row(number, cells) for number, cells in enumerate(map(_tidy, records), start=1) if cells]
    return Table(_within(found, limits))


def map_headings(table: Table, columns: Sequence[Column]) -> Headings:
    """Find the row of headings, by words and not by their order; a title above it is passed over.

    Raises:
        Problem: no row near the top names all required columns, or two headings mean the same column.
    """
    best: dict[str, int] = {}
    for row in table.rows[:_HEADINGS_WITHIN]:
        found = matched(row, columns)
        if all(column.key in found for column in columns if column.required):
            return Headings(row, found)
        best = max(best, found, key=len)
    wanted = ", ".join(column.heading for column in columns if column.required)
    missing = ", ".join(column.heading for column in columns if column.required and column.key not in best)
    raise Problem(f"No row names all the columns. The first row must hold the headings {wanted}. Not found: {missing}.")


def matched(row: Row, columns: Sequence[Column]) -> dict[str, int]:
    """Key -> index of the cells of a row that read like one of the columns' headings.

    Raises:
        Problem: two cells read like the same column.
    """
    keys = {_bare(name): column.key for column in columns for name in (column.heading, column.key, *column.also)}
    found: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        key = keys.get(_bare(cell))
        if key is None:
            continue
        if key in found:
            given = f"“{row.cells[found[key]]}” and “{cell}”"
            raise Problem(f"Row {row.number}: the headings {given} mean the same column. Rename or remove one.")
        found[key] = index
    return found


def _bare(heading: str) -> str:
    """A heading without capitals, spaces and marks: "Segment  Code*" and "segment_code" are one."""
    return "".join(character for character in heading.casefold() if character.isalnum())


def _tidy(cells: Sequence[str]) -> tuple[str, ...]:
    kept = [cell.replace("\r\n", "\n").replace("\xa0", " ").replace("\ufeff", "").strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _within(rows: list[Row], limits: Limits) -> tuple[Row, ...]:
    """The rows, if they are a table of the size allowed."""
    if not rows:
        raise Problem("There is no row with text in it. Choose the file again, or paste the rows again.")
    if len(rows) > limits.rows:
        raise Problem(f"There are more than {limits.rows:,} rows. Split the table, and send it in parts.")
    for row in rows:
        if len(row.cells) > limits.columns:
            raise Problem(
                f"Row {row.number} has {len(row.cells)} columns; at most {limits.columns} are read. Send only the "
                "columns that are needed."
            )
        if any(len(cell) > limits.cell for cell in row.cells):
            raise Problem(f"Row {row.number}: a cell holds more than {limits.cell:,} characters. Shorten it.")
    return tuple(rows)


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, as older spreadsheet programs write."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Its five bytes without a meaning are told as text that cannot be, and refused as such.
        return content.decode("cp1252", errors="replace").replace("\ufffd", "\x00")


def _records(text: str) -> list[list[str]]:
    """The lines as cells."""
    separator = _separator([line for line in text.splitlines() if line.strip()][:_HEADINGS_WITHIN])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        if separator == "\t":  # copied from a spreadsheet: a quote mark there is a part of the text
            return [line.split("\t") for line in text.splitlines()]
        raise Problem(
            f"Row {len(records) + 1}: the quote marks do not fit, so the cells cannot be told apart. Put quote marks "
            "around the whole cell, and write each one inside it twice; or send a spreadsheet (XLSX)."
        ) from error
    return records


def _separator(lines: Sequence[str]) -> str:
    """The mark that splits the first line that any splits, most often the headings; one in quotes splits nothing."""
    for line in lines:
        cells = {mark: len(next(csv.reader([line[: LIMITS.cell]], delimiter=mark), [])) for mark in _SEPARATORS}
        if max(cells.values()) > 1:
            return max(cells, key=lambda mark: cells[mark])
    return _SEPARATORS[0]


def _spreadsheet(content: bytes, limits: Limits) -> Table:
    """Let the child process read it."""
    try:
        read = sandbox.ask("core.files.spreadsheet_child", str(limits.rows), content=content, seconds=_TIMEOUT_SECONDS)
    except sandbox.NoAnswerError:
        read = {"finding": "broken"}
    if read["finding"] != "ok":
        raise Problem(_REFUSALS[read["finding"]])
    rows = [Row(number, cells) for number, cells in ((number, _tidy(row)) for number, row in read["rows"]) if cells]
    return Table(_within(rows, limits), sheet=read["sheet"] if read["sheets"] > 1 else "")
