"""What a panelist reads after the release: what the panel concluded, beside their own answers, and what OCTE
decided.
"""

from dataclasses import dataclass
from typing import Any

from sme_review.enums import PanelistView
from sme_review.figures import FEWEST_REVEALED
from sme_review.models import ListingDecision, Panelist, Rating, Round
from sme_review.selectors.packets import released_packet


@dataclass(frozen=True)
class OwnAnswer:
    """One's own answer to a question, in words, in the last round one answered."""

    words: str
    reason: str


@dataclass(frozen=True)
class Concluded:
    """One question as the whole panel saw it; never by group, never with names. `summary` is None where it is
    withheld.
    """

    title: str
    low: int
    high: int
    answered: int
    summary: dict[str, Any] | None
    own: OwnAnswer | None


@dataclass(frozen=True)
class Outcome:
    """One certification: OCTE's decision, the panel's reading, and each question.

    `stepped_back` where the panelist has a conflict of interest with it, and so no answers.
    """

    decision: ListingDecision
    reading: str
    rule: str
    withheld: str
    questions: list[Concluded]
    stepped_back: bool


def outcomes_of(panelist: Panelist) -> list[Outcome]:
    """What is released to a panelist; empty before.

    The panel's numbers come from the frozen packet, over all groups together, and only where the quorum was reached and
    three answered the question: with fewer the spread would tell who answered what. Where a round let panelists see
    only
    their own answers there are none, whatever the panel's rules say of later rounds.
    """
    packet = released_packet(panelist.panel)
    if packet is None:
        return []
    frozen = {entry["key"]: entry for entry in packet.content["certifications"]}
    own = _own_ratings(panelist)
    recused = set(panelist.conflicts.values_list("panel_certification_id", flat=True))
    sees_spread = not Round.objects.filter(panel_id=panelist.panel_id, panelists_see=PanelistView.OWN).exists()
    decisions = ListingDecision.objects.filter(
        recommendation__panel_id=panelist.panel_id,
        superseded_at=None,
        released_at__isnull=False,
    ).exclude(outcome=ListingDecision.Outcome.SENT_BACK)
    return [
        _outcome(
            decision,
            frozen.get(decision.recommendation.panel_certification_id),
            own.get(decision.recommendation.panel_certification_id),
            sees_spread=sees_spread,
            recused=recused,
        )
        for decision in decisions.select_related("recommendation__panel_certification__certification__entity").order_by(
            "recommendation__position", "recommendation_id"
        )
    ]


def _own_ratings(panelist: Panelist) -> dict[int, Rating]:
    """Primary key of PanelCertification -> the panelist's own counted rating of their last round."""
    ratings = Rating.objects.visible_to(panelist).counted().filter(panelist=panelist).select_related("round")
    return {rating.panel_certification_id: rating for rating in ratings.order_by("round__number")}


def _outcome(
    decision: ListingDecision,
    entry: dict[str, Any] | None,
    rating: Rating | None,
    *,
    sees_spread: bool,
    recused: set[int],
) -> Outcome:
    entry = entry or {"reading": "", "rule": "", "withheld": "", "questions": []}
    visible = sees_spread and not entry["withheld"]
    return Outcome(
        decision=decision,
        reading=entry["reading"] if visible else "",
        rule=entry["rule"] if visible else "",
        withheld=entry["withheld"] if sees_spread else "",
        questions=[_concluded(question, rating, visible=visible) for question in entry["questions"]],
        stepped_back=decision.recommendation.panel_certification_id in recused,
    )


def _concluded(question: dict[str, Any], rating: Rating | None, *, visible: bool) -> Concluded:
    return Concluded(
        title=question["title"],
        low=question["low"],
        high=question["high"],
        answered=question["total"]["answered"],
        summary=question["summary"] if visible and question["total"]["answered"] >= FEWEST_REVEALED else None,
        own=_own_answer(question["key"], rating) if rating else None,
    )


def _own_answer(key: str, rating: Rating) -> OwnAnswer:
    reason = getattr(rating, f"{key}_reason")
    if key == "proportion":
        return OwnAnswer(f"{rating.proportion} percent", reason)
    if getattr(rating, f"{key}_cannot_judge"):
        return OwnAnswer("Cannot judge", reason)
    display = getattr(rating, f"get_{key}_value_display")
    return OwnAnswer(f"{getattr(rating, f'{key}_value')} {display()}", reason)
