"""A panel's rules in words, for its page."""

from collections.abc import Sequence

from core.words import counted
from sme_review.models import Panel, Round
from sme_review.selectors.panel_rules import views_of_rounds


def rules_in_words(panel: Panel, rounds: Sequence[Round]) -> list[tuple[str, list[str]]]:
    """Every rule of a panel: pairs of its name and sentences.

    Args:
        rounds: the rounds that were opened; each keeps what panelists were told that they see of it.
    """
    return [
        ("Kind of group", [panel.get_kind_display()]),
        ("Standards", [f"Version {panel.standards_version}"]),
        ("Quorum", [_quorum(panel)]),
        ("Who rates what", [_assignment(panel)]),
        ("Rounds", ["One round" if panel.rounds_planned == 1 else f"Up to {panel.rounds_planned} rounds"]),
        ("What panelists see of a round", views_of_rounds(panel, rounds)),
        ("Worksheet of standards", [panel.get_worksheet_display()]),
        ("Reads as “recommend”", _recommend(panel)),
        ("Reads as “do not recommend”", [_do_not_recommend(panel)]),
        ("Reads as “discuss”", ["Anything else, or where the panel is in two camps"]),
    ]


def _quorum(panel: Panel) -> str:
    each = f", at least {panel.minimum_per_group} in each stakeholder group" if panel.minimum_per_group else ""
    return f"{panel.quorum} raters{each}"


def _assignment(panel: Panel) -> str:
    if panel.assignment == Panel.Assignment.EVERYONE:
        return panel.get_assignment_display()
    ratings = counted(panel.ratings_wanted or 0, "rating")
    limit = f", at most {panel.most_per_panelist} for one panelist" if panel.most_per_panelist else ""
    return f"{ratings} for each certification, shared out evenly{limit}"


def _recommend(panel: Panel) -> list[str]:
    endorsement = (
        f"Value to employers rated 4 or 5 by at least {panel.endorsement_to_5} percent of up to 5 raters, "
        f"{panel.endorsement_to_8} percent of 6 to 8, {panel.endorsement_from_9} percent of 9 or more"
    )
    return [
        f"Median share of the standards at least {panel.recommend_proportion} percent",
        endorsement,
        f"Median value to postsecondary programs at least {panel.recommend_postsecondary}",
        "No disagreement on any question",
    ]


def _do_not_recommend(panel: Panel) -> str:
    return (
        f"Median share of the standards below {panel.reject_proportion} percent, or median value to employers at most "
        f"{panel.reject_employer}"
    )
