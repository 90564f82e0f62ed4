"""Writing who is asked to rate what."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.figures.balancing import Pair
from sme_review.models import Assignment, Panel
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.assignment import Situation, propose, situation_of
from sme_review.services.panels import bump, change_panel, close_gate, lock_panel

_CHANGED = "Somebody changed the panel in the meantime. What you see now is how it stands; look again, and save again."


def _lock_open(panel: Panel) -> Panel:
    held = lock_panel(panel)
    if held.state not in {Panel.State.DRAFT, Panel.State.RUNNING}:
        raise MoveNotAllowedError("Rating is closed, so who rates what can no longer change.")
    return held


@transaction.atomic
def ask_everyone(*, by: User, panel: Panel) -> Panel:
    """Ask everybody for every certification. Pairs that were shared out are kept aside for the case that they return.

    Raises:
        MoveNotAllowedError: rating is closed.
    """
    require(by, MANAGE_PANELS)
    held = change_panel(by=by, panel=_lock_open(panel), assignment=Panel.Assignment.EVERYONE)
    bump(held)
    return held


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
    held = _lock_open(panel)
    close_gate(held)
    situation = situation_of(held)
    if situation.mark != seen:
        raise StaleVersionError(_CHANGED)
    shared = propose(situation, wanted=wanted, most=most, minimum_per_group=minimum_per_group)
    held = change_panel(
        by=by,
        panel=held,
        assignment=Panel.Assignment.BALANCED,
        ratings_wanted=wanted,
        most_per_panelist=most,
        minimum_per_group=minimum_per_group,
    )
    _write(situation, gone=situation.asked - shared.pairs, new=shared.pairs - situation.asked)
    bump(held)
    record(by=by, verb=verbs.CERTIFICATIONS_SHARED_OUT, target=held, detail={"pairs": len(shared.pairs)})
    return held


@dataclass(frozen=True)
class Changed:
    """What a change by hand did: how many pairs are new and gone, and sentences on what could not be done."""

    added: int
    removed: int
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def change_assignment(
    *, by: User, panel: Panel, shown: Collection[Pair], asked: Collection[Pair], seen: str
) -> Changed:
    """Change by hand who is asked, for the pairs that were on the page and for no others.

    A pair is (panelist, panel certification) by primary keys: what was taken off the panel meanwhile is passed over, and
    nothing else takes its place. Who has begun to rate stays asked; who has a conflict of interest is not asked.

    Args:
        shown: the pairs that the page offered.
        asked: those of them that were ticked.
        seen: the mark of the shown pairs when the page was opened.

    Raises:
        MoveNotAllowedError: rating is closed.
        Problem: everybody is asked for everything.
        StaleVersionError: somebody changed the same pairs meanwhile.
    """
    require(by, MANAGE_PANELS)
    held = _lock_open(panel)
    if held.assignment != Panel.Assignment.BALANCED:
        raise Problem("Everybody rates everything on this panel. Choose a set number of ratings first.")
    close_gate(held)
    situation = situation_of(held)
    if situation.row_mark(shown) != seen:
        raise StaleVersionError(_CHANGED)
    here = {(person.pk, entry.pk) for person in situation.people for entry in situation.entries}
    offered = set(shown) & here
    wanted = (set(asked) & offered) - situation.conflicts
    gone = (offered & situation.asked) - wanted - situation.rated
    new = wanted - situation.asked
    _write(situation, gone=gone, new=new, source=Assignment.Source.BY_HAND)
    if gone or new:
        bump(held)
        detail = {"added": len(new), "removed": len(gone)}
        record(by=by, verb=verbs.ASSIGNMENT_CHANGED, target=held, detail=detail)
    return Changed(len(new), len(gone), _notes(situation, set(shown), set(asked), offered))


def _notes(situation: Situation, shown: set[Pair], asked: set[Pair], offered: set[Pair]) -> list[str]:
    people = {person.pk: person.name for person in situation.people}
    entries = {entry.pk: str(entry) for entry in situation.entries}
    notes = [
        f"{people[who]} has begun to rate {entries[entry]}, so they stay asked."
        for who, entry in sorted((offered & situation.asked & situation.rated) - asked)
    ]
    notes += [
        f"{people[who]} has a conflict of interest with {entries[entry]}, so they are not asked."
        for who, entry in sorted(asked & offered & situation.conflicts)
    ]
    if shown - offered:
        notes.append("Some of what the page showed has been taken off the panel meanwhile, and was passed over.")
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
