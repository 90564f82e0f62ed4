"""What panelists see through their personal link. Reading changes nothing: mail scanners read too."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.services import audit
from core.access import personal_link
from core.personal_links import Closed, Opened, opener
from core.problems import Problem
from sme_review.forms.ratings import ConflictsForm
from sme_review.models import Panelist
from sme_review.presenters.packets.shown import show_outcomes
from sme_review.selectors.ballots import current_round, rounds_of
from sme_review.selectors.outcomes import outcomes_of
from sme_review.selectors.ratings import by_segment, panelist_by_secret, tasks_of
from sme_review.selectors.standards import standards_of
from sme_review.services.panelists import minutes_for
from sme_review.services.ratings import acting_as, declare_conflicts, submit_ratings

_TAKEN_OFF = "OCTE has since taken that certification off the panel, so there is nothing to step back from."
WHY = "a panelist's own link; the secret is checked against its hash"


def _look_up(_request: HttpRequest, secret: str) -> Opened | Closed:
    """A panel that was put away takes no answers any more."""
    panelist = panelist_by_secret(secret)
    if panelist is None:
        return Closed("sme_review/link/unknown.html", status=HTTPStatus.NOT_FOUND)
    if panelist.panel.put_away_at:
        return Closed("sme_review/link/ended.html", {"panel": panelist.panel})
    return Opened(panelist, audit.acting_as(acting_as(panelist)))


# Views are called with `(request, panelist, secret, ...)`.
for_panelist = opener(_look_up)


def shared(panelist: Panelist, secret: str) -> dict[str, Any]:
    """What every page of a panelist shows: the panel, the round and the tasks with their progress."""
    todo = tasks_of(panelist)
    return {
        "panelist": panelist,
        "panel": panelist.panel,
        "secret": secret,
        "round": current_round(panelist.panel),
        "is_open": todo.is_open,
        "todo": todo,
        "tasks": todo.tasks,
    }


@personal_link(WHY)
@for_panelist
def welcome(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """What this is about, by when, how long, and how answers are used."""
    context = shared(panelist, secret)
    todo = context["todo"]
    extra = {
        "minutes": minutes_for(todo.left or len(todo.assigned)),
        "outcomes": outcomes_of(panelist),
        "first_round": rounds_of(panelist.panel)[0] if context["round"] else None,
    }
    return render(request, "sme_review/link/welcome.html", {**context, **extra})


@personal_link(WHY)
@for_panelist
def conflicts(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """The conflict of interest question, for each certification."""
    context = shared(panelist, secret)
    declared = {task.entry.pk: task.conflict.reason for task in context["tasks"] if task.conflict}
    entries = [task.entry for task in context["tasks"]]
    form = ConflictsForm(request.POST or None, entries=entries, declared=declared)
    if request.POST.get("action") == "declare" and form.is_valid():
        try:
            declare_conflicts(panelist=panelist, reasons=form.reasons())
            for words in form.about_others():
                messages.warning(request, f'You also wrote "{words}". {_TAKEN_OFF}')
            in_round = context["round"]
            return redirect(f"sme_review:link_{'live' if in_round and in_round.is_live_session else 'ratings'}", secret)
        except Problem as problem:
            form.add_error(None, problem.message)
    rows = [[form[f"{part}_{entry.pk}"] for part in ("was", "conflict", "reason")] for entry in entries]
    return render(request, "sme_review/link/conflicts.html", {**context, "form": form, "rows": rows})


@personal_link(WHY)
@for_panelist
def standards(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """The program's technical standards by segment."""
    segments = by_segment(standards_of(panelist.panel))
    context = {"panelist": panelist, "panel": panelist.panel, "secret": secret, "segments": segments}
    return render(request, "sme_review/link/standards.html", context)


@personal_link(WHY)
@for_panelist
def rating_list(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """The certifications to rate, with how far each is."""
    return render(request, "sme_review/link/ratings.html", shared(panelist, secret))


@personal_link(WHY)
@for_panelist
def review(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """All answers on one page, and the button that submits them."""
    if request.POST.get("action") == "submit":
        try:
            count = submit_ratings(panelist=panelist)
        except Problem as problem:
            messages.error(request, problem.message)
            return redirect("sme_review:link_review", secret)
        if count:
            return redirect("sme_review:link_submitted", secret)
        messages.info(request, "There was nothing new to submit.")
        return redirect("sme_review:link_review", secret)
    return render(request, "sme_review/link/review.html", shared(panelist, secret))


@personal_link(WHY)
@for_panelist
def submitted(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """What was submitted, and what happens next."""
    return render(request, "sme_review/link/submitted.html", shared(panelist, secret))


@personal_link(WHY)
@for_panelist
def outcome(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """After the release: what the panel concluded, beside one's own answers, and what OCTE decided."""
    context = {"panelist": panelist, "panel": panelist.panel, "secret": secret}
    outcomes = show_outcomes(outcomes_of(panelist))
    return render(request, "sme_review/link/outcome.html", {**context, "outcomes": outcomes})
