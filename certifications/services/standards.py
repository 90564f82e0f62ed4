"""Writing technical standards from a table: sent, looked at, brought in. OCTE consultants only."""

import hashlib
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from certifications import verbs
from certifications.models import Program, ProgramStandard, SegmentWeight, StandardsImport
from certifications.permissions import EDIT_CATALOG
from certifications.ports import standards_in_use
from certifications.selectors.standards import Plan, plan_import
from certifications.validators.standards import COLUMNS
from core.access import require
from core.files.table_reader import Limits, map_headings, read_table, read_text
from core.problems import MoveNotAllowedError, Problem
from core.stale_pages import ensure_fresh

LIMITS = Limits(rows=2_000, columns=30, cell=5_000)


@transaction.atomic
def start_import(
    *, by: User, program: Program, version: str, content: bytes | str, source_name: str = ""
) -> StandardsImport:
    """Keep a table of standards for one version of a program's standards; nothing else changes yet.

    Args:
        version: an existing version, or the name of a new one.
        content: the file's bytes, or pasted text.
        source_name: the file's name.

    Raises:
        PermissionDenied: not a consultant.
        Problem: ratings rest on the version, or no table can be read.
    """
    require(by, EDIT_CATALOG)
    ensure_changeable(program, version)
    table = (
        read_text(content, limits=LIMITS) if isinstance(content, str) else read_table(content=content, limits=LIMITS)
    )
    headings = map_headings(table, COLUMNS)
    if table.rows[-1].number <= headings.row.number:
        raise Problem("There are headings, and no rows under them.")
    source = content.encode() if isinstance(content, str) else content
    sent = StandardsImport.objects.create(
        program=program,
        version=version,
        source_name=Path(source_name).name[-255:],
        source=source,
        sha256=hashlib.sha256(source).hexdigest(),
        rows=[[row.number, row.cells] for row in table.rows],
        created_by=by,
    )
    audit.record(by=by, verb=verbs.STANDARDS_SENT, target=sent, detail={"sha256": sent.sha256})
    return sent


def ensure_changeable(program: Program, version: str, *, lock: bool = False) -> None:
    """Raise Problem when ratings rest on a version, so that it has to stay as it is."""
    if version in standards_in_use(program.pk, lock=lock):
        raise Problem(
            f"A panel has rated by the version “{version}”, so it cannot change. Give the new version another name.",
            field="version",
        )


def _lock_open(sent: StandardsImport) -> StandardsImport:
    locked = StandardsImport.objects.select_for_update(of=("self",)).select_related("program").get(pk=sent.pk)
    if locked.discarded_at is not None:
        raise MoveNotAllowedError("This table was set aside. Send it again to bring it in.")
    return locked


@transaction.atomic
def rename_version(*, by: User, sent: StandardsImport, version: str) -> StandardsImport:
    """Bring a table in as another version than was said when it was sent.

    Raises:
        PermissionDenied: not a consultant.
        Problem: ratings rest on the version.
        MoveNotAllowedError: it was brought in or set aside.
    """
    require(by, EDIT_CATALOG)
    locked = _lock_open(sent)
    if locked.applied_at is not None:
        raise MoveNotAllowedError("This table was brought in already, so its version stays.")
    ensure_changeable(locked.program, version)
    locked.version = version
    locked.save(update_fields=["version"])
    return locked


@transaction.atomic
def apply_import(*, by: User, sent: StandardsImport, seen: str, remove_missing: bool = False) -> StandardsImport:
    """Bring the good rows in; the others stay behind with their reasons. A second time changes nothing.

    Args:
        seen: the mark of the plan that was on the screen.
        remove_missing: also remove the standards that the table leaves out.

    Raises:
        PermissionDenied: not a consultant.
        StaleVersionError: the standards changed since the preview.
        Problem: ratings rest on the version by now, or nothing would change.
        MoveNotAllowedError: the table was set aside.
    """
    require(by, EDIT_CATALOG)
    Program.objects.select_for_update().get(pk=sent.program_id)
    locked = _lock_open(sent)
    if locked.applied_at is not None:
        return locked
    ensure_changeable(locked.program, locked.version, lock=True)
    plan = plan_import(locked)
    ensure_fresh(
        seen, plan.seen, "Somebody changed these standards in the meantime. Here is what the table changes now."
    )
    if not plan.does_something and not (remove_missing and plan.missing):
        raise Problem("Nothing would change: the standards are already exactly like this.")
    removed = plan.missing if remove_missing else []
    ProgramStandard.objects.filter(pk__in=[standard.pk for standard in removed]).delete()
    _write_standards(locked, plan, removed)
    _write_weights(locked, plan)
    locked.applied_at, locked.applied_by = timezone.now(), by
    locked.counts = {**plan.counts, "removed": len(removed)}
    locked.refused = [[row.number, " ".join(refusal.words for refusal in row.checked.refusals)] for row in plan.refused]
    locked.save(update_fields=["applied_at", "applied_by", "counts", "refused"])
    detail = {"version": locked.version, "file": locked.source_name, "sha256": locked.sha256, **locked.counts}
    audit.record(by=by, verb=verbs.STANDARDS_IMPORTED, target=locked.program, detail=detail)
    return locked


def _write_standards(sent: StandardsImport, plan: Plan, removed: list[ProgramStandard]) -> None:
    """Add and change; the table's order counts where it names all standards, else new ones come at the end."""
    current = {code: standard for code, standard in plan.current.items() if standard not in removed}
    good = plan.of("added", "changed", "same")
    order_counts = set(current) <= {row.checked.given.code for row in good}
    last = 0 if order_counts else max(standard.position for standard in current.values())
    new = []
    for place, row in enumerate(good, start=1):
        given = row.checked.given
        standard = current.get(given.code)
        if standard is None:
            standard = ProgramStandard(program=sent.program, version=sent.version, code=given.code)
            standard.position = last + place
            new.append(standard)
        elif order_counts:
            standard.position = place
        if row.outcome != "same":
            standard.segment_code, standard.segment_title = given.segment_code, given.segment_title
            standard.statement = given.statement
    _give_one_title(current, plan)
    ProgramStandard.objects.bulk_create(new)
    fields = ["segment_code", "segment_title", "statement", "position"]
    ProgramStandard.objects.bulk_update(current.values(), fields, batch_size=500)


def _give_one_title(current: dict[str, ProgramStandard], plan: Plan) -> None:
    """A segment has one title, in the standards that the table leaves out too."""
    titles = {row.checked.given.segment_code: row.checked.given.segment_title for row in plan.of("added", "changed")}
    named = {row.checked.given.code for row in plan.rows}
    for code, standard in current.items():
        if code not in named:
            standard.segment_title = titles.get(standard.segment_code, standard.segment_title)


def _write_weights(sent: StandardsImport, plan: Plan) -> None:
    """Weights as the table says them; a segment without any standard has none."""
    of_version = SegmentWeight.objects.filter(program=sent.program, version=sent.version)
    for code, weight in (plan.weights or {}).items():
        if weight is None:
            of_version.filter(segment_code=code).delete()
        else:
            SegmentWeight.objects.update_or_create(
                program=sent.program, version=sent.version, segment_code=code, defaults={"weight": weight}
            )
    standards = ProgramStandard.objects.filter(program=sent.program, version=sent.version)
    of_version.exclude(segment_code__in=standards.values("segment_code")).delete()


@transaction.atomic
def discard_import(*, by: User, sent: StandardsImport) -> None:
    """Set a table aside that is not wanted; it is kept, and never comes in.

    Raises:
        PermissionDenied: not a consultant.
        MoveNotAllowedError: it was brought in.
    """
    require(by, EDIT_CATALOG)
    locked = StandardsImport.objects.select_for_update().get(pk=sent.pk)
    if locked.applied_at is not None:
        raise MoveNotAllowedError("This table was brought in already, so it cannot be set aside.")
    if locked.discarded_at is None:
        locked.discarded_at = timezone.now()
        locked.save(update_fields=["discarded_at"])
        audit.record(by=by, verb=verbs.STANDARDS_DISCARDED, target=locked)
