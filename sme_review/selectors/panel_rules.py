"""What of a panel's rules can no longer change, and why: what raters were promised, and what their ratings rest on."""

from collections.abc import Sequence
from typing import Any

from core.stale_pages import mark_of
from sme_review.enums import PanelistView
from sme_review.models import Panel, Round

# What the page of rules changes.
RULES_ON_PAGE = (
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
VIEW_RULES = ("panelists_see", "visible_from")


def default_rule(name: str) -> Any:
    """The default of a rule (domain facts, section 7)."""
    return getattr(Panel(), name)


def rules_mark(panel: Panel) -> str:
    """A short text that is another one as soon as a rule is changed or a round is opened."""
    values = [*(str(getattr(panel, name)) for name in RULES_ON_PAGE), panel.state, panel.rounds.count()]
    return mark_of(*values)


def views_of_rounds(panel: Panel, rounds: Sequence[Round]) -> list[str]:
    """What panelists see of a round: one sentence where all rounds are alike, otherwise one for each.

    Args:
        rounds: those that were opened; each keeps what panelists were told when they were asked to rate.
    """
    if all(_view_in_words(round_) == _view_in_words(panel) for round_ in rounds):
        return [_view_in_words(panel)]
    opened = [f"Round {round_.number}: {_view_in_words(round_)}" for round_ in rounds]
    if len(rounds) < panel.rounds_planned:
        opened.append(f"Rounds opened from now on: {_view_in_words(panel)}")
    return opened


def _view_in_words(rules: Panel | Round) -> str:
    seen = rules.get_panelists_see_display()
    if rules.panelists_see == PanelistView.OWN:
        return seen
    return f"{seen}, {within_sentence(rules.get_visible_from_display())}"


def within_sentence(words: str) -> str:
    """Words of a choice as they stand within a sentence; names in them keep their capitals."""
    return f"{words[0].lower()}{words[1:]}"
