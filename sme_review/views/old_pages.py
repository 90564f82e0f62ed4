"""Pages of many small forms that were opened a while ago: what they say about rows that are no longer there is not
lost.
"""

import re
from collections.abc import Collection, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sme_review.enums import Suggestion
from sme_review.models import ListingDecision, Panel
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.recommendations import recommendations_of
from sme_review.views.panels import crumbs

_TOO_LATE = 409
_FIELD = re.compile(r"(certification|recommendation)-([0-9]{1,9})-(choice|note|outcome|reason)")
_LABELS = {**dict(Suggestion.choices), **dict(ListingDecision.Outcome.choices)}
_TAKEN_OFF = "A certification that was taken off the panel"

GONE = (
    "Some of what you typed is about a certification that is no longer on this page: it was taken off the panel, or is "
    "decided and released. Nothing is saved yet. Copy what you need, then save again."
)

# What something typed is about, and the words themselves.
Typed = tuple[str, str]


def typed_on_rows(panel: Panel, data: Mapping[str, str], *, rows_on_page: Collection[int] = ()) -> list[Typed]:
    """What was chosen and written about each certification, as a page of ours was sent.

    Args:
        rows_on_page: keys of the rows (as in the fields' names) that the page has now too; they are left out.
    """
    rows: dict[int, list[str]] = {}
    for name, value in data.items():
        match = _FIELD.fullmatch(name)
        if match and int(match[2]) not in rows_on_page and value.strip():
            rows.setdefault(int(match[2]), []).append(_LABELS.get(value, value.strip()))
    if not rows:
        return []
    names = {entry.pk: str(entry) for entry in certifications_of(panel)}
    if any(name.startswith("recommendation-") for name in data):
        names = {item.pk: str(item) for item in recommendations_of(panel)}
    return [(names.get(key, _TAKEN_OFF), ": ".join(words)) for key, words in rows.items()]


def not_saved(request: HttpRequest, panel: Panel, *, why: str, typed: Collection[Typed]) -> HttpResponse:
    """A page that says why nothing was kept, with everything that was typed, to copy it."""
    page = {"panel": panel, "problems": [(why, "#typed")], "typed": typed, "crumbs": crumbs(panel, "Not saved")}
    return render(request, "sme_review/not_saved.html", page, status=_TOO_LATE)
