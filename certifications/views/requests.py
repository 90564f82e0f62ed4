"""Pages of requests for certifications that are not listed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET

from accounts.signed_in import SignedInRequest
from certifications.filters.catalog import RequestFilter
from certifications.forms.catalog import AnswerForm, RequestForm
from certifications.models import CertificationRequest
from certifications.permissions import ANSWER_REQUEST, SEE_REQUESTS, SEND_REQUEST
from certifications.selectors.requests import requests_visible_to
from certifications.services import requests as services
from certifications.tables.catalog import RequestTable
from certifications.views.catalog import CATALOG, PER_PAGE
from core.access import requires
from core.lists.tables import show_table
from core.problems import MoveNotAllowedError, Problem

REQUESTS = ("Requests", reverse_lazy("certifications:requests"))


@requires(SEE_REQUESTS)
@require_GET
def requests(request: SignedInRequest) -> HttpResponse:
    """The requests in reach."""
    found = RequestFilter(request.GET, queryset=requests_visible_to(request.user))
    table = RequestTable(found.qs)
    show_table(table, request, per_page=PER_PAGE)
    page = {"filter": found, "table": table, "may_ask": request.user.has_perm(SEND_REQUEST)}
    return render(request, "certifications/requests/list.html", page | {"crumbs": [CATALOG, ("Requests", "")]})


@requires(SEE_REQUESTS)
@require_GET
def request_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One request and its answer; consultants answer it here."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    return _show(request, shown, AnswerForm(instance=shown))


def _show(request: SignedInRequest, shown: CertificationRequest, form: AnswerForm) -> HttpResponse:
    may_answer = shown.state == CertificationRequest.State.OPEN and request.user.has_perm(ANSWER_REQUEST)
    page = {"asked": shown, "form": form if may_answer else None, "crumbs": [CATALOG, REQUESTS, (shown.name, "")]}
    return render(request, "certifications/requests/request.html", page)


@requires(SEND_REQUEST)
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask for a certification that is not listed."""
    form = RequestForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.ask(by=request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "Your request was sent to OCTE. You get a mail when it is answered.")
            return redirect("certifications:request", asked.pk)
    page = {"form": form, "crumbs": [CATALOG, REQUESTS, ("Ask", "")]}
    return render(request, "certifications/requests/ask.html", page)


@requires(ANSWER_REQUEST)
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer or decline."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method != "POST":
        return redirect("certifications:request", pk)
    if form.is_valid():
        try:
            services.answer(by=request.user, request=shown, **form.cleaned_data)
        except MoveNotAllowedError as problem:
            messages.warning(request, problem.message)
        else:
            messages.success(request, f"Answered. {shown.asked_by} gets a mail.")
        return redirect("certifications:request", pk)
    return _show(request, shown, form)
