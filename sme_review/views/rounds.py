"""Opening, planning, following and closing a round."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.moments import moment_in_words
from core.problems import Problem, StaleVersionError
from sme_review.forms.rounds import DueDateForm, OpenRoundForm, RoundOnPageForm
from sme_review.models import Panel, Round
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.preconditions import opening_warnings, why_not_open
from sme_review.presenters.candidates import show_candidates
from sme_review.presenters.panelists import progress_by_group
from sme_review.selectors.ballots import current_round, rounds_of
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panelists import panelists_of
from sme_review.selectors.rounds import Candidate, candidates, rated_in, waiting_by_group, without_reading
from sme_review.services import rounds
from sme_review.services.panelists import minutes_for
from sme_review.views.panels import crumbs, find_panel, may_manage


@requires(MANAGE_PANELS)
def open_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Check everything, choose what is rated again and when, then open or plan the next round and mail the links."""
    panel = find_panel(request, pk)
    latest = current_round(panel)
    number = latest.number + 1 if latest else 1
    elsewhere = _elsewhere(request, panel, latest, number)
    if elsewhere is not None:
        return elsewhere
    proposals = candidates(panel, viewer=request.user) if latest else []
    form = OpenRoundForm(
        request.POST if request.method == "POST" else None,
        panel=panel,
        number=number,
        entries=certifications_of(panel).filter(pk__in=[one.entry.pk for one in proposals]),
        proposed=[one.entry for one in proposals if one.is_proposed],
    )
    if request.method == "POST" and form.is_valid():
        answer = _open(request, panel, form)
        if answer is not None:
            return answer
    return render(request, "sme_review/round_open.html", _opening(request, panel, latest, form, proposals))


def _elsewhere(request: SignedInRequest, panel: Panel, latest: Round | None, number: int) -> HttpResponse | None:
    """The page that fits where no round can be opened now, or another than the one that the page was about."""
    posted = request.POST.get("number", str(number)) if request.method == "POST" else str(number)
    if latest is not None and not latest.is_closed:
        if latest.mode == Round.Mode.LIVE:
            messages.info(request, "A live session is running. End it first; then another round can be opened.")
            return redirect("sme_review:live", panel.pk)
        if request.method == "POST":
            done = "planned" if latest.is_planned else "opened"
            messages.info(
                request, f"Round {latest.number} was {done} already by {latest.opened_by}. Nothing was done twice."
            )
        return redirect("sme_review:round", panel.pk)
    if panel.put_away_at or panel.state not in {Panel.State.DRAFT, Panel.State.CLOSED}:
        done = "This panel is put away" if panel.put_away_at else "The recommendation is sent"
        messages.info(request, f"{done}, so no round can be opened now.")
        return redirect("sme_review:panel", panel.pk)
    if number > panel.rounds_planned:
        page = {"panel": panel, "rounds": rounds_of(panel), "crumbs": crumbs(panel, "Rounds")}
        return render(request, "sme_review/all_rounds.html", page)
    if posted != str(number):
        messages.warning(
            request, f"The panel has moved on since you opened the page. This is the page for round {number}."
        )
        return redirect("sme_review:open_round", panel.pk)
    return None


def _open(request: SignedInRequest, panel: Panel, form: OpenRoundForm) -> HttpResponse | None:
    """Open or plan it; None with the reason on the form."""
    given = form.cleaned_data
    try:
        opened = rounds.open_round(
            by=request.user,
            panel=panel,
            entries=given.get("entries"),
            opens_at=given["opens_at"],
            due_date=given["due_date"],
            number=form.round_number,
        )
    except StaleVersionError as stale:
        messages.info(request, stale.message)
        return redirect("sme_review:round", panel.pk)
    except Problem as problem:
        form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        return None
    when = f"is planned. It opens on {moment_in_words(opened.opened_at)}" if opened.is_planned else "is open"
    messages.success(request, f"Round {opened.number} {when}. The personal links are on their way by mail.")
    return redirect("sme_review:round", panel.pk)


def _opening(
    request: SignedInRequest,
    panel: Panel,
    before: Round | None,
    form: OpenRoundForm,
    proposals: list[Candidate],
) -> dict[str, Any]:
    """What the page shows; `before` is the round before."""
    entries = [one.entry for one in proposals if one.has_sheet] if before else None
    ticked = {str(key) for key in form["entries"].value() or ()} if before else set()
    count = len(proposals) if before else certifications_of(panel).count()
    return {
        "panel": panel,
        "number": form.round_number,
        "before": before,
        "form": form,
        "missing": [(sentence, "") for sentence in why_not_open(panel, entries)],
        "warnings": opening_warnings(panel, entries),
        "candidates": show_candidates(proposals, ticked),
        "count": count,
        "panelists": panelists_of(request.user, panel),
        "minutes": minutes_for(count),
        "crumbs": crumbs(panel, f"Open round {form.round_number}"),
    }


@requires(SEE_PANELS)
def show_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has come how far, by stakeholder group: counts only, no values."""
    panel = find_panel(request, pk)
    latest = current_round(panel)
    if latest is None:
        raise Http404
    return _show(request, panel, latest, DueDateForm(panel=panel))


def _show(request: SignedInRequest, panel: Panel, latest: Round, form: DueDateForm) -> HttpResponse:
    people = list(panelists_of(request.user, panel))
    entries: list[Any] = list(rated_in(latest))
    context = {
        "panel": panel,
        "round": latest,
        "entries": entries,
        "without_reading": without_reading(latest, entries),
        "groups": progress_by_group(people),
        "submitted": sum(person.submitted_count for person in people),
        "expected": sum(person.assigned_count - person.recused_count for person in people),
        "unfinished": sum(person.begun_count > person.submitted_count for person in people),
        "waiting": waiting_by_group(panel) if latest.is_open else [],
        "mailed": sum(bool(person.invited_at and person.assigned_count) for person in people),
        "form": form,
        "crumbs": crumbs(panel, f"Round {latest.number}"),
        "may_manage": may_manage(request, panel),
    }
    return render(request, "sme_review/round.html", context)


def _round_of_page(request: SignedInRequest, pk: int) -> tuple[Round, RoundOnPageForm] | HttpResponse:
    """The latest round with what was posted about it, or the way back where the page was about another round."""
    latest = current_round(find_panel(request, pk))
    form = RoundOnPageForm(request.POST)
    if latest is not None and form.names(latest):
        return latest, form
    messages.warning(
        request, "The panel has moved on since you opened the page, so nothing was changed. Check where it stands now."
    )
    return redirect("sme_review:round" if latest else "sme_review:panel", pk)


@requires(MANAGE_PANELS)
@require_POST
def open_planned(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a planned round before its time."""
    answer = _round_of_page(request, pk)
    if isinstance(answer, HttpResponse):
        return answer
    latest, _ = answer
    try:
        opened = rounds.open_planned_round(by=request.user, round=latest)
        messages.success(request, f"Round {opened.number} is open.")
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("sme_review:panel", pk)
    return redirect("sme_review:round", pk)


@requires(MANAGE_PANELS)
@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the planning of a round back."""
    answer = _round_of_page(request, pk)
    if isinstance(answer, HttpResponse):
        return answer
    latest, form = answer
    try:
        rounds.take_back_round(by=request.user, round=latest, tell=form.cleaned_data["tell"])
        messages.success(request, f"The planned round {latest.number} is canceled.")
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("sme_review:round", pk)
    return redirect("sme_review:panel", pk)


@requires(MANAGE_PANELS)
def change_due_date(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give panelists more time; somebody who reloads the page with an error finds the round's page."""
    panel = find_panel(request, pk)
    latest = current_round(panel)
    if latest is None or request.method != "POST":
        return redirect("sme_review:round", pk)
    form = DueDateForm(request.POST, panel=panel)
    if form.is_valid():
        try:
            changed = rounds.change_due_date(by=request.user, panel=panel, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, f"Answers are now due {changed.due_date_in_words}.")
            return redirect("sme_review:round", pk)
    return _show(request, find_panel(request, pk), latest, form)


@requires(MANAGE_PANELS)
@require_POST
def close_round(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the open round, after a tick that says so."""
    answer = _round_of_page(request, pk)
    if isinstance(answer, HttpResponse):
        return answer
    if request.POST.get("sure") != "yes":
        messages.error(request, "Tick the box to say that the round should close. Nothing has changed.")
        return redirect("sme_review:round", pk)
    latest, _ = answer
    try:
        rounds.close_round(by=request.user, round=latest)
        messages.success(request, "The round is closed. Here is what the panel thinks.")
    except Problem as problem:
        messages.error(request, problem.message)
        if latest.is_planned:
            return redirect("sme_review:round", pk)
    return redirect("sme_review:results", pk)
