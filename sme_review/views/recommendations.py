"""Writing the recommendation and sending it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.signed_in import SignedInRequest
from core.access import require, requires
from core.problems import Problem, StaleVersionError
from sme_review.forms.decisions import ChoiceForm, RecommendationTextForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.presenters.results import CertificationCard, show_results
from sme_review.selectors.discussions import notes_by_entry
from sme_review.selectors.packets import packets_visible_to
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.recommendations import PanelStanding, standing_of
from sme_review.selectors.results import results_by_entry
from sme_review.services.recommendations import Choice, NotWholeError, save_recommendation, send_recommendation
from sme_review.views.old_pages import GONE, not_saved, typed_on_rows
from sme_review.views.panels import crumbs, find_panel, may_manage
from sme_review.views.problems import problems_of

_BEFORE_RESULTS = {Panel.State.DRAFT, Panel.State.RUNNING}


@requires(SEE_PANELS)
def recommend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the recommendation list; Save keeps it, finished or not."""
    panel = find_panel(request, pk)
    if panel.state in _BEFORE_RESULTS:
        return _too_early(request, panel)
    cards, standing = _cards_by_entry(panel, request.user), standing_of(panel)
    text_form = RecommendationTextForm(request.POST or None, initial={"text": panel.recommendation_text})
    forms = _choice_forms(request, standing, cards)
    is_stale, notes = False, notes_by_entry(request.user, panel)
    gone = typed_on_rows(panel, request.POST, rows_on_page=[form.entry.pk for form in forms])
    if request.method == "POST":
        require(request.user, MANAGE_PANELS)
        try:
            if not gone and _keep(request, panel, text_form, forms):
                return redirect("sme_review:panel" if _wants_to_send(request) else "sme_review:recommend", pk)
        except StaleVersionError as stale:
            messages.error(request, stale.message)
            is_stale = True
    context = {
        "rows": [(form, cards.get(form.entry.pk), notes.get(form.entry.pk)) for form in sorted(forms, key=_place)],
        "text_form": text_form,
        "problems": [*([(GONE, "#typed")] if gone else []), *problems_of([text_form, *forms])],
        "is_stale": is_stale,
        "gone": gone,
        **_known(request, standing_of(find_panel(request, pk)) if request.method == "POST" else standing),
    }
    if gone:  # the page is as old as it was: if somebody saved meanwhile, that is told when it is sent again
        context["mark"] = request.POST.get("seen", "")
    return render(request, "sme_review/recommend.html", context)


def _too_early(request: SignedInRequest, panel: Panel) -> HttpResponse:
    """Rating goes on, perhaps again: an old page is not saved, and its text is shown."""
    if request.method != "POST":
        return redirect("sme_review:panel", panel.pk)
    require(request.user, MANAGE_PANELS)
    typed = [("The recommendation", request.POST.get("text", "")), *typed_on_rows(panel, request.POST)]
    why = "Panelists are rating again, so no recommendation can be saved until the round is closed."
    return not_saved(request, panel, why=why, typed=typed)


def _known(request: SignedInRequest, standing: PanelStanding) -> dict[str, object]:
    """The panel as it is now: what was recommended, decided and sent back before."""
    panel = standing.panel
    return {
        "panel": panel,
        "mark": standing.mark,
        "crumbs": crumbs(panel, "Recommendation"),
        "may_write": panel.state == Panel.State.CLOSED and may_manage(request, panel),
        "recommendations": standing.recommendations,
        "sent_back": list(standing.sent_back.values()),
        "settled": standing.settled,
        "packets": packets_visible_to(request.user, panel),
        "rounds_left": panel.rounds_planned - panel.rounds.count(),
    }


def _cards_by_entry(panel: Panel, viewer: User) -> dict[int, CertificationCard]:
    """Primary key of PanelCertification -> what the panel concluded; those that nobody rated are left out."""
    results = list(results_by_entry(panel, viewer=viewer).values())
    return {card.result.entry.pk: card for card in show_results(results)}


def _choice_forms(
    request: SignedInRequest, standing: PanelStanding, cards: dict[int, CertificationCard]
) -> list[ChoiceForm]:
    """A form for each certification whose decision is not released."""
    known = {item.panel_certification_id: item for item in standing.recommendations}
    settled, back = standing.settled_entries, standing.sent_back
    entries = certifications_of(standing.panel).prefetch_related(None)  # what panelists read is not shown
    return [
        ChoiceForm(
            request.POST or None,
            entry=entry,
            recommendation=known.get(entry.pk),
            place=place,
            is_rated=entry.pk in cards,
            sent_back=back.get(entry.pk),
        )
        for place, entry in enumerate(entries, start=1)
        if entry.pk not in settled
    ]


def _place(form: ChoiceForm) -> tuple[int, int]:
    return int(form.initial["position"]), form.entry.pk


def _wants_to_send(request: SignedInRequest) -> bool:
    return request.POST.get("action") == "send"


def _keep(
    request: SignedInRequest, panel: Panel, text_form: RecommendationTextForm, forms: Sequence[ChoiceForm]
) -> bool:
    """Save what was written and, if asked, send it; whether the page is done with.

    Raises:
        StaleVersionError: somebody has saved something else since the page was opened.
    """
    if not all([text_form.is_valid(), *(form.is_valid() for form in forms)]):
        return False
    choices = [
        Choice(
            panel_certification=form.entry,
            choice=form.cleaned_data["choice"],
            note=form.cleaned_data["note"],
            position=form.cleaned_data["position"],
        )
        for form in forms
    ]
    try:
        save_recommendation(
            by=request.user,
            panel=panel,
            text=text_form.cleaned_data["text"],
            choices=choices,
            seen=request.POST.get("seen"),
        )
        if not _wants_to_send(request):
            messages.success(request, "Saved. Nobody is notified until you send it.")
            return True
        send_recommendation(by=request.user, panel=panel)
    except NotWholeError as lacking:
        _point_at(lacking, text_form, forms)
        return False
    except StaleVersionError:
        raise
    except Problem as problem:
        messages.error(request, problem.message)
        return False
    messages.success(request, "The recommendation is sent, and its packet is frozen. Approvers get a mail.")
    return True


def _point_at(lacking: NotWholeError, text_form: RecommendationTextForm, forms: Sequence[ChoiceForm]) -> None:
    """Each thing that is missing becomes an error at its field."""
    by_entry = {form.entry.pk: form for form in forms}
    for lack in lacking.missing:
        form = by_entry.get(lack.entry.pk) if lack.entry else text_form
        if form is not None:
            form.add_error(lack.field, lack.message)
