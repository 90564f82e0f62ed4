"""The approver's pages: decide, one by one or several at once, and undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.hidden_fields import whole_number
from core.problems import Problem
from sme_review.forms.decisions import DecisionForm, SeveralForm
from sme_review.models import ListingDecision, Packet, Panel, Recommendation
from sme_review.permissions import DECIDE_LISTINGS, SEE_PANELS
from sme_review.preconditions import why_not_now
from sme_review.presenters.packets.shown import show_entries
from sme_review.selectors import decisions
from sme_review.selectors.decisions import current_decisions, present_listings
from sme_review.selectors.packets import latest_packet
from sme_review.selectors.recommendations import recommendations_of
from sme_review.services.decisions import decide_listing, undo_decision
from sme_review.views.old_pages import not_saved, typed_on_rows
from sme_review.views.panels import crumbs, find_panel
from sme_review.views.problems import problems_of


@requires(SEE_PANELS)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """The packet beside what the catalog and earlier panels say; approvers decide each certification."""
    panel = find_panel(request, pk)
    packet = latest_packet(panel)
    if request.method == "POST" and (why := why_not_now(panel)):
        require(request.user, DECIDE_LISTINGS)
        return not_saved(request, panel, why=why, typed=typed_on_rows(panel, request.POST))
    if packet is None or panel.sent_at is None:
        return redirect("sme_review:panel", pk)
    recommendations = list(recommendations_of(panel))
    decided = current_decisions(panel)
    forms = _decision_forms(request, panel, recommendations, decided)
    if request.method == "POST":
        require(request.user, DECIDE_LISTINGS)
        if _keep_all(request, packet, list(forms.values())):
            return redirect("sme_review:decide", pk)
        decided = current_decisions(panel)
        forms = {key: form for key, form in forms.items() if form.errors or not (form.decides and key in decided)}
    context = {
        "panel": panel,
        "packet": packet,
        "rows": _rows(panel, packet, recommendations, decided, forms),
        "open_count": len(forms),
        "problems": problems_of(list(forms.values())),
        "crumbs": crumbs(panel, "Decision"),
        **_standing(request, panel, recommendations, decided),
    }
    return render(request, "sme_review/decide.html", context)


def _standing(
    request: SignedInRequest,
    panel: Panel,
    recommendations: list[Recommendation],
    decided: dict[int, ListingDecision],
) -> dict[str, Any]:
    """What is kept and can be undone, and whether all is ready to be released."""
    unreleased = [
        decided[item.pk] for item in recommendations if item.pk in decided and not decided[item.pk].released_at
    ]
    return {
        "unreleased": unreleased,
        "undecided_count": len(recommendations) - len(decided),
        "may_decide": panel.state == Panel.State.RECOMMENDED and request.user.has_perm(DECIDE_LISTINGS),
        "listings": list(present_listings(panel)),
    }


def _rows(
    panel: Panel,
    packet: Packet,
    recommendations: list[Recommendation],
    decided: dict[int, ListingDecision],
    forms: dict[int, DecisionForm],
) -> list[tuple[Any, ...]]:
    """For each certification: its recommendation, frozen numbers, history, decision and form."""
    frozen = {entry.key: entry for entry in show_entries(packet.content)}
    history = decisions.history_of(panel)
    return [
        (
            item,
            frozen.get(item.panel_certification_id),
            history[item.panel_certification.certification_id],
            decided.get(item.pk),
            forms.get(item.pk),
        )
        for item in recommendations
    ]


def _decision_forms(
    request: SignedInRequest,
    panel: Panel,
    recommendations: list[Recommendation],
    decided: dict[int, ListingDecision],
) -> dict[int, DecisionForm]:
    """A form for each certification that waits for a decision, and for each that somebody has just decided
    elsewhere.
    """
    if panel.state != Panel.State.RECOMMENDED or not request.user.has_perm(DECIDE_LISTINGS):
        return {}
    data = request.POST or None
    latest = {listing.certification_id: listing for listing in reversed(present_listings(panel))}
    undone = decisions.undone_decision(panel, whole_number(request.GET.get("undone", "")))
    return {
        item.pk: DecisionForm(
            data,
            recommendation=item,
            listed=latest.get(item.panel_certification.certification_id),
            undone=undone if undone and undone.recommendation_id == item.pk else None,
        )
        for item in recommendations
        if _waits(decided.get(item.pk)) or _typed(request, item)
    }


def _typed(request: SignedInRequest, item: Recommendation) -> bool:
    """Whether the page that was sent decides on it, or says something about it."""
    names = (f"recommendation-{item.pk}-{name}" for name in ("outcome", "reason"))
    return any(request.POST.get(name, "").strip() for name in names)


def _waits(decision: ListingDecision | None) -> bool:
    return decision is None or (decision.released_at is not None and not decision.is_final)


def _keep_all(request: SignedInRequest, packet: Packet, forms: list[DecisionForm]) -> bool:
    """Keep every decision on the page that can be kept; whether all could. The others stay as typed."""
    if not all([form.is_valid() for form in forms]):  # noqa: C419 - every form must be checked, not only the first
        return False
    chosen = [form for form in forms if form.decides]
    if not chosen:
        messages.error(request, "Choose a decision for at least one certification.")
        return False
    decided = [form for form in chosen if _keep_one(request, packet, form)]
    if decided:
        messages.success(
            request, f"{len(decided)} decided and saved under your name. Nothing changes until you release."
        )
    return len(decided) == len(chosen)


def _keep_one(request: SignedInRequest, packet: Packet, form: DecisionForm) -> bool:
    try:
        decide_listing(
            by=request.user,
            recommendation=form.recommendation,
            packet=_packet_read(request, packet),
            **form.cleaned_data,
        )
    except Problem as problem:
        form.add_error(problem.field, f"{form.recommendation}: {problem.message}")
        return False
    return True


def _packet_read(request: SignedInRequest, packet: Packet) -> int:
    """The number of the packet that was on the page, as the page sent it back."""
    read = request.POST.get("packet", "")
    return int(read) if read.isdecimal() else packet.number


@requires(DECIDE_LISTINGS)
def decide_several(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same decision, with the same reason, for all certifications that are ticked."""
    panel = find_panel(request, pk)
    packet = latest_packet(panel)
    if request.method == "POST" and (why := why_not_now(panel)):
        typed = [("Your reason", request.POST.get("reason", ""))]
        return not_saved(request, panel, why=why, typed=typed)
    if packet is None or panel.state != Panel.State.RECOMMENDED:
        return redirect("sme_review:panel", pk)
    decided = current_decisions(panel)
    waiting = [item for item in recommendations_of(panel) if _waits(decided.get(item.pk))]
    form = SeveralForm(request.POST or None, waiting=waiting)
    if request.method == "POST" and form.is_valid() and _keep_ticked(request, packet, form):
        return redirect("sme_review:decide", pk)
    context = {
        "panel": panel,
        "packet": packet,
        "form": form,
        "waiting": waiting,
        "crumbs": crumbs(panel, "Several at once"),
    }
    return render(request, "sme_review/decide_several.html", context)


def _keep_ticked(request: SignedInRequest, packet: Packet, form: SeveralForm) -> bool:
    decision = {**form.cleaned_data}
    ticked = decision.pop("ticked")
    decided = 0
    for recommendation in ticked:
        try:
            decide_listing(
                by=request.user,
                recommendation=recommendation,
                packet=_packet_read(request, packet),
                **decision,
            )
            decided += 1
        except Problem as problem:
            form.add_error(problem.field, f"{recommendation}: {problem.message}")
    if decided:
        messages.success(request, f"{decided} decided and saved under your name. Nothing changes until you release.")
    return decided == len(ticked)


@requires(DECIDE_LISTINGS)
@require_POST
def undo(request: SignedInRequest, pk: int, decision_pk: int) -> HttpResponse:
    """Take back a decision that is not released."""
    panel = find_panel(request, pk)
    decision = get_object_or_404(decisions.decisions_of(panel), pk=decision_pk)
    try:
        undo_decision(by=request.user, decision=decision)
        messages.success(
            request, f"The decision on {decision.recommendation} is undone. What you wrote is back in its form."
        )
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("sme_review:decide", pk)
    address = reverse("sme_review:decide", args=[pk])
    return redirect(f"{address}?undone={decision.pk}#recommendation-{decision.recommendation_id}")
