"""The public list: approved certifications for everybody, without signing in. The same answer for all, kept by caches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from certifications.forms.public import ListForm, YearForm
from certifications.presenters import public as words
from certifications.selectors import public as selectors
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
cached = cached_publicly(selectors.edition)


@dataclass(frozen=True)
class Columns:
    """What a download holds of each row: under headings in a table, by name in JSON."""

    headings: Sequence[str]
    row_of: Callable[[Any], list[Any]]
    serializer: Any


LISTINGS = Columns(words.HEADINGS, words.file_row, ListingSerializer)
CHANGES = Columns(words.CHANGE_HEADINGS, words.change_row, ChangeSerializer)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The links at the top of each public page; the page lies under one of them."""
    places = [(label, reverse(name)) for label, name in _PLACES]
    exact = [href for _, href in places if request.path == href]
    here = exact[0] if exact else reverse("certifications:approved")
    return {"navigation": [{"label": label, "href": href, "current": href == here} for label, href in places]}


@public(WHY)
@require_safe
@cached
def approved(request: HttpRequest) -> HttpResponse:
    """The approved certifications of a school year, searched, filtered and sorted by the address."""
    form = _form(request)
    asked, rows = form.asked(), _found(request, form)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [words.line(listing) for listing in page]
    shown = {
        "form": form,
        "year": asked["year"],
        "page": page,
        "lines": lines,
        "has_samples": any(line.listing.certification.is_sample for line in lines),
        "headings": list(words.headings(request.GET)),
        "pages": words.page_links(request.GET, page),
        "query": words.asked_again(request.GET),
    }
    return render(request, "certifications/public/approved.html", shown | frame(request))


def _found(request: HttpRequest, form: ListForm) -> Any:
    """The listings that match, sorted; nothing matches what is not offered."""
    found = selectors.find(**form.asked())
    return selectors.sort(found.none() if form.not_offered else found, request.GET.get("sort", ""))


def _form(request: HttpRequest) -> ListForm:
    years: Any = request.edition.years  # type: ignore[attr-defined]
    return ListForm(request.GET, years=years, programs=selectors.programs())


@public(WHY)
@require_safe
@cached
def download(request: HttpRequest, form: str) -> HttpResponse:
    """What the list shows, all pages of it, as a file."""
    form_asked = _form(request)
    asked, rows = form_asked.asked(), _found(request, form_asked)
    about = f"Approved certifications {school_year.label(asked['year'])}"
    return _file(form, f"approved-{asked['year']}", about, rows, LISTINGS)


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
    shown = selectors.program_with(cip_code)
    if shown is None:
        raise Http404
    current, ended = words.split_by_now(selectors.listings().filter(program=shown))
    page = {
        "program": shown,
        "current": current,
        "ended": ended,
        "has_samples": any(line.listing.certification.is_sample for line in (*current, *ended)),
        "crumbs": [APPROVED, (str(shown), "")],
    }
    return render(request, "certifications/public/program.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def certification(request: HttpRequest, code: str) -> HttpResponse:
    """One certification: who awards it, how it is scored, and the programs that list it."""
    shown = selectors.certification_with(code)
    if shown is None:
        raise Http404
    kin = selectors.kin_of(shown)
    current, ended = words.split_by_now(shown.listings.all())
    page = {
        "certification": shown,
        "replacement": next((each for each in kin if each.pk == shown.replaced_by_id), None),
        "replaces": [each for each in kin if each.replaced_by_id == shown.pk],
        "versions": [each for each in kin if each.name.casefold() == shown.name.casefold()],
        "current": current,
        "ended": ended,
        "crumbs": [APPROVED, (str(shown), "")],
    }
    return render(request, "certifications/public/certification.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def changes(request: HttpRequest) -> HttpResponse:
    """What changed from the school year before."""
    form = YearForm(request.GET, years=request.edition.years)  # type: ignore[attr-defined]
    year = form.asked()["year"]
    lines = [words.change_line(change) for change in selectors.changes(year)]
    page = {
        "form": form,
        "year": year,
        "groups": [(label, [line for line in lines if line.kind == kind]) for kind, label in words.KINDS.items()],
        "has_samples": any(line.listing.certification.is_sample for line in lines),
        "query": f"year={year}",
        "crumbs": [APPROVED, ("What changed", "")],
    }
    return render(request, "certifications/public/changes.html", page | frame(request))


@public(WHY)
@require_safe
@cached
def changes_download(request: HttpRequest, form: str) -> HttpResponse:
    """What changed, as a file."""
    year = YearForm(request.GET, years=request.edition.years).asked()["year"]  # type: ignore[attr-defined]
    title = f"Changes for {school_year.label(year)}"
    rows = selectors.changes(year)
    return _file(form, f"changes-{year}", title, rows, CHANGES)
