"""Checking what a release will change, and releasing."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.problems import Problem
from sme_review.models import ListingDecision, Panel
from sme_review.permissions import DECIDE_LISTINGS
from sme_review.selectors import audiences
from sme_review.selectors.decisions import planned_changes, undecided
from sme_review.services.releases import release_decisions
from sme_review.views.panels import crumbs, find_panel


@requires(DECIDE_LISTINGS)
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    """What will change in the catalog and who will be told; one button does it."""
    panel = find_panel(request, pk)
    if request.method == "POST" and _release(request, panel):
        return redirect("sme_review:decide" if find_panel(request, pk).sent_at else "sme_review:panel", pk)
    planned = planned_changes(panel)
    if not planned:
        return redirect("sme_review:panel", pk)
    decisions = [change.decision for change in planned]
    for_panel = audiences.decisions_for_panel(decisions)
    context = {
        "panel": panel,
        "planned": planned,
        "undecided": undecided(panel),
        "panelists": len(audiences.panelists_to_tell(panel)) if for_panel else 0,
        "districts": len(audiences.districts_offering(panel)),
        "coordinators": len(audiences.coordinators_to_tell(panel))
        if audiences.decisions_for_districts(decisions)
        else 0,
        "sent_back": len(for_panel) < len(decisions),
        "crumbs": crumbs(panel, "Release"),
    }
    return render(request, "sme_review/release.html", context)


def _release(request: SignedInRequest, panel: Panel) -> bool:
    """Whether the page is done with: what was on it is released."""
    seen = [int(pk) for pk in request.POST.getlist("decision") if pk.isdecimal()]
    try:
        released = release_decisions(by=request.user, panel=panel, seen=seen)
    except Problem as problem:
        messages.error(request, problem.message)
        return False
    if released:
        messages.success(request, f"Released: {len(released)}. {_what_came_of(released)}")
    else:
        messages.info(request, "These decisions are already released.")
    return True


def _what_came_of(released: Sequence[ListingDecision]) -> str:
    """Whether the catalog changed, and who is told."""
    if any(decision.listing_id for decision in released):
        return "The catalog is changed, and everybody concerned gets a mail."
    if not audiences.decisions_for_panel(released):
        return "The catalog stays as it is. The recommendation is back with the consultant, who gets a mail."
    return "The catalog stays as it is. The panel and the consultant get a mail."
