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
from certifications.selectors.listing_requests import listing_requests_visible_to
from certifications.services.listing_requests import answer_listing_request, send_listing_request
from certifications.tables.catalog import RequestTable
from certifications.views.catalog import CATALOG, PER_PAGE
from core.access import requires
from core.lists.tables import show_table
from core.problems import MoveNotAllowedError, Problem

REQUESTS = ("Requests", reverse_lazy("certifications:requests"))


@requires(SEE_REQUESTS)
@require_GET
def show_all(request: SignedInRequest) -> HttpResponse:
    """The requests in reach."""
    matches = RequestFilter(request.GET, queryset=listing_requests_visible_to(request.user))
    table = RequestTable(matches.qs)
    show_table(table, request, per_page=PER_PAGE)
    page = {"filter": matches, "table": table, "may_ask": request.user.has_perm(SEND_REQUEST)}
    return render(request, "certifications/listing_requests/list.html", page | {"crumbs": [CATALOG, ("Requests", "")]})


@requires(SEE_REQUESTS)
@require_GET
def show_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """One request and its answer; consultants answer it here."""
    listing_request = get_object_or_404(listing_requests_visible_to(request.user), pk=pk)
    return _show(request, listing_request, AnswerForm(instance=listing_request))


def _show(request: SignedInRequest, listing_request: CertificationRequest, form: AnswerForm) -> HttpResponse:
    may_answer = listing_request.state == CertificationRequest.State.OPEN and request.user.has_perm(ANSWER_REQUEST)
    page = {
        "listing_request": listing_request,
        "form": form if may_answer else None,
        "crumbs": [CATALOG, REQUESTS, (listing_request.name, "")],
    }
    return render(request, "certifications/listing_requests/one.html", page)


@requires(SEND_REQUEST)
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask for a certification that is not listed."""
    form = RequestForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            listing_request = send_listing_request(by=request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "Your request was sent to OCTE. You will get an e-mail when it is answered.")
            return redirect("certifications:request", listing_request.pk)
    page = {"form": form, "crumbs": [CATALOG, REQUESTS, ("Ask", "")]}
    return render(request, "certifications/listing_requests/ask.html", page)


@requires(ANSWER_REQUEST)
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer or decline."""
    listing_request = get_object_or_404(listing_requests_visible_to(request.user), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method != "POST":
        return redirect("certifications:request", pk)
    if form.is_valid():
        try:
            answer_listing_request(by=request.user, listing_request=listing_request, **form.cleaned_data)
        except MoveNotAllowedError as problem:
            messages.warning(request, problem.message)
        else:
            messages.success(request, f"Answered. {listing_request.asked_by} will get an e-mail.")
        return redirect("certifications:request", pk)
    return _show(request, listing_request, form)
