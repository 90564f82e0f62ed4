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
class ShownCell:
    """One cell: in letters as the picture has it, and in words."""

    letters: str
    words: str
    cell: Cell


@dataclass(frozen=True)
class ShownLine:
    """One standard with its cells, in the order of the certifications."""

    standard: ProgramStandard
    cells: list[ShownCell]
    untouched: bool
    unmarked: bool


@dataclass(frozen=True)
class ShownSet:
    """Certifications by their numbers on the page and by name, and what they cover together in percent."""

    numbers: list[int]
    names: list[str]
    share: float


@dataclass(frozen=True)
class ShownSize:
    """The best set of one size, what it gains over the size before, and its runners-up."""

    size: int
    best: ShownSet
    gain: float
    others: list[ShownSet]


@dataclass(frozen=True)
class ShownColumn:
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
    return draw_coverage(coverage.found, names, title=title)


def columns(coverage: Coverage) -> list[ShownColumn]:
    """The certifications with their worksheets and what each covers alone."""
    return [
        ShownColumn(
            str(entry), coverage.worksheets[entry.pk], coverage.found.shares[entry.pk], coverage.found.left(entry.pk)
        )
        for entry in coverage.entries
    ]


def unmarked(coverage: Coverage) -> list[str]:
    """The certifications that nobody marked; what they cover is not known."""
    return [column.name for column in columns(coverage) if column.share is None]


def few(coverage: Coverage) -> list[str]:
    """The certifications with so few worksheets that they are in no set."""
    return [coverage.name_of(key) for key in few_of(coverage.worksheets)]


def lines(coverage: Coverage) -> list[ShownLine]:
    """The table beside the picture."""
    return [
        ShownLine(
            standard=standard,
            cells=[_shown(coverage.found.cells[standard.code, entry.pk]) for entry in coverage.entries],
            untouched=standard.code in coverage.found.untouched,
            unmarked=standard.code in coverage.found.unmarked,
        )
        for standard in coverage.standards
    ]


def sizes(coverage: Coverage) -> list[ShownSize]:
    """The small sets that cover the most."""
    found, before = [], 0.0
    for one in coverage.found.sets.by_size:
        best, *others = (_shown_set(coverage, each) for each in one.sets)
        found.append(ShownSize(one.size, best, best.share - before, others))
        before = best.share
    return found


def _shown_set(coverage: Coverage, found: CoveringSet) -> ShownSet:
    numbered = {entry.pk: (number, str(entry)) for number, entry in enumerate(coverage.entries, start=1)}
    chosen = [numbered[key] for key in found.certifications]
    return ShownSet([number for number, _ in chosen], [name for _, name in chosen], found.share)


def disputes(coverage: Coverage) -> list[Dispute]:
    """Where the panel disagrees."""
    by_code = {standard.code: standard for standard in coverage.standards}
    return [
        Dispute(by_code[code], coverage.name_of(key), coverage.found.cells[code, key])
        for code, key in coverage.found.disputed
    ]


def coverage_rows(coverage: Coverage) -> Iterator[list[Any]]:
    """The map as rows under COVERAGE_HEADINGS: one for each standard and certification."""
    for standard in coverage.standards:
        for entry in coverage.entries:
            cell = coverage.found.cells[standard.code, entry.pk]
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


def _shown(cell: Cell) -> ShownCell:
    return ShownCell(letters_of(cell), shade_of(cell).words, cell)
