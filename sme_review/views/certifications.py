"""The certifications that a panel considers."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.hidden_fields import whole_numbers
from core.problems import Problem, StaleVersionError
from sme_review.forms.panels import AddCertificationsForm, SearchForm, SheetForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.selectors.panel_certifications import certifications_of, sheet_mark, with_rating_counts
from sme_review.services import panels
from sme_review.views.panels import crumbs, find_panel


@requires(SEE_PANELS)
def certifications(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is under consideration; consultants search the catalog and add several at once."""
    panel = find_panel(request, pk)
    words, ticked = request.GET.get("words", ""), whole_numbers(request.GET.get("ticked", "").split("-"))
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        ticked = whole_numbers(request.POST.getlist("certifications"))
        if request.POST.get("action") in {"search", "all"}:
            return _search(request, pk, ticked)
    form = AddCertificationsForm(request.POST or None, panel=panel, words=words, ticked=ticked)
    if form.is_bound and form.is_valid():
        return _add(request, panel, form)
    context = {
        "panel": panel,
        "entries": with_rating_counts(certifications_of(panel)),
        "form": form,
        "search": SearchForm({"words": words}),
        "crumbs": crumbs(panel, "Certifications"),
        "may_manage": panel.takes_changes and request.user.has_perm(MANAGE_PANELS),
    }
    return render(request, "sme_review/certifications.html", context)


def _add(request: SignedInRequest, panel: Panel, form: AddCertificationsForm) -> HttpResponse:
    try:
        added = panels.add_certifications(
            by=request.user, panel=panel, certifications=form.cleaned_data["certifications"]
        )
        messages.success(request, f"{len(added)} added. Check what panelists will read about each.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:certifications", panel.pk)


def _search(request: SignedInRequest, pk: int, ticked: list[int]) -> HttpResponse:
    """The same page with what was searched for and ticked in its address."""
    words = request.POST.get("words", "") if request.POST["action"] == "search" else ""
    query_parts = {"words": words.strip(), "ticked": "-".join(str(number) for number in ticked)}
    query = urlencode({name: value for name, value in query_parts.items() if value})
    return redirect(f"{reverse('sme_review:certifications', args=[pk])}?{query}")


@requires(MANAGE_PANELS)
def change_certification(request: SignedInRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Write what panelists read about one certification, and set its place."""
    panel = find_panel(request, pk)
    entry = get_object_or_404(certifications_of(panel), pk=entry_pk)
    form = SheetForm(request.POST or None, entry=entry)
    page: dict[str, Any] = {"panel": panel, "entry": entry, "form": form, "mark": sheet_mark(entry)}
    if request.method == "POST":
        seen = request.POST.get("seen")
        page["mark"] = seen or page["mark"]
        try:
            if form.is_valid():
                given = {**form.cleaned_data, "seen": seen}
                panels.change_panel_certification(by=request.user, panel_certification=entry, **given)
                messages.success(request, f"Saved what panelists read about {entry}.")
                return redirect("sme_review:certifications", pk)
        except StaleVersionError as stale:
            form.add_error(None, stale.message)
            now = certifications_of(panel).get(pk=entry_pk)
            page |= {"mark": sheet_mark(now), "saved_now": now}
        except Problem as problem:
            form.add_error(problem.field, problem.message)
    items = crumbs(panel, "Certifications", str(entry))
    items[-2] = ("Certifications", reverse("sme_review:certifications", args=[pk]))
    return render(request, "sme_review/certification.html", {**page, "crumbs": items})


@requires(MANAGE_PANELS)
@require_POST
def remove_certification(request: SignedInRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Take a certification off the panel while nobody has rated it."""
    entry = get_object_or_404(certifications_of(find_panel(request, pk)), pk=entry_pk)
    try:
        panels.remove_certification(by=request.user, panel_certification=entry)
        messages.success(request, f"{entry} is off the panel.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:certifications", pk)
