"""The rules for a table of technical standards: rows of text in, standards or reasons out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from core.files.table_reader import Column, Headings, Row

SEGMENT_CODE = Column("segment_code", "Segment code", ("segment", "segment no", "segment number", "segment id"))
SEGMENT_TITLE = Column("segment_title", "Segment title", ("segment name", "segment description"))
WEIGHT = Column("weight", "Segment weight", ("weight", "segment weight percent", "weight percent"), required=False)
CODE = Column("code", "Code", ("standard code", "standard no", "standard number", "standard id", "competency code"))
STATEMENT = Column(
    "statement", "Statement", ("standard", "standard statement", "description", "text", "competency", "standard text")
)
COLUMNS = (SEGMENT_CODE, SEGMENT_TITLE, WEIGHT, CODE, STATEMENT)

_LONGEST = {SEGMENT_CODE: 20, SEGMENT_TITLE: 200, CODE: 30, STATEMENT: 2000}
_MOST_WEIGHT = Decimal("9999.99")
_CENT = Decimal("0.01")
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( |$)")
# What our own files put before a text that a spreadsheet program would take for a formula.
_GUARD = re.compile(r"^'(?=[=+\-@])")
_LONGEST_QUOTE = 60


@dataclass(frozen=True)
class Refusal:
    """Why a row stays out: the column, what was given there, the rule and how to mend it."""

    column: str
    given: str
    rule: str
    fix: str

    @property
    def words(self) -> str:
        """All of it in one line, for a file."""
        given = f" “{self.given}”" if self.given else ""
        return f"{self.column}{given}: {self.rule} {self.fix}"


@dataclass(frozen=True)
class GivenStandard:
    """One standard as the table says it."""

    segment_code: str
    segment_title: str
    weight: Decimal | None
    code: str
    statement: str


@dataclass(frozen=True)
class CheckedStandard:
    """One row of the table, with the standard in it and what is wrong with it."""

    row: Row
    given: GivenStandard
    refusals: tuple[Refusal, ...]


def plain(text: str) -> str:
    """A text as it is compared and kept: without space around it and without the guard of our own files."""
    return _GUARD.sub("", text.strip()).strip()


def read_weight(text: str) -> Decimal | None:
    """A weight of more than 0 with two decimals, a percent sign allowed; None where the text is something else."""
    try:
        weight = Decimal(text.removesuffix("%").strip()).quantize(_CENT)
    except InvalidOperation:  # words, or a number too large to have two decimals
        return None
    return weight if weight.is_finite() and 0 < weight <= _MOST_WEIGHT else None


def check_rows(rows: Sequence[Row], headings: Headings) -> list[CheckedStandard]:
    """Check the rows below the headings, each for itself and against the others.

    A segment's title and weight may stand on one of its rows alone; the other rows take them from there.
    """
    read = [_Typed(row, headings) for row in rows if row.number > headings.row.number]
    segments = _Segments(read)
    codes: dict[str, int] = {}
    return [_checked(typed, segments, codes) for typed in read]


class _Typed:
    """A row's texts by column."""

    def __init__(self, row: Row, headings: Headings) -> None:
        self.row = row
        self.spare = row.cells[len(headings.row.cells) :]
        self.texts = {column: plain(row.cell(headings.columns.get(column.key))) for column in COLUMNS}

    def refusal(self, column: Column, rule: str, fix: str) -> Refusal:
        return Refusal(column.heading, self.texts[column][:_LONGEST_QUOTE], rule, fix)


class _Segments:
    """Title and weight of each segment, from the first of its rows that says them."""

    def __init__(self, rows: Sequence[_Typed]) -> None:
        self.titles: dict[str, _Typed] = {}
        self.weights: dict[str, _Typed] = {}
        for typed in rows:
            segment = typed.texts[SEGMENT_CODE]
            if segment and typed.texts[SEGMENT_TITLE]:
                self.titles.setdefault(segment, typed)
            if segment and read_weight(typed.texts[WEIGHT]):
                self.weights.setdefault(segment, typed)

    def known(self, column: Column, segment: str) -> str:
        """What the segment's first row says in a column; empty where none says anything."""
        typed = (self.titles if column is SEGMENT_TITLE else self.weights).get(segment)
        return typed.texts[column] if typed else ""


def _checked(typed: _Typed, segments: _Segments, codes: dict[str, int]) -> CheckedStandard:
    segment = typed.texts[SEGMENT_CODE]
    refusals = [
        *_spare(typed),
        *_missing(typed, segments),
        *_too_long(typed),
        *_code(typed, codes),
        *_unlike_segment(typed, segments),
        *_weight(typed, segments),
    ]
    given = GivenStandard(
        segment_code=segment,
        segment_title=typed.texts[SEGMENT_TITLE] or segments.known(SEGMENT_TITLE, segment),
        weight=read_weight(typed.texts[WEIGHT] or segments.known(WEIGHT, segment)),
        code=typed.texts[CODE],
        statement=typed.texts[STATEMENT],
    )
    return CheckedStandard(typed.row, given, tuple(refusals))


def _spare(typed: _Typed) -> list[Refusal]:
    if not typed.spare:
        return []
    return [
        Refusal(
            "Beyond the last heading",
            " ".join(typed.spare)[:_LONGEST_QUOTE],
            "The row has more cells than there are headings.",
            "In a CSV file, put quotation marks around text that contains a comma.",
        )
    ]


def _missing(typed: _Typed, segments: _Segments) -> list[Refusal]:
    required = [column for column in COLUMNS if column.required and not typed.texts[column]]
    known = segments.known(SEGMENT_TITLE, typed.texts[SEGMENT_CODE])
    return [
        typed.refusal(column, "This is empty.", f"Enter the {column.heading.lower()} in this row.")
        for column in required
        if not (column is SEGMENT_TITLE and known)
    ]


def _too_long(typed: _Typed) -> list[Refusal]:
    return [
        typed.refusal(
            column, f"This has {len(typed.texts[column])} characters; at most {most} are allowed.", "Shorten it."
        )
        for column, most in _LONGEST.items()
        if len(typed.texts[column]) > most
    ]


def _code(typed: _Typed, codes: dict[str, int]) -> list[Refusal]:
    """A code stands once in the table, and no spreadsheet program has made a day of it."""
    code = typed.texts[CODE]
    first = codes.setdefault(code.casefold(), typed.row.number)
    if code and first != typed.row.number:
        return [typed.refusal(CODE, f"Row {first} already has this code.", "Give each standard a code of its own.")]
    if _DAY.match(code):
        fix = "Format the column as text in the spreadsheet program, and type the code again."
        return [typed.refusal(CODE, "The spreadsheet program turned this code into a date.", fix)]
    return []


def _unlike_segment(typed: _Typed, segments: _Segments) -> list[Refusal]:
    """All rows of a segment say the same title."""
    title, known = typed.texts[SEGMENT_TITLE], segments.titles.get(typed.texts[SEGMENT_CODE])
    if not title or known is None or known.texts[SEGMENT_TITLE] == title:
        return []
    other = known.texts[SEGMENT_TITLE][:_LONGEST_QUOTE]
    first = f"Segment {typed.texts[SEGMENT_CODE]} is “{other}” on row {known.row.number}."
    return [typed.refusal(SEGMENT_TITLE, first, "Use one title for the segment, or another segment code.")]


def _weight(typed: _Typed, segments: _Segments) -> list[Refusal]:
    """A weight is a number above 0, the same in all rows of a segment, and all segments have one or none has."""
    text, segment = typed.texts[WEIGHT], typed.texts[SEGMENT_CODE]
    known = segments.weights.get(segment)
    if text and read_weight(text) is None:
        return [
            typed.refusal(
                WEIGHT,
                "A weight must be a number greater than 0.",
                "Enter a number such as 10 or 12.5, or leave it empty.",
            )
        ]
    if text and known and read_weight(text) != read_weight(known.texts[WEIGHT]):
        rule = f"Row {known.row.number} gives segment {segment} a weight of {known.texts[WEIGHT]}."
        return [typed.refusal(WEIGHT, rule, "Use one weight for the segment.")]
    if segment and segments.weights and known is None:
        rule = f"Other segments have a weight, and segment {segment} has none."
        return [typed.refusal(WEIGHT, rule, "Give every segment a weight, or leave the whole column empty.")]
    return []
