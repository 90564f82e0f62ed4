"""Opening, following and closing a round."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from octe_certs.access import requires
from octe_certs.problems import Problem
from sme_review.models import Panel
from sme_review.presenters import progress_by_group
from sme_review.rules import MANAGE_PANELS, SEE_PANELS
from sme_review.selectors import panels as selecting
from sme_review.selectors.ballots import current_round
from sme_review.services import rounds as writing
from sme_review.services.panelists import minutes_for
from sme_review.views.panels import crumbs, find_panel


@requires(MANAGE_PANELS)
def open_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Check everything, then open round 1 and mail the links."""
    panel = find_panel(request, pk)
    if panel.state != Panel.State.DRAFT:
        return redirect("sme_review:panel", pk)
    if request.method == "POST":
        try:
            writing.open_round(by=request.user, panel=panel)
            messages.success(request, "Round 1 is open. Each panelist gets a mail with their personal link.")
            return redirect("sme_review:round", pk)
        except Problem as problem:
            messages.error(request, problem.message)
            return redirect("sme_review:open_round", pk)
    count = selecting.certifications_of(panel).count()
    context = {
        "panel": panel,
        "missing": [(sentence, "") for sentence in selecting.why_not_open(panel)],
        "warnings": selecting.opening_warnings(panel),
        "certification_count": count,
        "panelists": selecting.panelists_of(request.user, panel),
        "minutes": minutes_for(count),
        "crumbs": crumbs(panel, "Open round 1"),
    }
    return render(request, "sme_review/round_open.html", context)


@requires(SEE_PANELS)
def show_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has come how far, by stakeholder group: counts only, no values."""
    panel = find_panel(request, pk)
    held = current_round(panel)
    if held is None:
        raise Http404
    people = list(selecting.panelists_of(request.user, panel))
    answered = sum(person.submitted_count + person.conflict_count for person in people)
    context = {
        "panel": panel,
        "round": held,
        "groups": progress_by_group(people),
        "answered": answered,
        "expected": sum(person.asked_count for person in people),
        "unfinished": sum(person.begun_count > person.submitted_count for person in people),
        "crumbs": crumbs(panel, f"Round {held.number}"),
        "may_manage": request.user.has_perm(MANAGE_PANELS),
    }
    return render(request, "sme_review/round.html", context)


@requires(MANAGE_PANELS)
@require_POST
def close_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the open round, after a tick that says so."""
    held = current_round(find_panel(request, pk))
    if held is None:
        raise Http404
    if request.POST.get("sure") != "yes":
        messages.error(request, "Tick the box to say that the round should close. Nothing has changed.")
        return redirect("sme_review:round", pk)
    try:
        writing.close_round(by=request.user, round=held)
        messages.success(request, "The round is closed. Here is what the panel thinks.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:results", pk)
