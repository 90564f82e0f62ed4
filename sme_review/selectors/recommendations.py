"""Reads of a recommendation that is being written."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from core.stale_pages import mark_of
from sme_review.models import (
    ListingDecision,
    Panel,
    Recommendation,
)
from sme_review.selectors.decisions import current_decisions


def recommendation_mark(panel: Panel) -> str:
    """A short text that is another one as soon as anything of the recommendation is saved otherwise."""
    return _mark(panel, recommendations_of(panel))


def _mark(panel: Panel, recommendations: Iterable[Recommendation]) -> str:
    lines = [(item.pk, item.choice, item.note, item.position) for item in recommendations]
    return mark_of(panel.recommendation_text, sorted(lines))


@dataclass(frozen=True)
class PanelStanding:
    """How a panel's recommendation stands: what is written, and what OCTE has decided and released of it."""

    panel: Panel
    recommendations: list[Recommendation]
    released: list[ListingDecision]

    @property
    def mark(self) -> str:
        """As `recommendation_mark` has it."""
        return _mark(self.panel, self.recommendations)

    @property
    def settled(self) -> list[ListingDecision]:
        """Approvals and refusals: what they are about is not recommended again."""
        return [decision for decision in self.released if decision.is_final]

    @property
    def settled_entries(self) -> set[int]:
        """The primary keys of PanelCertification that they are about."""
        return {decision.recommendation.panel_certification_id for decision in self.settled}

    @property
    def sent_back(self) -> dict[int, ListingDecision]:
        """Primary key of PanelCertification -> the decision that sent it back and that nothing followed yet."""
        back = ListingDecision.Outcome.SENT_BACK
        return {
            decision.recommendation.panel_certification_id: decision
            for decision in self.released
            if decision.outcome == back
        }


def standing_of(panel: Panel) -> PanelStanding:
    """What is written and decided of a panel's recommendation, in two queries."""
    decisions = current_decisions(panel).values()
    return PanelStanding(panel, list(recommendations_of(panel)), [item for item in decisions if item.released_at])


def recommendations_of(panel: Panel) -> QuerySet[Recommendation]:
    """The panel's recommendations in order, with their certifications."""
    return Recommendation.objects.filter(panel=panel).select_related("panel_certification__certification__entity")
