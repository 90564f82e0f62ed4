"""What changes among a panel's people: taken off, replaced, reminded, and who steps back from what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.problems import Problem
from sme_review.forms.panels import ReminderForm, ReplaceForm, WithdrawForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.selectors.panelists import people_ever_on
from sme_review.selectors.reminders import conflicts_of, panels_taking_ratings, waiting_on
from sme_review.services import panelists, reminders
from sme_review.views.panels import crumbs, find_panel


def _crumbs(panel: Panel, last: str) -> list[tuple[str, str]]:
    items = crumbs(panel, "Panelists", last)
    items[-2] = ("Panelists", reverse("sme_review:panelists", args=[panel.pk]))
    return items


def _back(request: SignedInRequest, pk: int, said: str) -> HttpResponse:
    messages.info(request, said)
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
    page = {"panel": panel, "person": person, "form": form, "crumbs": _crumbs(panel, "Take off the panel")}
    return render(request, "sme_review/withdraw.html", page)


@requires(MANAGE_PANELS)
def replace(request: SignedInRequest, pk: int, panelist_pk: int) -> HttpResponse:
    """Put somebody else in a panelist's place."""
    panel = find_panel(request, pk)
    person = get_object_or_404(people_ever_on(request.user, panel), pk=panelist_pk)
    there = getattr(person, "replaced_by", None)
    if there:
        return _back(request, pk, f"{there.name} has the place of {person.name} already.")
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
            messages.success(request, f"{added.name} takes the place of {person.name}, whose link no longer works.")
            return redirect("sme_review:panelists", pk)
    page = {"panel": panel, "person": person, "form": form, "crumbs": _crumbs(panel, "Replace a panelist")}
    return render(request, "sme_review/replace.html", page)


@requires(MANAGE_PANELS)
def remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has not finished and gets a reminder; posting sends it."""
    panel = find_panel(request, pk)
    now = timezone.now()
    form = ReminderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = reminders.remind_panel(by=request.user, panel=panel, **form.cleaned_data)
        people = "1 person" if sent == 1 else f"{sent} people"
        said = f"A reminder goes to {people}." if sent else "Nobody is due for a reminder, so none was sent."
        messages.success(request, said)
        return redirect("sme_review:panelists", pk)
    waiting = waiting_on(panels_taking_ratings().filter(pk=pk))
    limit = now - reminders.PAUSE
    page: dict[str, Any] = {
        "panel": panel,
        "due": [found for found in waiting if found.last_mailed and found.last_mailed < limit],
        "recent": [found for found in waiting if found.last_mailed and found.last_mailed >= limit],
        "opened_at": now.isoformat(),
        "crumbs": _crumbs(panel, "Remind"),
    }
    return render(request, "sme_review/remind.html", page)


@requires(SEE_PANELS)
@require_GET
def conflicts(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who steps back from which certification, and why."""
    panel = find_panel(request, pk)
    by_entry: dict[int, dict[str, Any]] = {}
    for conflict in conflicts_of(panel):
        row = by_entry.setdefault(conflict.panel_certification_id, {"entry": conflict.panel_certification, "rows": []})
        row["rows"].append(conflict)
    page = {"panel": panel, "entries": by_entry.values(), "crumbs": _crumbs(panel, "Conflicts of interest")}
    return render(request, "sme_review/conflicts.html", page)
