"""Pages on which state staff review listings: which are due, and keeping or retiring one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.signed_in import SignedInRequest
from certifications.forms.listings import DueForm, KeepForm, RetireForm
from certifications.models import ProgramCertification
from certifications.permissions import EDIT_CATALOG, REVIEW_LISTINGS
from certifications.presenters.public import years_words
from certifications.selectors.listings import due_for_review, listings
from certifications.services.listings import keep_listing, restore_listing, retire_listing
from certifications.tables.catalog import DueTable
from certifications.views.catalog import CATALOG, PER_PAGE
from core import school_year
from core.access import requires
from core.lists.tables import show_table
from core.problems import Problem

DUE = ("Due for review", reverse_lazy("certifications:listings_due"))


@requires(REVIEW_LISTINGS)
@require_GET
def due(request: SignedInRequest) -> HttpResponse:
    """The listings to be reviewed, filtered and sorted by the address."""
    form = DueForm(request.GET)
    table = DueTable(due_for_review(**form.filters()))
    show_table(table, request, per_page=PER_PAGE)
    page = {"form": form, "table": table, "crumbs": [CATALOG, (DUE[0], "")]}
    return render(request, "certifications/listings/due.html", page)


def _listing(pk: int) -> ProgramCertification:
    return get_object_or_404(listings(), pk=pk)


def _page(
    request: SignedInRequest, listing: ProgramCertification, *, keep: forms.Form, retire: forms.Form
) -> HttpResponse:
    """The listing with what can be done about it; a form that was refused says why."""
    page: dict[str, Any] = {
        "listing": listing,
        "years": years_words(listing),
        "may_start_panel": request.user.has_perm(EDIT_CATALOG),
        "may_keep": listing.has_not_ended and listing.status == ProgramCertification.Status.APPROVED,
        "may_retire": listing.has_not_ended,
        "may_restore": listing.has_not_ended and listing.status == ProgramCertification.Status.RETIRED,
        "keep": keep,
        "retire": retire,
        "refused": next((form for form in (keep, retire) if form.is_bound), None),
        "crumbs": [CATALOG, DUE, (str(listing), "")],
    }
    return render(request, "certifications/listings/review.html", page)


@requires(REVIEW_LISTINGS)
@require_GET
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """One listing: start a panel, keep it, or retire it."""
    listing = _listing(pk)
    keep, retire = KeepForm(listing=listing, prefix="keep"), RetireForm(listing=listing, prefix="retire")
    return _page(request, listing, keep=keep, retire=retire)


@requires(REVIEW_LISTINGS)
@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep it without a panel."""
    listing = _listing(pk)
    form = KeepForm(request.POST, listing=listing, prefix="keep")
    if form.is_valid():
        try:
            row = keep_listing(by=request.user, listing=listing, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
            form.ask_again(_listing(pk))
        else:
            messages.success(
                request,
                f"The listing was kept. Its next review is due in {school_year.label(row.review_school_year or 0)}.",
            )
            return redirect("certifications:listing_review", pk)
    return _page(request, _listing(pk), keep=form, retire=RetireForm(listing=listing, prefix="retire"))


@requires(REVIEW_LISTINGS)
@require_POST
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    """Retire it after a last school year."""
    listing = _listing(pk)
    form = RetireForm(request.POST, listing=listing, prefix="retire")
    if form.is_valid():
        try:
            ended = retire_listing(by=request.user, listing=listing, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
            form.ask_again(_listing(pk))
        else:
            messages.success(
                request, f"Retired. Its last school year is {school_year.label(ended.last_school_year or 0)}."
            )
            return redirect("certifications:listing_review", pk)
    return _page(request, _listing(pk), keep=KeepForm(listing=listing, prefix="keep"), retire=form)


@requires(REVIEW_LISTINGS)
@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a retirement back."""
    listing = _listing(pk)
    try:
        restore_listing(by=request.user, listing=listing)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "The retirement was undone. The listing is approved as before.")
    return redirect("certifications:listing_review", pk)
