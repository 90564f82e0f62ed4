"""The coverage map as pages and files show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from certifications.models import ProgramStandard
from sme_review.figures.coverage import Cell, CoveringSet
from sme_review.presenters.charts import draw_coverage, letters_of, shade_of
from sme_review.selectors.coverage import Coverage, few_of

COVERAGE_HEADINGS = (
    "Segment",
    "Standard",
    "Statement",
    "Certification",
    "Full",
    "Part",
    "None",
    "The panel's median mark",
    "Worth (0 to 1)",
    "Disagreement",
)


@dataclass(frozen=True)
class CellText:
    """One cell: in letters as the picture has it, and in words."""

    letters: str
    words: str
    cell: Cell


@dataclass(frozen=True)
class StandardRow:
    """One standard with its cells, in the order of the certifications."""

    standard: ProgramStandard
    cells: list[CellText]
    untouched: bool
    unmarked: bool


@dataclass(frozen=True)
class SetRow:
    """Certifications by their numbers on the page and by name, and what they cover together in percent."""

    numbers: list[int]
    names: list[str]
    share: float


@dataclass(frozen=True)
class SizeRow:
    """The best set of one size, what it gains over the size before, and its runners-up."""

    size: int
    best: SetRow
    gain: float
    others: list[SetRow]


@dataclass(frozen=True)
class CertificationColumn:
    """One certification over all standards; the share is None where nobody filled in a worksheet.

    `left` is how many standards nobody marked for it; in the share they add nothing.
    """

    name: str
    worksheets: int
    share: float | None
    left: int


@dataclass(frozen=True)
class Dispute:
    """A place where the raters are in two camps."""

    standard: ProgramStandard
    certification: str
    cell: Cell


def coverage_picture(coverage: Coverage, title: str) -> bytes:
    """The heat map as SVG; the same map gives the same bytes."""
    names = [f"{number}. {entry}" for number, entry in enumerate(coverage.entries, start=1)]
    return draw_coverage(coverage.figures, names, title=title)


def columns(coverage: Coverage) -> list[CertificationColumn]:
    """The certifications with their worksheets and what each covers alone."""
    return [
        CertificationColumn(
            str(entry),
            coverage.worksheets[entry.pk],
            coverage.figures.shares[entry.pk],
            coverage.figures.left(entry.pk),
        )
        for entry in coverage.entries
    ]


def unmarked(coverage: Coverage) -> list[str]:
    """The certifications that nobody marked; what they cover is not known."""
    return [column.name for column in columns(coverage) if column.share is None]


def few(coverage: Coverage) -> list[str]:
    """The certifications with so few worksheets that they are in no set."""
    return [coverage.name_of(key) for key in few_of(coverage.worksheets)]


def lines(coverage: Coverage) -> list[StandardRow]:
    """The table beside the picture."""
    return [
        StandardRow(
            standard=standard,
            cells=[_cell_text(coverage.figures.cells[standard.code, entry.pk]) for entry in coverage.entries],
            untouched=standard.code in coverage.figures.untouched,
            unmarked=standard.code in coverage.figures.unmarked,
        )
        for standard in coverage.standards
    ]


def sizes(coverage: Coverage) -> list[SizeRow]:
    """The small sets that cover the most."""
    rows, before = [], 0.0
    for one in coverage.figures.sets.by_size:
        best, *others = (_set_row(coverage, each) for each in one.sets)
        rows.append(SizeRow(one.size, best, best.share - before, others))
        before = best.share
    return rows


def _set_row(coverage: Coverage, covering: CoveringSet) -> SetRow:
    numbered = {entry.pk: (number, str(entry)) for number, entry in enumerate(coverage.entries, start=1)}
    chosen = [numbered[key] for key in covering.certifications]
    return SetRow([number for number, _ in chosen], [name for _, name in chosen], covering.share)


def disputes(coverage: Coverage) -> list[Dispute]:
    """Where the panel disagrees."""
    by_code = {standard.code: standard for standard in coverage.standards}
    return [
        Dispute(by_code[code], coverage.name_of(key), coverage.figures.cells[code, key])
        for code, key in coverage.figures.disputed
    ]


def coverage_rows(coverage: Coverage) -> Iterator[list[Any]]:
    """The map as rows under COVERAGE_HEADINGS: one for each standard and certification."""
    for standard in coverage.standards:
        for entry in coverage.entries:
            cell = coverage.figures.cells[standard.code, entry.pk]
            yield [
                f"{standard.segment_code} {standard.segment_title}".strip(),
                standard.code,
                standard.statement,
                str(entry),
                cell.full,
                cell.part,
                cell.none,
                shade_of(cell).words,
                cell.worth,
                "yes" if cell.disagree else "no",
            ]


def _cell_text(cell: Cell) -> CellText:
    return CellText(letters_of(cell), shade_of(cell).words, cell)
