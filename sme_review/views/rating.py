"""One certification as one panelist rates it. Whatever was typed stays on the page, right or wrong, early or late."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from octe_certs.access import personal_link
from octe_certs.problems import Problem, StaleVersionError
from sme_review.forms.ratings import RatingForm
from sme_review.models import Panelist, Rating
from sme_review.selectors.ratings import Progress, Task, answers_of
from sme_review.services import ratings as writing
from sme_review.validators import Answers
from sme_review.views.link import WHY, for_panelist, shared

_UNDONE = {Progress.NOT_STARTED, Progress.UNFINISHED}
_LATE = 409
_WHOLE = re.compile(r"[0-9]{1,9}")


@personal_link(WHY)
@for_panelist
def rate(request: HttpRequest, panelist: Panelist, secret: str, entry_pk: int) -> HttpResponse:
    """The information sheet and the three questions."""
    context = shared(panelist, secret)
    task = _find(context["tasks"], entry_pk)
    if task.conflict:
        messages.info(request, f"You stepped back from {task.entry}, so you do not rate it.")
        return redirect("sme_review:link_ratings", secret)
    saved = answers_of(task.rating) if task.rating else Answers()
    typed = request.POST if request.POST.get("action") in {"save", "next"} else None
    form = RatingForm(typed, saved=saved)
    context |= {"task": task, "form": form, "version": task.rating.version if task.rating else 0}
    if typed is not None:
        return _save(request, panelist, context)
    return render(request, "sme_review/link/rate.html", {**context, "read_only": _read_only(context)})


def _find(tasks: list[Task], entry_pk: int) -> Task:
    for task in tasks:
        if task.entry.pk == entry_pk:
            return task
    raise Http404


def _read_only(context: dict[str, Any]) -> bool:
    rating = context["task"].rating
    return not context["task"].is_open or (rating is not None and rating.state in Rating.COUNTED)


def _save(request: HttpRequest, panelist: Panelist, context: dict[str, Any]) -> HttpResponse:
    """Keep what can be kept; go on only when the button says so and nothing is missing."""
    form, entry = context["form"], context["task"].entry
    valid = form.is_valid()
    try:
        rating = writing.save_rating(
            panelist=panelist,
            panel_certification=entry,
            answers=form.answers(),
            version=_number(request, "version"),
            material=_number(request, "material") or None,
        )
    except writing.RoundClosedError as problem:
        return render(request, "sme_review/link/rate.html", {**context, "late": problem.message}, status=_LATE)
    except (StaleVersionError, Problem) as problem:
        form.add_error(None, problem.message)
        return render(request, "sme_review/link/rate.html", context)
    context["version"] = rating.version
    goes_on = request.POST["action"] == "next"
    if goes_on and form.ask_for_the_rest():
        valid = False
    if not valid:
        context["kept"] = True
        return render(request, "sme_review/link/rate.html", context)
    messages.success(request, f"Saved your answers on {entry}.")
    return _go_on(context) if goes_on else redirect("sme_review:link_rate", context["secret"], entry.pk)


def _number(request: HttpRequest, name: str) -> int:
    """A hidden whole number of the page; 0 for anything else."""
    given = request.POST.get(name, "")
    return int(given) if _WHOLE.fullmatch(given) else 0


def _go_on(context: dict[str, Any]) -> HttpResponse:
    """To the next certification that needs answers, after this one first; to the review when there is none."""
    tasks, here = context["tasks"], context["task"]
    at = tasks.index(here)
    for task in [*tasks[at + 1 :], *tasks[:at]]:
        if task.progress in _UNDONE:
            return redirect("sme_review:link_rate", context["secret"], task.entry.pk)
    return redirect("sme_review:link_review", context["secret"])


@personal_link(WHY)
@for_panelist
def change(request: HttpRequest, panelist: Panelist, secret: str, entry_pk: int) -> HttpResponse:
    """Take back one submitted rating so that it can be changed while the round is open."""
    task = _find(shared(panelist, secret)["tasks"], entry_pk)
    if request.POST.get("action") == "change":
        try:
            writing.reopen_rating(panelist=panelist, panel_certification=task.entry)
            messages.info(request, "You can change this rating now. It does not count until you submit it again.")
        except Problem as problem:
            messages.error(request, problem.message)
    return redirect("sme_review:link_rate", secret, entry_pk)
