"""Who sits on a panel."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.problems import Problem
from sme_review.forms.panelist_lines import Line, left_over, read_lines
from sme_review.forms.panels import PanelistForm, PasteForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.presenters.panelists import panelist_status, progress_by_group
from sme_review.selectors import reminders
from sme_review.selectors.panelists import panelists_of, taken_addresses
from sme_review.services import panelists as writing
from sme_review.views.panels import crumbs, find_panel, may_manage


@requires(SEE_PANELS)
def panelists(request: SignedInRequest, pk: int) -> HttpResponse:
    """The panelists and how far each is; consultants add one here or several by pasting."""
    panel = find_panel(request, pk)
    form = PanelistForm(request.POST or None)
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        if form.is_valid():
            try:
                person = writing.add_panelist(by=request.user, panel=panel, **form.cleaned_data)
                messages.success(request, f"{person.name} is on the panel.")
                return redirect("sme_review:panelists", pk)
            except Problem as problem:
                form.add_error(problem.field, problem.message)
    people = list(panelists_of(request.user, panel))
    context = {
        "panel": panel,
        "rows": [(person, *panelist_status(person)) for person in people],
        "groups": progress_by_group(people),
        "form": form,
        "crumbs": crumbs(panel, "Panelists"),
        "may_manage": may_manage(request, panel),
        "withdrawn": reminders.withdrawn_of(panel),
        "may_add": panel.takes_changes,
    }
    return render(request, "sme_review/panelists.html", context)


@requires(MANAGE_PANELS)
def paste_panelists(request: SignedInRequest, pk: int) -> HttpResponse:
    """Paste lines or send a table, see per line what is wrong, then add those that are right."""
    panel = find_panel(request, pk)
    form = PasteForm(request.POST or None, request.FILES or None)
    lines: list[Line] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["lines"]
        lines = _lines(request, panel, form, text)
        people = [line.person for line in lines if line.person]
        if request.POST.get("action") == "add" and people and _add(request, panel, people):
            text = left_over(lines)
            if not text:
                return redirect("sme_review:panelists", pk)
            lines = read_lines(text, taken=taken_addresses(request.user, panel))
        if not form.errors:
            form = PasteForm(initial={"lines": text})
    items = crumbs(panel, "Panelists", "Several at once")
    items[-2] = ("Panelists", reverse("sme_review:panelists", args=[pk]))
    context = {
        "panel": panel,
        "form": form,
        "lines": lines,
        "good": sum(bool(line.person) for line in lines),
        "bad": sum(bool(line.problem) for line in lines),
        "crumbs": items,
    }
    return render(request, "sme_review/panelists_paste.html", context)


def _lines(request: SignedInRequest, panel: Panel, form: PasteForm, text: str) -> list[Line]:
    """The lines read; what speaks against all of them is said on the form."""
    try:
        return read_lines(text, taken=taken_addresses(request.user, panel))
    except Problem as problem:
        form.add_error("lines", problem.message)
        return []


def _add(request: SignedInRequest, panel: Panel, people: list[writing.NewPanelist]) -> bool:
    try:
        added = writing.add_panelists(by=request.user, panel=panel, people=people)
    except Problem as problem:
        messages.error(request, problem.message)
        return False
    messages.success(request, f"{len(added)} added to the panel.")
    return True


@requires(MANAGE_PANELS)
@require_POST
def remove_panelist(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Take somebody off the panel who has not started to rate."""
    panel = find_panel(request, pk)
    panelist = get_object_or_404(panelists_of(request.user, panel), pk=panelist_pk)
    try:
        writing.remove_panelist(by=request.user, panelist=panelist)
        messages.success(request, f"{panelist.name} is off the panel, and their link no longer works.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:panelists", pk)


@requires(MANAGE_PANELS)
@require_POST
def send_link(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Mail a fresh personal link to the address on file."""
    panel = find_panel(request, pk)
    panelist = get_object_or_404(panelists_of(request.user, panel), pk=panelist_pk)
    try:
        writing.send_new_link(by=request.user, panelist=panelist)
        messages.success(request, f"A new link is on its way to {panelist.email}. The earlier one no longer works.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:panelists", pk)
