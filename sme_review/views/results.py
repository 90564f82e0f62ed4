"""What a closed round says."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.requests import SignedInRequest
from octe_certs.access import requires
from octe_certs.csv_files import csv_response
from octe_certs.problems import Problem
from sme_review.models import Panel, Round
from sme_review.presenters import SUMMARY_HEADINGS, show_results, summary_rows
from sme_review.rules import MANAGE_PANELS, SEE_PANELS
from sme_review.selectors.ballots import rounds_of
from sme_review.selectors.results import results_of
from sme_review.views.panels import crumbs, find_panel


def _rounds(panel: Panel) -> list[Round]:
    held = rounds_of(panel)
    if not held:
        raise Http404
    return held


@requires(SEE_PANELS)
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    """Medians, spread and counts for each certification and question, with the suggested reading and its rule."""
    panel = find_panel(request, pk)
    held = _rounds(panel)
    try:
        shown = show_results(results_of(panel, viewer=request.user))
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("sme_review:round", pk)
    context = {
        "panel": panel,
        "round": held[-1],
        "shown": shown,
        "crumbs": crumbs(panel, "Results"),
        "may_recommend": request.user.has_perm(MANAGE_PANELS) and panel.state == Panel.State.CLOSED,
    }
    return render(request, "sme_review/results.html", context)


@requires(SEE_PANELS)
def download_results(request: SignedInRequest, pk: int) -> HttpResponse:
    """The summary as CSV: the same numbers as the page."""
    panel = find_panel(request, pk)
    _rounds(panel)
    try:
        rows = summary_rows(results_of(panel, viewer=request.user))
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("sme_review:round", pk)
    return csv_response(name=f"panel-{panel.pk}-results.csv", headings=SUMMARY_HEADINGS, rows=rows)
