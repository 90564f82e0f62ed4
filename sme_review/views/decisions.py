"""From recommendation to decision."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.requests import SignedInRequest
from octe_certs.access import require, requires
from octe_certs.problems import Problem
from sme_review.forms.decisions import ChoiceForm, DecisionForm, RecommendationTextForm
from sme_review.models import ListingDecision, Panel, Recommendation
from sme_review.presenters import ShownCertification, show_results
from sme_review.rules import DECIDE_LISTINGS, MANAGE_PANELS, SEE_PANELS
from sme_review.selectors import panels as selecting
from sme_review.selectors.results import results_of
from sme_review.services import recommendations as recommending
from sme_review.services.decisions import decide_listing
from sme_review.views.panels import crumbs, find_panel

_BEFORE_RESULTS = {Panel.State.DRAFT, Panel.State.RUNNING}


def _shown_by_entry(panel: Panel, viewer: User) -> dict[int, ShownCertification]:
    return {shown.result.entry.pk: shown for shown in show_results(results_of(panel, viewer=viewer))}


@requires(SEE_PANELS)
def recommend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the recommendation list; Save keeps it, finished or not."""
    panel = find_panel(request, pk)
    if panel.state in _BEFORE_RESULTS:
        return redirect("sme_review:panel", pk)
    data = request.POST or None
    shown = _shown_by_entry(panel, request.user)
    known = {item.panel_certification_id: item for item in selecting.recommendations_of(panel)}
    forms = [
        ChoiceForm(data, entry=shown[entry_pk].result.entry, recommendation=known.get(entry_pk), place=place)
        for place, entry_pk in enumerate(shown, start=1)
    ]
    text_form = RecommendationTextForm(data, initial={"text": panel.recommendation_text})
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        if all([text_form.is_valid(), *(form.is_valid() for form in forms)]) and _keep(
            request, panel, text_form, forms
        ):
            return redirect("sme_review:panel" if _wants_to_send(request) else "sme_review:recommend", pk)
    context = {
        "panel": panel,
        "rows": [(form, shown[form.entry.pk]) for form in sorted(forms, key=_place)],
        "text_form": text_form,
        "problems": _problems([text_form, *forms]),
        "crumbs": crumbs(panel, "Recommendation"),
        "may_write": panel.state == Panel.State.CLOSED and request.user.has_perm(MANAGE_PANELS),
        "recommendations": known.values(),
    }
    return render(request, "sme_review/recommend.html", context)


def _place(form: ChoiceForm) -> tuple[int, int]:
    return int(form.initial["position"]), form.entry.pk


def _wants_to_send(request: SignedInRequest) -> bool:
    return request.POST.get("action") == "send"


def _keep(
    request: SignedInRequest, panel: Panel, text_form: RecommendationTextForm, forms: Sequence[ChoiceForm]
) -> bool:
    """Save what was written and, if asked, send it; whether the page is done with."""
    choices = [
        recommending.Choice(
            panel_certification=form.entry,
            choice=form.cleaned_data["choice"],
            note=form.cleaned_data["note"],
            position=form.cleaned_data["position"],
        )
        for form in forms
    ]
    try:
        recommending.save_recommendation(
            by=request.user, panel=panel, text=text_form.cleaned_data["text"], choices=choices
        )
        if not _wants_to_send(request):
            messages.success(request, "Saved. Nobody is told until you send it.")
            return True
        recommending.send_recommendation(by=request.user, panel=panel)
    except Problem as problem:
        messages.error(request, problem.message)
        return False
    messages.success(request, "The recommendation is sent. Approvers get a mail.")
    return True


def _problems(forms: Sequence[Any]) -> list[tuple[str, str]]:
    """All that is wrong on a page of many forms, each with the address of its field."""
    found = []
    for form in forms:
        for name, errors in form.errors.items() if form.is_bound else ():
            target = f"#{form[name].id_for_label or form[name].auto_id + '_0'}" if name in form.fields else ""
            found += [(str(error), target) for error in errors]
    return found


@requires(SEE_PANELS)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """The packet beside the catalogue's present listings; approvers decide one or several certifications at once."""
    panel = find_panel(request, pk)
    if panel.sent_at is None:
        return redirect("sme_review:panel", pk)
    recommendations = list(selecting.recommendations_of(panel))
    decided = selecting.current_decisions(panel)
    listings = list(selecting.present_listings(panel))
    may_decide = request.user.has_perm(DECIDE_LISTINGS)
    forms: dict[int, DecisionForm] = {}
    if may_decide:
        forms = _decision_forms(recommendations, decided, listings, request.POST or None)
    if request.method == "POST":
        require(request.user, DECIDE_LISTINGS)
        if _decide_all(request, list(forms.values())):
            return redirect("sme_review:decide", pk)
    shown = _shown_by_entry(panel, request.user)
    context = {
        "panel": panel,
        "rows": [
            (item, shown.get(item.panel_certification_id), decided.get(item.pk), forms.get(item.pk))
            for item in recommendations
        ],
        "listings": listings,
        "open_count": len(forms),
        "problems": _problems(list(forms.values())),
        "crumbs": crumbs(panel, "Decision"),
    }
    return render(request, "sme_review/decide.html", context)


def _decision_forms(
    recommendations: list[Recommendation],
    decided: dict[int, ListingDecision],
    listings: list[Any],
    data: QueryDict | None,
) -> dict[int, DecisionForm]:
    """A form for each certification that is not decided for good."""
    latest = {listing.certification_id: listing for listing in reversed(listings)}
    return {
        item.pk: DecisionForm(data, recommendation=item, listed=latest.get(item.panel_certification.certification_id))
        for item in recommendations
        if item.pk not in decided or not decided[item.pk].is_final
    }


def _decide_all(request: SignedInRequest, forms: list[DecisionForm]) -> bool:
    """Write every decision on the page that can be written; whether all could. The others stay as typed."""
    if not all([form.is_valid() for form in forms]):  # noqa: C419 - every form must be checked, not only the first
        return False
    chosen = [form for form in forms if form.decides]
    if not chosen:
        messages.error(request, "Choose a decision for at least one certification.")
        return False
    written = [form for form in chosen if _decide_one(request.user, form)]
    if written:
        messages.success(request, f"{len(written)} decided and kept with your name and reason.")
    return len(written) == len(chosen)


def _decide_one(by: User, form: DecisionForm) -> bool:
    try:
        decide_listing(by=by, recommendation=form.recommendation, **form.cleaned_data)
    except Problem as problem:
        form.add_error(problem.field, problem.message)
        return False
    return True
