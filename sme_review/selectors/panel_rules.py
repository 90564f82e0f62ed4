"""What of a panel's rules can no longer change, and why: what raters were promised, and what their ratings rest on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count

from sme_review.enums import PanelistView
from sme_review.models import Panel, Rating, Round
from sme_review.selectors.ballots import rounds_of
from sme_review.selectors.panels import standards_of

# What the page of rules changes.
SHOWN_RULES = (
    "title",
    "kind",
    "standards_version",
    "due_date",
    *Panel.COUNTING_RULES,
    *Panel.ROUND_RULES,
    *Panel.READING_RULES,
)
_MOST_ROUNDS = 2
# What a round keeps as it was when people were asked to rate.
VIEW_RULES = ("panelists_see", "shown_from")
_STANDARDS_STAY = "A round was opened with these standards, so their version cannot change."
_VIEW_STAYS = (
    "Every round of this panel is opened. What panelists see of a round stays as it was when they were asked to rate."
)


def default_rule(name: str) -> Any:
    """The default of a rule (domain facts, section 7)."""
    return getattr(Panel(), name)


def rules_mark(panel: Panel) -> str:
    """A short text that is another one as soon as a rule is changed or a round is opened."""
    held = [*(str(getattr(panel, name)) for name in SHOWN_RULES), panel.state, panel.rounds.count()]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def fixed_rules(panel: Panel) -> dict[str, str]:
    """Rules that cannot become anything else now -> why; empty while the panel is being set up."""
    fixed = {} if panel.state == Panel.State.DRAFT else {"standards_version": _STANDARDS_STAY}
    if panel.rounds.count() >= _MOST_ROUNDS:
        fixed["rounds_planned"] = f"{_MOST_ROUNDS} rounds were opened, and a panel has no more."
        fixed |= dict.fromkeys(VIEW_RULES, _VIEW_STAYS)
    return fixed


def views_of_rounds(panel: Panel, rounds: Sequence[Round]) -> list[str]:
    """What panelists see of a round: one sentence where all rounds are alike, otherwise one for each.

    Args:
        rounds: those that were opened; each keeps what panelists were told when they were asked to rate.
    """
    if all(_view_in_words(held) == _view_in_words(panel) for held in rounds):
        return [_view_in_words(panel)]
    opened = [f"Round {held.number}: {_view_in_words(held)}" for held in rounds]
    if len(rounds) < panel.rounds_planned:
        opened.append(f"Rounds opened from now on: {_view_in_words(panel)}")
    return opened


def _view_in_words(held: Panel | Round) -> str:
    seen = held.get_panelists_see_display()
    if held.panelists_see == PanelistView.OWN:
        return seen
    return f"{seen}, {within_sentence(held.get_shown_from_display())}"


def within_sentence(words: str) -> str:
    """Words of a choice as they stand within a sentence; names in them keep their capitals."""
    return f"{words[0].lower()}{words[1:]}"


def why_not_change(panel: Panel, changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of these changes is not possible any more; a change to what holds already is none.

    What panelists see of a round is kept on the round, so that a change holds for rounds that are opened later and never
    widens what raters were promised.

    Args:
        changes: names of fields with their new values.

    Returns:
        Pairs of a field and the reason.
    """
    new = {name: value for name, value in changes.items() if value != getattr(panel, name)}
    rounds = rounds_of(panel)
    planned = changes.get("rounds_planned", panel.rounds_planned)
    refused = []
    if "standards_version" in new and panel.state != Panel.State.DRAFT:
        refused.append(("standards_version", _STANDARDS_STAY))
    if planned < len(rounds):
        refused.append(("rounds_planned", f"{len(rounds)} rounds were opened, so the panel cannot have {planned}."))
    if len(rounds) >= planned:
        refused += [(name, _VIEW_STAYS) for name in VIEW_RULES if name in new]
    if new.get("worksheet") == Panel.Worksheet.REQUIRED and (reason := _why_not_require(panel, rounds, planned)):
        refused.append(("worksheet", reason))
    return refused


def _why_not_require(panel: Panel, rounds: Sequence[Round], planned: int) -> str:
    """Why the worksheet cannot be asked of everybody: it would fall on ratings that are in already."""
    running = [held.pk for held in rounds if held.state == Round.State.OPEN]
    if running:
        lacking = _without_whole_sheet(panel, running)
        ratings = "1 rating is" if lacking == 1 else f"{lacking} ratings are"
        then = "You can ask for it when the round is closed, for the next one."
        return f"{ratings} submitted without a full worksheet. {then}" if lacking else ""
    if len(rounds) >= planned:
        return "Every round of this panel is closed, so nobody could fill in a worksheet any more."
    return ""


def _without_whole_sheet(panel: Panel, rounds: Sequence[int]) -> int:
    """How many ratings that count in these rounds (primary keys) have a standard without a mark."""
    counted = Rating.objects.counted().filter(round__in=rounds).annotate(marked=Count("marks"))
    return counted.filter(marked__lt=standards_of(panel).count()).count()
