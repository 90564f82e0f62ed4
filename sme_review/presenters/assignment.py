"""Who is asked for what, as boxes to tick."""

from dataclasses import dataclass

from sme_review.models import PanelCertification, Panelist
from sme_review.selectors.assignment import Situation


@dataclass(frozen=True)
class Box:
    """One box to tick: its key, words and hint, whether it is ticked, and why it cannot be changed."""

    key: int
    label: str
    hint: str
    ticked: bool
    fixed: str = ""


def certification_boxes(
    entry: PanelCertification, situation: Situation, ticked: set[tuple[int, int]] | None
) -> list[Box]:
    """A box for each panelist; `ticked` are pairs that were typed and not saved yet."""
    return [_box((person.pk, entry.pk), person.pk, person, situation, ticked) for person in situation.people]


def panelist_boxes(person: Panelist, situation: Situation, ticked: set[tuple[int, int]] | None) -> list[Box]:
    """A box for each certification."""
    return [_box((person.pk, entry.pk), entry.pk, entry, situation, ticked) for entry in situation.entries]


def _box(
    pair: tuple[int, int],
    key: int,
    of: Panelist | PanelCertification,
    situation: Situation,
    ticked: set[tuple[int, int]] | None,
) -> Box:
    fixed = ""
    if pair in situation.conflicts:
        fixed = "conflict of interest"
    elif pair in situation.rated and pair in situation.assigned:
        fixed = "rating begun"
    if isinstance(of, Panelist):
        load = sum(who == of.pk for who, _ in situation.assigned)
        words, hint = of.name, f"{of.get_group_display()}, asked for {load}"
    else:
        load = sum(entry == of.pk for _, entry in situation.assigned)
        words, hint = str(of), f"{load} asked"
    chosen = situation.assigned if ticked is None else ticked | (situation.assigned & situation.rated)
    return Box(key, words, hint, pair in chosen and pair not in situation.conflicts, fixed)
