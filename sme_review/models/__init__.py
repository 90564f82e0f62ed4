"""Panels and what comes of them, one file per noun."""

from sme_review.models.decision import ListingDecision
from sme_review.models.panel import Panel
from sme_review.models.panel_certification import PanelCertification
from sme_review.models.panelist import ConflictDeclaration, Panelist
from sme_review.models.rating import Rating
from sme_review.models.recommendation import Recommendation
from sme_review.models.round import Round

__all__ = [
    "ConflictDeclaration",
    "ListingDecision",
    "Panel",
    "PanelCertification",
    "Panelist",
    "Rating",
    "Recommendation",
    "Round",
]
