"""When results are due, and how long things are kept: for everybody to read."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.problems import Problem
from core.school_year import current, label
from data_collection.forms import WindowForm, take
from data_collection.permissions import EDIT_RETENTION, SEE_RETENTION, SEE_WINDOWS, SET_WINDOWS
from data_collection.selectors import windows
from data_collection.services.windows import set_window

_YEARS_AHEAD = 2
_FIRST_YEAR = 2014


@requires(SEE_WINDOWS)
def index(request: SignedInRequest) -> HttpResponse:
    """The dates of every school year."""
    dated = list(windows.windows())
    missing = [year for year in _offered() if year not in {window.school_year for window in dated}]
    context = {
        "windows": dated,
        "missing": missing,
        "current": current(),
        "may_set": request.user.has_perm(SET_WINDOWS),
    }
    return render(request, "data_collection/windows.html", context)


def _offered() -> range:
    return range(current(), current() + _YEARS_AHEAD)


@requires(SET_WINDOWS)
def edit(request: SignedInRequest, school_year: int) -> HttpResponse:
    """Set or change the dates of a school year."""
    if not _FIRST_YEAR <= school_year <= current() + _YEARS_AHEAD:
        raise Http404
    window = windows.window_of(school_year)
    initial = {name: getattr(window, name) for name in WindowForm.base_fields} if window else None
    form = WindowForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_window(by=request.user, school_year=school_year, **form.cleaned_data)
        except Problem as problem:
            take(form, problem)
        else:
            messages.success(request, f"You set the due dates for {label(school_year)}.")
            return redirect("data_collection:windows")
    crumbs = [("Due dates", reverse("data_collection:windows")), (label(school_year), "")]
    return render(request, "data_collection/edit_window.html", {"form": form, "year": school_year, "crumbs": crumbs})


@requires(SEE_RETENTION)
def retention(request: SignedInRequest) -> HttpResponse:
    """How long each type of record is kept, and under which law or rule."""
    context = {"rules": windows.retention_rules(), "may_edit": request.user.has_perm(EDIT_RETENTION)}
    return render(request, "data_collection/retention.html", context)
