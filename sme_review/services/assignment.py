"""Writing who is asked to rate what."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import MoveNotAllowedError, Problem
from core.stale_pages import ensure_fresh
from sme_review import verbs
from sme_review.figures.balancing import Pair
from sme_review.models import Assignment, Panel
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.assignment import Situation, propose, situation_of
from sme_review.services.panels import bump, change_panel, close_gate, lock_panel

_CHANGED = "Somebody changed the panel in the meantime. This page shows the latest version. Check it, then save again."


def _lock_open(panel: Panel) -> Panel:
    panel = lock_panel(panel)
    if panel.state not in {Panel.State.DRAFT, Panel.State.RUNNING}:
        raise MoveNotAllowedError("Rating is closed, so who rates what can no longer change.")
    return panel


@transaction.atomic
def ask_everyone(*, by: User, panel: Panel) -> Panel:
    """Ask everybody for every certification. Pairs that were shared out are kept aside for the case that they return.

    Raises:
        MoveNotAllowedError: rating is closed.
    """
    require(by, MANAGE_PANELS)
    panel = change_panel(by=by, panel=_lock_open(panel), assignment=Panel.Assignment.EVERYONE)
    bump(panel)
    return panel


@transaction.atomic
def keep_proposal(*, by: User, panel: Panel, wanted: int, most: int | None, minimum_per_group: int, seen: str) -> Panel:
    """Share the certifications out evenly as the preview showed it.

    Args:
        wanted: ratings wanted for each certification.
        most: certifications for one panelist at most; None for no limit.
        seen: the mark of the situation that the preview was made from.

    Raises:
        MoveNotAllowedError: rating is closed.
        StaleVersionError: people, certifications, conflicts or ratings changed since the preview.
    """
    require(by, MANAGE_PANELS)
    panel = _lock_open(panel)
    close_gate(panel)
    situation = situation_of(panel)
    ensure_fresh(seen, situation.mark, _CHANGED)
    shared = propose(situation, wanted=wanted, most=most, minimum_per_group=minimum_per_group)
    panel = change_panel(
        by=by,
        panel=panel,
        assignment=Panel.Assignment.BALANCED,
        ratings_wanted=wanted,
        most_per_panelist=most,
        minimum_per_group=minimum_per_group,
    )
    _write(situation, gone=situation.assigned - shared.pairs, new=shared.pairs - situation.assigned)
    bump(panel)
    record(by=by, verb=verbs.CERTIFICATIONS_SHARED_OUT, target=panel, detail={"pairs": len(shared.pairs)})
    return panel


@dataclass(frozen=True)
class Changed:
    """What a change by hand did: how many pairs are new and gone, and sentences on what could not be done."""

    added: int
    removed: int
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def change_assignment(
    *, by: User, panel: Panel, on_page: Collection[Pair], ticked: Collection[Pair], seen: str
) -> Changed:
    """Change by hand who is asked, for the pairs that were on the page and for no others.

    A pair is (panelist, panel certification) by primary keys: what was taken off the panel meanwhile is passed over,
    and
    nothing else takes its place. Who has begun to rate stays asked; who has a conflict of interest is not asked.

    Args:
        on_page: the pairs that the page offered.
        ticked: those of them that were ticked.
        seen: the mark of the shown pairs when the page was opened.

    Raises:
        MoveNotAllowedError: rating is closed.
        Problem: everybody is asked for everything.
        StaleVersionError: somebody changed the same pairs meanwhile.
    """
    require(by, MANAGE_PANELS)
    panel = _lock_open(panel)
    if panel.assignment != Panel.Assignment.BALANCED:
        raise Problem("Everybody rates everything on this panel. Choose a set number of ratings first.")
    close_gate(panel)
    situation = situation_of(panel)
    ensure_fresh(seen, situation.row_mark(on_page), _CHANGED)
    possible = {(person.pk, entry.pk) for person in situation.people for entry in situation.entries}
    offered = set(on_page) & possible
    wanted = (set(ticked) & offered) - situation.conflicts
    gone = (offered & situation.assigned) - wanted - situation.rated
    new = wanted - situation.assigned
    _write(situation, gone=gone, new=new, source=Assignment.Source.BY_HAND)
    if gone or new:
        bump(panel)
        detail = {"added": len(new), "removed": len(gone)}
        record(by=by, verb=verbs.ASSIGNMENT_CHANGED, target=panel, detail=detail)
    return Changed(len(new), len(gone), _notes(situation, set(on_page), set(ticked), offered))


def _notes(situation: Situation, on_page: set[Pair], ticked: set[Pair], offered: set[Pair]) -> list[str]:
    people = {person.pk: person.name for person in situation.people}
    entries = {entry.pk: str(entry) for entry in situation.entries}
    notes = [
        f"{people[who]} has begun to rate {entries[entry]}, so they still rate it."
        for who, entry in sorted((offered & situation.assigned & situation.rated) - ticked)
    ]
    notes += [
        f"{people[who]} has a conflict of interest with {entries[entry]}, so they do not rate it."
        for who, entry in sorted(ticked & offered & situation.conflicts)
    ]
    if on_page - offered:
        notes.append("Some of what the page listed has since been taken off the panel, so it was skipped.")
    return notes


def _write(
    situation: Situation,
    *,
    gone: Collection[Pair],
    new: Collection[Pair],
    source: str = Assignment.Source.BALANCED,
) -> None:
    standing = Assignment.objects.filter(panelist__panel=situation.panel)
    pairs = standing.values_list("pk", "panelist_id", "panel_certification_id")
    standing.filter(pk__in=[pk for pk, who, entry in pairs if (who, entry) in gone]).delete()
    Assignment.objects.bulk_create(
        Assignment(panelist_id=who, panel_certification_id=entry, source=source) for who, entry in sorted(new)
    )
