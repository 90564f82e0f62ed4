"""Reads of rounds and ballots: what is open now, and which round a certification stands in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from sme_review.enums import PanelistView
from sme_review.figures import FEWEST_REVEALED
from sme_review.models import Ballot, Panel, Rating, Round


def current_round(panel: Panel) -> Round | None:
    """The latest round; None before the first was opened."""
    return panel.rounds.select_related("opened_by", "closed_by").order_by("-number").first()


def waiting_round(panel: Panel) -> Round | None:
    """The latest round that is open or planned; None where none is."""
    return panel.rounds.not_closed().order_by("-number").first()


def rounds_of(panel: Panel) -> list[Round]:
    """The panel's rounds in order."""
    return list(panel.rounds.select_related("opened_by", "closed_by").order_by("number"))


def latest_ballots(panel: Panel) -> dict[int, Ballot]:
    """Primary key of PanelCertification -> its latest ballot, open or closed, with its round."""
    return latest_of(_ballots(panel))


def final_ballots(panel: Panel) -> dict[int, Ballot]:
    """Primary key of PanelCertification -> the last ballot of its last round that is closed: what the panel concluded.

    A certification that is open has the conclusion of the round before, if there was one; so has one that nobody rated
    in
    its last round.
    """
    return concluding(closed_by_round(panel).values())


def closed_by_round(panel: Panel) -> dict[int, dict[int, Ballot]]:
    """Number of the round -> primary key of PanelCertification -> its last ballot in that round.

    One query. Rounds come in order; what is open again in a round is left out, and so are rounds with nothing closed.
    """
    ballots = list(_ballots(panel).annotate(is_rated=Exists(_counted_in_round())))
    still_open = {(ballot.round_id, ballot.panel_certification_id) for ballot in ballots if ballot.closed_at is None}
    closed: dict[int, dict[int, Ballot]] = {}
    for ballot in ballots:
        if (ballot.round_id, ballot.panel_certification_id) not in still_open:
            closed.setdefault(ballot.round.number, {})[ballot.panel_certification_id] = ballot
    return closed


def concluding(rounds: Iterable[Mapping[int, Any]]) -> dict[int, Ballot]:
    """Primary key of PanelCertification -> the ballot that holds what the panel concluded.

    Args:
        rounds: as `closed_by_round` has them, in order.
    """
    conclusions: dict[int, Any] = {}
    for ballots in rounds:
        for entry, ballot in ballots.items():
            if ballot.is_rated or entry not in conclusions or not conclusions[entry].is_rated:
                conclusions[entry] = ballot
    return conclusions


def is_open(ballot: Ballot | None) -> bool:
    """Whether it takes ratings now; a round that is planned for later does not."""
    return ballot is not None and ballot.is_open


def is_seen_by_panelists(ballot: Ballot, submitted: int) -> bool:
    """Whether panelists have seen what the others answered in a round of a certification.

    Args:
        ballot: its last opening in the round, with the round.
        submitted: how many ratings it has there.
    """
    return ballot.is_revealed and ballot.round.panelists_see != PanelistView.OWN and submitted >= FEWEST_REVEALED


def latest_of(ballots: Iterable[Ballot]) -> dict[int, Ballot]:
    """The last of the ballots for each certification; they come in order of round and opening."""
    return {ballot.panel_certification_id: ballot for ballot in ballots}


def _counted_in_round() -> QuerySet[Rating]:
    """The ratings that count of a ballot's certification in its round."""
    return Rating.objects.counted().filter(round=OuterRef("round"), panel_certification=OuterRef("panel_certification"))


def _ballots(panel: Panel) -> QuerySet[Ballot]:
    return Ballot.objects.filter(round__panel=panel).select_related("round").order_by("round__number", "number")
