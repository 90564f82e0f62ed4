"""Who is asked to rate what: shared out evenly, and edited from either side."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.problems import Problem, StaleVersionError
from sme_review.figures.balancing import Pair
from sme_review.forms.assignment import AssignmentForm, NumbersForm, PairsForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.presenters.assignment import Box, certification_boxes, panelist_boxes
from sme_review.selectors.assignment import board_now, board_of, propose, situation_of
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panelists import panelists_of
from sme_review.services.assignment import ask_everyone, change_assignment, keep_proposal
from sme_review.views.panels import crumbs, find_panel

TITLE = "Who rates what"


def _crumbs(panel: Panel, last: str) -> list[tuple[str, str]]:
    items = crumbs(panel, TITLE, last)
    items[-2] = (TITLE, reverse("sme_review:assignment", args=[panel.pk]))
    return items


@requires(SEE_PANELS)
def assignment(request: SignedInRequest, pk: int) -> HttpResponse:
    """How it stands, with loads and what is lacking; consultants choose another way of sharing out."""
    panel = find_panel(request, pk)
    form = AssignmentForm(request.POST or None, panel=panel)
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        if form.is_valid() and (answer := _choose(request, panel, form)):
            return answer
    context = {
        "panel": panel,
        "board": board_now(situation_of(panel)),
        "form": form,
        "crumbs": crumbs(panel, TITLE),
        "may_manage": panel.takes_changes and request.user.has_perm(MANAGE_PANELS),
    }
    return render(request, "sme_review/assignment.html", context)


def _choose(request: SignedInRequest, panel: Panel, form: AssignmentForm) -> HttpResponse | None:
    """Ask everyone at once, or go on to the preview; None with the reason on the form."""
    given = form.cleaned_data
    if given["assignment"] == Panel.Assignment.BALANCED:
        numbers = {name: given[name] for name in ("wanted", "most", "minimum_per_group") if given[name] is not None}
        return redirect(f"{reverse('sme_review:assignment_preview', args=[panel.pk])}?{urlencode(numbers)}")
    try:
        ask_everyone(by=request.user, panel=panel)
    except Problem as problem:
        form.add_error(None, problem.message)
        return None
    messages.success(request, "Everybody is asked to rate every certification.")
    return redirect("sme_review:assignment", panel.pk)


@requires(MANAGE_PANELS)
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the certifications would be shared out; posting keeps it."""
    panel = find_panel(request, pk)
    form = NumbersForm(request.POST or request.GET)
    if not form.is_valid():
        return redirect("sme_review:assignment", pk)
    numbers = {name: form.cleaned_data[name] for name in ("wanted", "most", "minimum_per_group")}
    problem = ""
    if request.method == "POST":
        try:
            keep_proposal(by=request.user, panel=panel, **numbers, seen=form.cleaned_data["seen"])
        except Problem as refused:
            problem = refused.message
        else:
            messages.success(request, "The certifications are shared out.")
            return redirect("sme_review:assignment", pk)
    situation = situation_of(panel)
    pairs = propose(situation, **numbers).pairs
    board = board_of(
        situation, pairs, wanted=numbers["wanted"], most=numbers["most"], minimum=numbers["minimum_per_group"]
    )
    context: dict[str, Any] = {"panel": panel, "board": board, "numbers": numbers, "situation": situation}
    context |= {"added": len(pairs - situation.standing), "removed": len(situation.standing - pairs)}
    context |= {"crumbs": _crumbs(panel, "Proposal"), "problems": [(problem, "")] if problem else []}
    return render(request, "sme_review/assignment_preview.html", context)


@requires(MANAGE_PANELS)
def of_certification(request: SignedInRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Tick who rates one certification."""
    panel = find_panel(request, pk)
    entry = get_object_or_404(certifications_of(panel), pk=entry_pk)
    page = {"title": f"Who rates {entry}", "short": "Who rates a certification"}
    return _edit(request, panel, page, lambda key: (key, entry_pk), lambda *state: certification_boxes(entry, *state))


@requires(MANAGE_PANELS)
def of_panelist(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Tick what one panelist rates."""
    panel = find_panel(request, pk)
    person = get_object_or_404(panelists_of(request.user, panel), pk=panelist_pk)
    page = {"title": f"What {person.name} rates", "short": "What a panelist rates"}
    return _edit(request, panel, page, lambda key: (panelist_pk, key), lambda *state: panelist_boxes(person, *state))


def _edit(request: SignedInRequest, panel: Panel, page: dict[str, Any], pair: Any, boxes: Any) -> HttpResponse:
    """The boxes of one side; `pair` makes a pair of a box's key, `boxes` the boxes of a situation."""
    form = PairsForm(request.POST or None)
    ticked: set[Pair] | None = None
    if request.method == "POST" and form.is_valid():
        given = {name: {pair(key) for key in form.cleaned_data[name]} for name in ("on_page", "ticked")}
        try:
            changed = change_assignment(by=request.user, panel=panel, **given, seen=form.cleaned_data["seen"])
        except StaleVersionError as stale:
            ticked, page["problems"] = given["ticked"], [(stale.message, "")]
        except Problem as problem:
            page["problems"] = [(problem.message, "")]
        else:
            messages.success(request, f"Saved: {changed.added} added, {changed.removed} taken away.")
            for note in changed.notes:
                messages.warning(request, note)
            return redirect("sme_review:assignment", panel.pk)
    situation = situation_of(panel)
    offered: list[Box] = boxes(situation, ticked)
    seen = situation.row_mark(pair(box.key) for box in offered)
    page |= {"panel": panel, "boxes": offered, "seen": seen, "crumbs": _crumbs(panel, page["short"])}
    return render(request, "sme_review/assignment_edit.html", page)
