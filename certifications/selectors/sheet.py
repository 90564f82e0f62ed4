"""Reading a draft as a sheet: its students, what was typed for each, and what is wrong with it."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import User
from certifications.models import EntryDraft
from certifications.selectors.entry import Known, known, scales_of, sheet_enrollments
from certifications.validators.attempt import COLUMNS, Attempt, Typed, check_attempt, check_page, duplicate_words
from core.problems import Problem

# What a row of a draft holds as typed, besides whether it is ticked.
ROW_FIELDS = ("result", "score", "date_earned", "certificate_number", "page")


@dataclass
class CheckedRow:
    """One student of a sheet."""

    known: Known
    typed: dict[str, str]
    is_ticked: bool
    attempt: Attempt | None = None
    page: int | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def enrollment_id(self) -> int:
        """The key of the row."""
        return self.known.enrollment.pk

    def place(self, problem: Problem) -> str:
        """Row and column of a problem in words."""
        return f"{self.known.enrollment.student.full_name}, {COLUMNS[problem.field or 'result'].lower()}: "

    @property
    def column_problems(self) -> dict[str, str]:
        """Field -> message."""
        return {problem.field or "result": problem.message for problem in self.problems}


@dataclass
class Sheet:
    """All rows asked for."""

    rows: list[CheckedRow]

    @property
    def ticked(self) -> list[CheckedRow]:
        """The rows that will be submitted."""
        return [row for row in self.rows if row.is_ticked]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(message, link to the box), in the order of the page: student and column, then what is wrong with it."""
        return [
            (row.place(problem) + problem.message, f"#{problem.field}-{row.enrollment_id}")
            for row in self.ticked
            for problem in row.problems
        ]

    @property
    def page_problems(self) -> list[tuple[str, str]]:
        """Those of the page numbers, which are typed beside the PDF."""
        return [(message, href) for message, href in self.problems if href.startswith("#page-")]


def checked_sheet(user: User, draft: EntryDraft, *, building: int | None = None) -> Sheet:
    """The students of a draft with every rule applied to the ticked ones.

    Args:
        building: primary key; only this building's students and those ticked elsewhere. None for all.
    """
    enrollments = [
        row
        for row in sheet_enrollments(user, draft).select_related("student", "offering__building")
        if building is None or row.offering.building_id == building or _is_ticked(draft, row.pk)
    ]
    facts = known(enrollments, certification_id=draft.certification_id)
    rows = [
        CheckedRow(known=facts[row.pk], typed=draft.rows.get(str(row.pk), {}), is_ticked=_is_ticked(draft, row.pk))
        for row in enrollments
    ]
    sheet = Sheet(rows)
    _check(sheet, draft)
    return sheet


def _is_ticked(draft: EntryDraft, enrollment_id: int) -> bool:
    return bool(draft.rows.get(str(enrollment_id), {}).get("ticked"))


def _check(sheet: Sheet, draft: EntryDraft) -> None:
    scales = scales_of(draft.certification)
    pages = draft.document.pages if draft.document else None
    seen: set[tuple[int, str, date | None]] = set()
    for row in sheet.ticked:
        checked = check_attempt(Typed.from_mapping(row.typed), row.known.facts(scales=scales))
        row.attempt, row.problems = checked.attempt, list(checked.problems)
        try:
            row.page = check_page(row.typed.get("page", ""), pages=pages)
        except Problem as problem:
            row.problems.append(problem)
        if row.attempt is not None:
            _check_once(row, row.attempt, seen)


def _check_once(row: CheckedRow, attempt: Attempt, seen: set[tuple[int, str, date | None]]) -> None:
    """A student who is on the sheet through two buildings gets the award once."""
    day = attempt.date_earned or attempt.date_tested
    key = (row.known.enrollment.student_id, attempt.result, day)
    if key in seen and day:
        row.problems.append(Problem(duplicate_words(day), field="date_earned"))
    seen.add(key)
