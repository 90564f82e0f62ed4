"""The live session as one panelist follows it on a phone. What was typed stays on the page, whatever happens
outside.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.access import personal_link
from core.hidden_fields import hidden_number
from core.problems import Problem
from sme_review.forms.ratings import RatingForm
from sme_review.models import PanelCertification, Panelist, Rating
from sme_review.selectors.live import Scene, Stage, pulse_of_link, stage_of
from sme_review.selectors.live_spread import before, others_answers
from sme_review.selectors.ratings import answers_of
from sme_review.services import ratings
from sme_review.validators import Answers
from sme_review.views.link import WHY, for_panelist
from sme_review.views.ratings import not_rated

_LATE = 409
# How often a page asks for the pulse, in milliseconds (docs/adr/0009); a change is to be seen within four seconds.
PANELIST_PULSE = 2500
# How long after the last key a draft is saved, in milliseconds: long enough that a room of raters does not keep the
# server busy.
PANELIST_KEEP = 6000


@personal_link(WHY)
@require_safe
def pulse(request: HttpRequest, secret: str) -> HttpResponse:
    """A few bytes that change when the page should be brought anew; `PulseMiddleware` answers most of them earlier."""
    mark = pulse_of_link(secret)
    # The length is said here, because the short cut leaves out the middleware that would; it keeps the connection open.
    headers = {"Cache-Control": "no-store", "Content-Length": str(len(mark or ""))}
    return HttpResponse(mark or "", content_type="text/plain", status=200 if mark else 404, headers=headers)


@personal_link(WHY)
@for_panelist
def live(request: HttpRequest, panelist: Panelist, secret: str) -> HttpResponse:
    """What is on the screen now: wait, rate, closed, or the spread."""
    stage = stage_of(panelist)
    return _show(request, panelist, secret, stage, form=_form(stage))


def _form(stage: Stage, typed: Any = None) -> RatingForm:
    """The questions with what was saved; in round 2 with one's own first answers to start from."""
    begun = stage.rating or stage.earlier
    in_round = stage.ballot.round if stage.ballot else None
    return RatingForm(typed, saved=answers_of(begun) if begun else Answers(), in_round=in_round)


def _show(
    request: HttpRequest,
    panelist: Panelist,
    secret: str,
    stage: Stage,
    *,
    form: RatingForm,
    late: str = "",
    is_saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    ballot = stage.ballot
    context = {
        "panelist": panelist,
        "panel": panelist.panel,
        "secret": secret,
        "stage": stage,
        "every": PANELIST_PULSE,
        "keep_every": PANELIST_KEEP,
        "form": form,
        "late": late,
        "is_saved": is_saved,
        "others": others_answers(ballot, viewer=panelist),
        "before": before(None if stage.scene is Scene.REVEALED else ballot, viewer=panelist),
    }
    follows = "X-Follow" in request.headers
    template = "sme_review/link/_live.html" if follows else "sme_review/link/live.html"
    return render(request, template, context, status=status)


@personal_link(WHY)
@for_panelist
def rate(request: HttpRequest, panelist: Panelist, secret: str, entry_pk: int) -> HttpResponse:
    """Submit one certification, save it as a draft, or take it back to change it."""
    action = request.POST.get("action")
    stage = stage_of(panelist, entry_pk=entry_pk)
    quietly = "X-Autosave" in request.headers and request.method == "POST"
    sends = quietly or action in {"submit", "save"}
    if stage.entry is None or (sends and stage.scene is Scene.RECUSED):
        return not_rated(request, panelist, secret, stage.entry)
    if action == "change":
        return _change(request, panelist, secret, stage.entry)
    if not sends:
        return redirect("sme_review:link_live", secret)
    form = _form(stage, request.POST)
    form.is_valid()
    if quietly:
        return _keep_quietly(request, panelist, stage.entry, form, stage)
    try:
        return _keep(request, panelist, secret, stage.entry, form)
    except Problem as problem:
        return _refused(request, panelist, secret, stage, form, why=problem)


def _refused(
    request: HttpRequest, panelist: Panelist, secret: str, stage: Stage, form: RatingForm, *, why: Problem
) -> HttpResponse:
    """The page again with what was typed and why nothing was saved."""
    late = why.message if isinstance(why, ratings.RoundClosedError) else ""
    if not late:
        form.add_error(None, why.message)
    status = _LATE if late or isinstance(why, ratings.OtherOpeningError) else 200
    return _show(request, panelist, secret, stage, form=form, late=late, status=status)


def _keep(
    request: HttpRequest, panelist: Panelist, secret: str, entry: PanelCertification, form: RatingForm
) -> HttpResponse:
    """Save what can be saved; submit it when the button says so and nothing is missing or wrong.

    Raises:
        Problem: it is closed, was opened again since, or was saved elsewhere.
    """
    valid = not form.errors
    rating = _write(request, panelist, entry, form)
    if request.POST.get("action") == "submit" and not form.ask_for_the_rest() and valid:
        count = ratings.submit_ratings(panelist=panelist, panel_certification=entry)
        return _submitted(request, secret, entry, is_in=count > 0 or rating.state != Rating.State.DRAFT)
    if form.errors:
        return _show(request, panelist, secret, stage_of(panelist, entry_pk=entry.pk), form=form, is_saved=True)
    messages.success(request, "Your draft is saved. It counts when you submit it.")
    return redirect("sme_review:link_live", secret)


def _write(request: HttpRequest, panelist: Panelist, entry: PanelCertification, form: RatingForm) -> Rating:
    return ratings.save_rating(
        panelist=panelist,
        panel_certification=entry,
        answers=form.answers(),
        version=hidden_number(request, "version") or 0,
        ballot=hidden_number(request, "ballot") or 0,
        material=hidden_number(request, "material"),
    )


def _keep_quietly(
    request: HttpRequest, panelist: Panelist, entry: PanelCertification, form: RatingForm, stage: Stage
) -> HttpResponse:
    """Keep a draft while somebody types; it does not count until it is submitted."""
    try:
        rating = _write(request, panelist, entry, form)
    except Problem as problem:
        return JsonResponse({"message": problem.message}, status=_LATE)
    answer = {"message": "Draft saved. Press Submit when you are done.", "version": rating.version}
    return JsonResponse({**answer, "mark": stage.after(rating).mark})


def _submitted(request: HttpRequest, secret: str, entry: PanelCertification, *, is_in: bool) -> HttpResponse:
    """Say that it is in, or what the panel still asks for: the worksheet has a page of its own."""
    if not is_in:
        messages.warning(
            request, "Your answers are saved, but this panel asks for the worksheet too. Fill it in below."
        )
        return redirect("sme_review:link_rate", secret, entry.pk)
    messages.success(request, f"Your rating of {entry} is in.")
    return redirect("sme_review:link_live", secret)


def _change(request: HttpRequest, panelist: Panelist, secret: str, entry: PanelCertification) -> HttpResponse:
    try:
        ratings.reopen_rating(panelist=panelist, panel_certification=entry)
        messages.info(request, "You can change this rating now. It does not count until you submit it again.")
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("sme_review:link_live", secret)
