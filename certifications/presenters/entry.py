"""The words of district entry's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from certifications.models import Building, StudentCertification
from certifications.selectors.sheet import CheckedRow, Sheet
from certifications.validators.dates import show_date
from certifications.validators.scores import Scale, show_number

DIRECT = "Results come straight from the entity, so there is nothing to enter."
RESULTS = StudentCertification.Result.choices


def scale_words(scales: Sequence[Scale]) -> str:
    """How a certification is scored: "Score 0 to 100; lowest passing score 70"."""
    if not scales:
        return "No score is recorded. You can leave the score empty."
    if len(scales) > 1:
        return f"{len(scales)} parts, each with its own cut score. You can leave the score empty."
    scale = scales[0]
    unit = f" {scale.unit}" if scale.unit else ""
    return (
        f"Score from {show_number(scale.low)} to {show_number(scale.high)}{unit}; "
        f"the lowest passing score is {show_number(scale.cut)}."
    )


def counts_words(*, counts_federally: bool) -> str:
    """Whether a pass counts."""
    if counts_federally:
        return "A pass counts for federal reporting (indicator 5S1)."
    return "A pass is kept, but does not count for federal reporting (indicator 5S1)."


def filled_later_words(count: int) -> str:
    """What is said when a page was older than what is saved."""
    students = "1 student was" if count == 1 else f"{count} students were"
    return (
        f"{students} filled in after this page was opened, perhaps in another window. That was kept; everything you "
        "typed here is saved too. Check the students below, and untick any who do not belong."
    )


@dataclass(frozen=True)
class Box:
    """One input of a student's row: what was typed and what is wrong with it."""

    name: str
    label: str
    value: str
    problem: str
    width: str
    is_result: bool = False
    inputmode: str = "text"


_BOXES = (
    # field, label, width on a wide screen, keyboard of a phone
    ("result", "Result", "col-6 col-lg-2", "text"),
    ("score", "Score", "col-6 col-lg-2", "decimal"),
    ("date_earned", "Date earned", "col-6 col-lg-2", "text"),
    ("certificate_number", "Certificate number", "col-6 col-lg-3", "text"),
)


@dataclass(frozen=True)
class SheetRow:
    """One student as the students page shows them."""

    key: int
    name: str
    about: str
    is_ticked: bool
    pass_dates: str
    boxes: list[Box]


def sheet_rows(sheet: Sheet, *, with_problems: bool) -> list[tuple[Building, list[SheetRow]]]:
    """The sheet by building, in the order of the page."""
    grouped = groupby(sheet.rows, key=lambda row: row.known.enrollment.offering.building)
    return [(building, [_sheet_row(row, with_problems=with_problems) for row in rows]) for building, rows in grouped]


def _sheet_row(row: CheckedRow, *, with_problems: bool) -> SheetRow:
    problems = row.column_problems if with_problems else {}
    student = row.known.enrollment.student
    return SheetRow(
        key=row.enrollment_id,
        name=student.full_name,
        about=f"UIC {student.uic}, grade {row.known.enrollment.grade}",
        is_ticked=row.is_ticked,
        pass_dates=", ".join(show_date(day) for day in sorted(row.known.passes)),
        boxes=[
            Box(
                name=f"{name}-{row.enrollment_id}",
                label=label,
                value=row.typed.get(name, ""),
                problem=problems.get(name, ""),
                width=width,
                is_result=name == "result",
                inputmode=inputmode,
            )
            for name, label, width, inputmode in _BOXES
        ],
    )


@dataclass(frozen=True)
class AnswerRow:
    """One ticked student on the check-answers page and the evidence page."""

    key: int
    name: str
    result: str
    score: str
    day: str
    number: str
    page: str


def answer_rows(sheet: Sheet) -> list[AnswerRow]:
    """The ticked students, as typed where a rule is broken."""
    labels = dict(RESULTS)
    return [
        AnswerRow(
            key=row.enrollment_id,
            name=row.known.enrollment.student.full_name,
            result=str(labels.get(row.typed.get("result", "passed"), "")),
            score=row.typed.get("score", ""),
            day=row.typed.get("date_earned", ""),
            number=row.typed.get("certificate_number", ""),
            page=row.typed.get("page", ""),
        )
        for row in sheet.ticked
    ]
