"""Reads of a recommendation that is being written."""

import hashlib
import json

from sme_review.models import Panel
from sme_review.selectors.panels import recommendations_of


def recommendation_mark(panel: Panel) -> str:
    """A short text that is another one as soon as anything of the recommendation is saved otherwise."""
    lines = [(item.pk, item.choice, item.note, item.position) for item in recommendations_of(panel)]
    held = json.dumps([panel.recommendation_text, sorted(lines)])
    return hashlib.sha256(held.encode()).hexdigest()[:16]
