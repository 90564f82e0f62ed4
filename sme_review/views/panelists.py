"""Who sits on a panel, what changes among them, and who steps back from what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.problems import Problem
from sme_review.forms.panelist_lines import Line, left_over, read_lines
from sme_review.forms.panels import PanelistForm, PasteForm, ReplaceForm, WithdrawForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.presenters.panelists import panelist_status, progress_by_group
from sme_review.selectors.panelists import panelists_of, people_ever_on, taken_addresses
from sme_review.selectors.reminders import conflicts_of, withdrawn_of
from sme_review.services import panelists
from sme_review.views.panels import crumbs, find_panel, may_manage


def panelist_crumbs(panel: Panel, last: str) -> list[tuple[str, str]]:
    items = crumbs(panel, "Panelists", last)
    items[-2] = ("Panelists", reverse("sme_review:panelists", args=[panel.pk]))
    return items


def _back(request: SignedInRequest, pk: int, said: str) -> HttpResponse:
    messages.info(request, said)
    return redirect("sme_review:panelists", pk)


@requires(SEE_PANELS)
def panelist_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The panelists and how far each is; consultants add one here or several by pasting."""
    panel = find_panel(request, pk)
    form = PanelistForm(request.POST or None)
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        if form.is_valid():
            try:
                person = panelists.add_panelist(by=request.user, panel=panel, **form.cleaned_data)
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
        "withdrawn": withdrawn_of(panel),
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
    context = {
        "panel": panel,
        "form": form,
        "lines": lines,
        "good": sum(bool(line.person) for line in lines),
        "bad": sum(bool(line.problem) for line in lines),
        "crumbs": panelist_crumbs(panel, "Several at once"),
    }
    return render(request, "sme_review/panelists_paste.html", context)


def _lines(request: SignedInRequest, panel: Panel, form: PasteForm, text: str) -> list[Line]:
    """The lines read; what speaks against all of them is said on the form."""
    try:
        return read_lines(text, taken=taken_addresses(request.user, panel))
    except Problem as problem:
        form.add_error("lines", problem.message)
        return []


def _add(request: SignedInRequest, panel: Panel, people: list[panelists.NewPanelist]) -> bool:
    try:
        added = panelists.add_panelists(by=request.user, panel=panel, people=people)
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
        panelists.remove_panelist(by=request.user, panelist=panelist)
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
        panelists.send_new_link(by=request.user, panelist=panelist)
        messages.success(request, f"A new link is on its way to {panelist.email}. The earlier one no longer works.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:panelists", pk)


@requires(MANAGE_PANELS)
def withdraw(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Take somebody off who has begun to rate, with a reason."""
    panel = find_panel(request, pk)
    person = get_object_or_404(people_ever_on(request.user, panel), pk=panelist_pk)
    if person.withdrawn_at:
        return _back(request, pk, f"{person.name} is off the panel already.")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            panelists.withdraw_panelist(by=request.user, panelist=person, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, f"{person.name} is off the panel. What they rated is kept and no longer counts.")
            return redirect("sme_review:panelists", pk)
    page = {"panel": panel, "person": person, "form": form, "crumbs": panelist_crumbs(panel, "Take off the panel")}
    return render(request, "sme_review/withdraw.html", page)


@requires(MANAGE_PANELS)
def replace(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Put somebody else in a panelist's place."""
    panel = find_panel(request, pk)
    person = get_object_or_404(people_ever_on(request.user, panel), pk=panelist_pk)
    there = getattr(person, "replaced_by", None)
    if there:
        return _back(request, pk, f"{there.name} has already replaced {person.name}.")
    form = ReplaceForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        try:
            added = panelists.replace_panelist(
                by=request.user, panelist=person, reason=reason, person=panelists.NewPanelist(**given)
            )
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, f"{added.name} replaces {person.name}, whose link no longer works.")
            return redirect("sme_review:panelists", pk)
    page = {"panel": panel, "person": person, "form": form, "crumbs": panelist_crumbs(panel, "Replace a panelist")}
    return render(request, "sme_review/replace.html", page)


@requires(SEE_PANELS)
@require_GET
def conflicts(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who steps back from which certification, and why."""
    panel = find_panel(request, pk)
    by_entry: dict[int, dict[str, Any]] = {}
    for conflict in conflicts_of(panel):
        row = by_entry.setdefault(conflict.panel_certification_id, {"entry": conflict.panel_certification, "rows": []})
        row["rows"].append(conflict)
    page = {"panel": panel, "entries": by_entry.values(), "crumbs": panelist_crumbs(panel, "Conflicts of interest")}
    return render(request, "sme_review/conflicts.html", page)
