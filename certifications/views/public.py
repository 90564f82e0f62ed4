"""The public list: approved certifications for everybody, without signing in. The same answer for all, kept by
caches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from certifications.forms.public import ListForm, YearForm
from certifications.presenters.public import (
    CHANGE_HEADINGS,
    HEADINGS,
    KINDS,
    change_line,
    change_row,
    file_row,
    headings,
    line,
    page_links,
    query_of_all_pages,
    split_by_now,
)
from certifications.selectors.public import (
    certification_with,
    changes,
    edition,
    find,
    kin_of,
    listings,
    program_with,
    programs,
    sort,
)
from certifications.serializers import ChangeSerializer, ListingSerializer
from core import school_year
from core.access import public
from core.files.csv_files import csv_response
from core.files.xlsx_files import Sheet, xlsx_response
from core.public_pages import cached_publicly

PER_PAGE = 50
WHY = "which certifications are approved is public"
APPROVED = ("Approved certifications", reverse_lazy("certifications:approved"))
_PLACES = (
    ("Approved certifications", "certifications:approved"),
    ("What changed", "certifications:approved_changes"),
    ("Data for programmers", "certifications:api_help"),
    ("Sign in", "account_login"),
)
cached = cached_publicly(edition)


@dataclass(frozen=True)
class Columns:
    """What a download holds of each row: under headings in a table, by name in JSON."""

    headings: Sequence[str]
    row_of: Callable[[Any], list[Any]]
    serializer: Any


LISTINGS = Columns(HEADINGS, file_row, ListingSerializer)
CHANGES = Columns(CHANGE_HEADINGS, change_row, ChangeSerializer)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The links at the top of each public page; the page lies under one of them."""
    places = [(label, reverse(name)) for label, name in _PLACES]
    exact = [href for _, href in places if request.path == href]
    current = exact[0] if exact else reverse("certifications:approved")
    return {"navigation": [{"label": label, "href": href, "current": href == current} for label, href in places]}


@public(WHY)
@require_safe
@cached
def approved(request: HttpRequest) -> HttpResponse:
    """The approved certifications of a school year, searched, filtered and sorted by the address."""
    form = _form(request)
    filters, rows = form.filters(), _matches(request, form)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [line(listing) for listing in page]
    context = {
        "form": form,
        "year": filters["year"],
        "page": page,
        "lines": lines,
        "has_samples": any(each.listing.certification.is_sample for each in lines),
        "headings": list(headings(request.GET)),
        "pages": page_links(request.GET, page),
        "query": query_of_all_pages(request.GET),
    }
    return render(request, "certifications/public/approved.html", context | frame(request))


def _matches(request: HttpRequest, form: ListForm) -> Any:
    """The listings that match, sorted; nothing matches what is not offered."""
    matches = find(**form.filters())
    return sort(matches.none() if form.not_offered else matches, request.GET.get("sort", ""))


def _form(request: HttpRequest) -> ListForm:
    years: Any = request.edition.years  # type: ignore[attr-defined]
    return ListForm(request.GET, years=years, programs=programs())


@public(WHY)
@require_safe
@cached
def download(request: HttpRequest, form: str) -> HttpResponse:
    """What the list shows, all pages of it, as a file."""
    chosen = _form(request)
    filters, rows = chosen.filters(), _matches(request, chosen)
    about = f"Approved certifications {school_year.label(filters['year'])}"
    return _file(form, f"approved-{filters['year']}", about, rows, LISTINGS)


def _file(form: str, name: str, title: str, rows: Any, columns: Columns) -> HttpResponse:
    """The rows in the form that the address ends with.

    Raises:
        Http404: no such form.
    """
    if form == "csv":
        return csv_response(name=f"{name}.csv", headings=columns.headings, rows=map(columns.row_of, rows))
    if form == "xlsx":
        return xlsx_response(name=f"{name}.xlsx", sheets=[Sheet(title, columns.headings, map(columns.row_of, rows))])
    if form != "json":
        raise Http404
    results = columns.serializer(rows, many=True).data
    response = JsonResponse({"title": title, "count": len(results), "results": results})
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@public(WHY)
@require_safe
@cached
def program(request: HttpRequest, cip_code: str) -> HttpResponse:
    """One program: its certifications in force or to come, and those that ended."""
    row = program_with(cip_code)
    if row is None:
        raise Http404
    current, ended = split_by_now(listings().filter(program=row))
    page = {
        "program": row,
        "current": current,
        "ended": ended,
        "has_samples": any(each.listing.certification.is_sample for each in (*current, *ended)),
        "crumbs": [APPROVED, (str(row), "")],
    }
    return render(request, "certifications/public/program.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def certification(request: HttpRequest, code: str) -> HttpResponse:
    """One certification: who awards it, how it is scored, and the programs that list it."""
    row = certification_with(code)
    if row is None:
        raise Http404
    kin = kin_of(row)
    current, ended = split_by_now(row.listings.all())
    page = {
        "certification": row,
        "replacement": next((each for each in kin if each.pk == row.replaced_by_id), None),
        "replaces": [each for each in kin if each.replaced_by_id == row.pk],
        "versions": [each for each in kin if each.name.casefold() == row.name.casefold()],
        "current": current,
        "ended": ended,
        "crumbs": [APPROVED, (str(row), "")],
    }
    return render(request, "certifications/public/certification.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def show_changes(request: HttpRequest) -> HttpResponse:
    """What changed from the school year before."""
    form = YearForm(request.GET, years=request.edition.years)  # type: ignore[attr-defined]
    year = form.filters()["year"]
    lines = [change_line(change) for change in changes(year)]
    page = {
        "form": form,
        "year": year,
        "groups": [(label, [each for each in lines if each.kind == kind]) for kind, label in KINDS.items()],
        "has_samples": any(each.listing.certification.is_sample for each in lines),
        "query": f"year={year}",
        "crumbs": [APPROVED, ("What changed", "")],
    }
    return render(request, "certifications/public/changes.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def changes_download(request: HttpRequest, form: str) -> HttpResponse:
    """What changed, as a file."""
    year = YearForm(request.GET, years=request.edition.years).filters()["year"]  # type: ignore[attr-defined]
    title = f"Changes for {school_year.label(year)}"
    rows = changes(year)
    return _file(form, f"changes-{year}", title, rows, CHANGES)
