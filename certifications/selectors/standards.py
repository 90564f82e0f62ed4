"""Reading technical standards: their versions, a version as a table, and what an import would change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.db.models import QuerySet

from accounts.models import User
from certifications.models import Program, ProgramStandard, SegmentWeight, StandardsImport
from certifications.ports import standards_in_use
from certifications.validators.standards import COLUMNS, WEIGHT, CheckedStandard, check_rows, plain
from core.files.table_reader import Headings, Row, Table, map_headings
from core.stale_pages import mark_of

OUTCOMES = ("added", "changed", "same", "refused")


@dataclass(frozen=True)
class Segment:
    """A part of a version: its standards, and its weight where the version has weights."""

    code: str
    title: str
    weight: Decimal | None
    standards: list[ProgramStandard]


@dataclass(frozen=True)
class Version:
    """One version of a program's standards; `in_use` when ratings rest on it, so that it cannot change."""

    name: str
    segments: list[Segment]
    in_use: bool

    @property
    def standards_count(self) -> int:
        """How many standards it has."""
        return sum(len(segment.standards) for segment in self.segments)

    @property
    def has_weights(self) -> bool:
        """Whether its segments count differently."""
        return any(segment.weight for segment in self.segments)


def segment_weights(program: Program, version: str) -> dict[str, Decimal]:
    """Segment code -> weight; empty where all segments of the version count alike."""
    return dict(SegmentWeight.objects.filter(program=program, version=version).values_list("segment_code", "weight"))


def versions_of(program: Program) -> list[Version]:
    """A program's standards by version, the latest name first, then by segment, with weights."""
    weights = {(row.version, row.segment_code): row.weight for row in SegmentWeight.objects.filter(program=program)}
    used = standards_in_use(program.pk)
    rows = ProgramStandard.objects.filter(program=program).order_by("-version", "position", "code")
    versions = []
    for name, of_version in groupby(rows, key=lambda row: row.version):
        segments = [
            Segment(code, title, weights.get((name, code)), list(inside))
            for (code, title), inside in groupby(of_version, key=lambda row: (row.segment_code, row.segment_title))
        ]
        versions.append(Version(name, segments, name in used))
    return versions


def version_of(program: Program, name: str) -> Version | None:
    """One version; None where the program has no standards under this name."""
    return next((version for version in versions_of(program) if version.name == name), None)


def table_rows(version: Version) -> list[list[str]]:
    """A version as the import reads it, in the order of its columns."""
    return [
        [segment.code, segment.title, weight_text(segment.weight), standard.code, standard.statement]
        for segment in version.segments
        for standard in segment.standards
    ]


def weight_text(weight: Decimal | None) -> str:
    """A weight without zeros at its end: 12.5."""
    return f"{weight.normalize():f}" if weight else ""


def imports_visible_to(user: User, program: Program) -> QuerySet[StandardsImport]:
    """The tables of standards that were sent for a program, without the files themselves."""
    rows = StandardsImport.objects.visible_to(user).filter(program=program)
    return rows.select_related("program", "created_by", "applied_by").defer("source")


def waiting_imports(user: User, program: Program) -> QuerySet[StandardsImport]:
    """Those that nobody has brought in or set aside yet."""
    return imports_visible_to(user, program).filter(applied_at=None, discarded_at=None).defer("source", "rows")


def done_imports(user: User, program: Program) -> QuerySet[StandardsImport]:
    """Those that were brought in, the latest first."""
    rows = imports_visible_to(user, program).exclude(applied_at=None).defer("source", "rows")
    return rows.order_by("-applied_at")


def same_table_before(sent: StandardsImport) -> StandardsImport | None:
    """The last time that just this table was brought in for the program."""
    rows = StandardsImport.objects.filter(program_id=sent.program_id, sha256=sent.sha256).exclude(applied_at=None)
    return rows.exclude(pk=sent.pk).select_related("applied_by").defer("source", "rows").order_by("-applied_at").first()


@dataclass(frozen=True)
class PlannedRow:
    """What would become of one row: its outcome and, where something changes, label, old and new text."""

    checked: CheckedStandard
    outcome: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The row's number in the table."""
        return self.checked.row.number


@dataclass(frozen=True)
class Plan:
    """What an import would do. Each row read has one outcome; `missing` are held standards that the table leaves out.

    Attributes:
        weights: segment code -> weight as the table says it; None where it has no such column, and they stay.
        seen: a mark of what is held now; another mark means that somebody changed it in between.
    """

    headings: Headings
    rows: list[PlannedRow]
    current: dict[str, ProgramStandard]
    missing: list[ProgramStandard]
    weights: dict[str, Decimal | None] | None
    in_use: bool
    seen: str

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows read, and rows by outcome; read is their sum."""
        by_outcome = {outcome: len(self.of(outcome)) for outcome in OUTCOMES}
        return {"read": len(self.rows), **by_outcome}

    def of(self, *outcomes: str) -> list[PlannedRow]:
        """The rows with one of these outcomes."""
        return [row for row in self.rows if row.outcome in outcomes]

    @cached_property
    def refused(self) -> list[PlannedRow]:
        """The rows that stay out."""
        return self.of("refused")

    @cached_property
    def added(self) -> list[PlannedRow]:
        """The rows that become new standards."""
        return self.of("added")

    @cached_property
    def changed(self) -> list[PlannedRow]:
        """The rows that change a standard."""
        return self.of("changed")

    @cached_property
    def reorders(self) -> bool:
        """Whether the standards change places: the table holds all of them, in another order."""
        named = [row.checked.given.code for row in self.of("changed", "same")]
        return set(named) == set(self.current) and named != list(self.current)

    @property
    def mapping(self) -> list[tuple[str, str]]:
        """Our heading and the table's, for each column that was found."""
        return self.headings.pairs(COLUMNS)

    @property
    def does_something(self) -> bool:
        """Whether anything would change, removals aside."""
        return bool(self.added or self.changed or self.reorders)


def table_of(sent: StandardsImport) -> Table:
    """The rows as they were sent."""
    return Table(tuple(Row(number, tuple(cells)) for number, cells in sent.rows))


def plan_import(sent: StandardsImport) -> Plan:
    """Compare a table with the version that it is for."""
    table = table_of(sent)
    headings = map_headings(table, COLUMNS)
    checked = check_rows(table.rows, headings)
    standards = ProgramStandard.objects.filter(program_id=sent.program_id, version=sent.version)
    current = {standard.code: standard for standard in standards.order_by("position", "code")}
    current_weights = segment_weights(sent.program, sent.version)
    has_weights = WEIGHT.key in headings.columns
    rows = [_planned(row, current, current_weights if has_weights else None) for row in checked]
    named = {row.given.code for row in checked}
    return Plan(
        headings=headings,
        rows=rows,
        current=current,
        missing=[standard for code, standard in current.items() if code not in named],
        weights={row.checked.given.segment_code: row.checked.given.weight for row in rows if row.outcome != "refused"}
        if has_weights
        else None,
        in_use=sent.version in standards_in_use(sent.program_id),
        seen=_mark(current.values(), current_weights),
    )


def _planned(
    row: CheckedStandard, current: dict[str, ProgramStandard], weights: dict[str, Decimal] | None
) -> PlannedRow:
    if row.refusals:
        return PlannedRow(row, "refused")
    standard = current.get(row.given.code)
    if standard is None:
        return PlannedRow(row, "added")
    given = row.given
    pairs = [
        ("Segment code", standard.segment_code, given.segment_code),
        ("Segment title", standard.segment_title, given.segment_title),
        ("Statement", standard.statement, given.statement),
    ]
    if weights is not None:
        pairs.append(("Segment weight", weight_text(weights.get(given.segment_code)), weight_text(given.weight)))
    changes = [(label, old, new) for label, old, new in pairs if plain(old) != new]
    return PlannedRow(row, "changed" if changes else "same", changes)


def _mark(standards: Iterable[ProgramStandard], weights: dict[str, Decimal]) -> str:
    rows = [[row.code, row.segment_code, row.segment_title, row.statement, row.position] for row in standards]
    return mark_of(rows, sorted(weights.items()))
