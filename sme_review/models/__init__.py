"""Panels and what comes of them, one file per noun."""

from sme_review.models.decision import ListingDecision
from sme_review.models.panel import Panel
from sme_review.models.panel_certification import Material, PanelCertification
from sme_review.models.panelist import Assignment, ConflictDeclaration, Panelist, PanelistLink
from sme_review.models.rating import Rating, StandardMark
from sme_review.models.recommendation import Packet, Recommendation
from sme_review.models.round import Ballot, Discussion, Round

__all__ = [
    "Assignment",
    "Ballot",
    "ConflictDeclaration",
    "Discussion",
    "ListingDecision",
    "Material",
    "Packet",
    "Panel",
    "PanelCertification",
    "Panelist",
    "PanelistLink",
    "Rating",
    "Recommendation",
    "Round",
    "StandardMark",
]
