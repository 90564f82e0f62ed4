"""One certification as one panelist rates it. Whatever was typed stays on the page, right or wrong, early or late."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from core.access import personal_link
from core.hidden_fields import hidden_number
from core.problems import Problem, StaleVersionError
from sme_review.forms.ratings import RatingForm
from sme_review.forms.worksheet import WORKSHEET_BUTTONS, pressed, share_in_words
from sme_review.models import PanelCertification, Panelist, Rating
from sme_review.selectors.live_spread import before, others_answers
from sme_review.selectors.ratings import Task, answers_of
from sme_review.selectors.worksheets import marks_of
from sme_review.services import ratings
from sme_review.validators import Answers
from sme_review.views.link import WHY, for_panelist, shared

_PAGE = "sme_review/link/rate.html"
_LATE = 409
_TAKEN_OFF = (
    "OCTE has taken this certification off the panel since you opened the page, so nobody rates it any more. What you "
    "typed was not saved."
)
_STEPPED_BACK = (
    "You declared a conflict of interest for this certification since you opened the page, so you do not rate it. What "
    "you typed was not saved."
)


@personal_link(WHY)
@for_panelist
def rate(request: HttpRequest, panelist: Panelist, secret: str, entry_pk: int) -> HttpResponse:
    """The information sheet, the worksheet and the three questions; in round 2 beside what was answered in round 1."""
    context = shared(panelist, secret)
    task = context["todo"].of(entry_pk)
    if task is None or task.conflict:
        return not_rated(request, panelist, secret, task.entry if task else None)
    typed = _typed(request, task)
    context |= {
        "task": task,
        "next_task": context["todo"].after(task),
        "form": _form(task, typed),
        "version": task.rating.version if task.rating else 0,
        "before": before(task.ballot, viewer=panelist),
        "others": others_answers(task.ballot, viewer=panelist),
    }
    if typed is None:
        return render(request, _PAGE, {**context, "read_only": task.read_only})
    if "X-Autosave" in request.headers:
        return _save_quietly(request, panelist, context)
    return _save(request, panelist, context)


def not_rated(request: HttpRequest, panelist: Panelist, secret: str, entry: PanelCertification | None) -> HttpResponse:
    """A certification that the panelist does not rate any more; what was typed on an older page is given back.

    Args:
        entry: the one the panelist stepped back from; None where it is not on the panel.

    Raises:
        Http404: it is not on the panel, and nothing was typed.
    """
    typed = RatingForm(request.POST, saved=Answers()).in_words()
    if not typed and entry is None:
        raise Http404
    if not typed:
        messages.info(request, f"You stepped back from {entry}, so you do not rate it.")
        return redirect("sme_review:link_ratings", secret)
    why = _STEPPED_BACK if entry else _TAKEN_OFF
    if "X-Autosave" in request.headers:
        return JsonResponse({"message": why}, status=_LATE)
    page = {"panelist": panelist, "panel": panelist.panel, "secret": secret, "why": why, "typed": typed}
    return render(request, "sme_review/link/given_back.html", page, status=_LATE)


def _typed(request: HttpRequest, task: Task) -> QueryDict | None:
    """What was typed, if a button or the page itself sends it; a scanner of mail that posts sends neither."""
    saves = request.POST.get("action") in {"save", "next", *WORKSHEET_BUTTONS} or "X-Autosave" in request.headers
    return pressed(request.POST, task.sheet) if request.method == "POST" and saves else None


def _form(task: Task, typed: QueryDict | None) -> RatingForm:
    """The questions with what was saved; in round 2 with one's own first answers to start from."""
    saved = answers_of(task.first_answers) if task.first_answers else Answers()
    marks = marks_of(task.first_answers) if task.first_answers and task.sheet else {}
    in_round = task.ballot.round if task.ballot else None
    return RatingForm(typed, saved=saved, sheet=task.sheet, marks=marks, in_round=in_round)


def _keep(request: HttpRequest, panelist: Panelist, context: dict[str, Any]) -> Rating:
    """Keep what can be kept of a checked form.

    Raises:
        Problem: it is closed, stands in another round by now, is submitted, or was saved elsewhere since.
    """
    form: RatingForm = context["form"]
    return ratings.save_rating(
        panelist=panelist,
        panel_certification=context["task"].entry,
        answers=form.answers(),
        version=hidden_number(request, "version") or 0,
        ballot=hidden_number(request, "ballot") or 0,
        marks=form.marks(),
        material=hidden_number(request, "material"),
    )


def _save_quietly(request: HttpRequest, panelist: Panelist, context: dict[str, Any]) -> HttpResponse:
    """Keep a draft while somebody types."""
    form, task = context["form"], context["task"]
    form.is_valid()
    try:
        rating = _keep(request, panelist, context)
    except Problem as problem:
        return JsonResponse({"message": problem.message}, status=_LATE)
    wrong = [message for errors in form.errors.values() for message in errors]
    parts = {"share": share_in_words(task.sheet, form.marks() or {})} if task.sheet else {}
    answer = {"message": " ".join(["Draft saved.", *wrong]), "version": rating.version, "parts": parts}
    return JsonResponse(answer)


def _save(request: HttpRequest, panelist: Panelist, context: dict[str, Any]) -> HttpResponse:
    """Keep what can be kept; go on only when the button says so and nothing is missing."""
    form, entry = context["form"], context["task"].entry
    valid = form.is_valid()
    try:
        rating = _keep(request, panelist, context)
    except ratings.OtherOpeningError as problem:
        form.add_error(None, problem.message)
        return render(request, _PAGE, context, status=_LATE)
    except ratings.RoundClosedError as problem:
        return render(request, _PAGE, {**context, "late": problem.message}, status=_LATE)
    except (StaleVersionError, Problem) as problem:
        form.add_error(None, problem.message)
        return render(request, _PAGE, context)
    context["version"] = rating.version
    action = request.POST["action"]
    if (action == "next" and form.ask_for_the_rest()) or (action == "use" and form.lacks_marks()) or not valid:
        return render(request, _PAGE, {**context, "is_saved": True})
    messages.success(request, f"Saved your answers on {entry}.")
    return _go_on(context) if action == "next" else _stay(context, action)


def _stay(context: dict[str, Any], action: str) -> HttpResponse:
    """The same page, at the part that the button belongs to."""
    part = {"use": "#id_proportion", "rest": "#id_worksheet", "clear": "#id_worksheet"}.get(action, "")
    return redirect(reverse("sme_review:link_rate", args=[context["secret"], context["task"].entry.pk]) + part)


def _go_on(context: dict[str, Any]) -> HttpResponse:
    """To the next certification that needs answers, those further down first; to the review when there is none."""
    if context["next_task"]:
        return redirect("sme_review:link_rate", context["secret"], context["next_task"].entry.pk)
    return redirect("sme_review:link_review", context["secret"])


@personal_link(WHY)
@for_panelist
def change(request: HttpRequest, panelist: Panelist, secret: str, entry_pk: int) -> HttpResponse:
    """Take back one submitted rating so that it can be changed while the round is open."""
    task = shared(panelist, secret)["todo"].of(entry_pk)
    if task is None:
        raise Http404
    if request.POST.get("action") == "change":
        try:
            ratings.reopen_rating(panelist=panelist, panel_certification=task.entry)
            messages.info(request, "You can change this rating now. It does not count until you submit it again.")
        except Problem as problem:
            messages.error(request, problem.message)
    return redirect("sme_review:link_rate", secret, entry_pk)
