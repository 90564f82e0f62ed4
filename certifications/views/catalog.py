"""Pages of the catalog that everybody of a state or district role reads."""

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import SEE_AUDIT_TRAIL
from accounts.signed_in import SignedInRequest
from certifications.filters.catalog import CertificationFilter, EntityFilter, ProgramFilter
from certifications.permissions import EDIT_CATALOG, REVIEW_LISTINGS, SEE_CATALOG
from certifications.selectors import catalog
from certifications.tables.catalog import CertificationTable, EntityTable, ProgramTable
from certifications.tables.records import csv_rows
from core.access import requires
from core.lists.tables import show_table

PER_PAGE = 50
CATALOG = ("Catalog", reverse_lazy("certifications:catalog"))
PROGRAMS = ("Programs", reverse_lazy("certifications:programs"))
ENTITIES = ("Awarding entities", reverse_lazy("certifications:entities"))


def rights(request: SignedInRequest) -> dict[str, bool]:
    """What the page may offer to this person."""
    return {
        "may_edit": request.user.has_perm(EDIT_CATALOG),
        "may_review": request.user.has_perm(REVIEW_LISTINGS),
        "may_see_audit": request.user.has_perm(SEE_AUDIT_TRAIL),
    }


def _list(request: SignedInRequest, matches: Any, table: Any, template: str) -> HttpResponse:
    show_table(table, request, per_page=PER_PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    page = {"filter": matches, "table": table, "query": query.urlencode(), "crumbs": [CATALOG, (table.caption, "")]}
    return render(request, template, page | rights(request))


@requires(SEE_CATALOG)
@require_GET
def certifications(request: SignedInRequest) -> HttpResponse:
    """All certifications, filtered and sorted by the address."""
    matches = CertificationFilter(request.GET, queryset=catalog.certifications())
    return _list(request, matches, CertificationTable(matches.qs), "certifications/catalog/certifications.html")


@requires(SEE_CATALOG)
@require_GET
def download(request: SignedInRequest) -> HttpResponse:
    """The list as CSV: what is shown, with its filters and its order, all pages of it."""
    table = CertificationTable(CertificationFilter(request.GET, queryset=catalog.certifications()).qs)
    show_table(table, request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="certifications.csv"'
    csv.writer(response).writerows(csv_rows(table))
    return response


@requires(SEE_CATALOG)
@require_GET
def certification(request: SignedInRequest, pk: int) -> HttpResponse:
    """One certification: all facts, parts, other names and listings."""
    row = get_object_or_404(catalog.certification_page(catalog.certifications()), pk=pk)
    page = {"certification": row, "crumbs": [CATALOG, (str(row), "")]}
    return render(request, "certifications/catalog/certification.html", page | rights(request))


@requires(SEE_CATALOG)
@require_GET
def programs(request: SignedInRequest) -> HttpResponse:
    """All programs."""
    matches = ProgramFilter(request.GET, queryset=catalog.programs())
    return _list(request, matches, ProgramTable(matches.qs), "certifications/catalog/programs.html")


@requires(SEE_CATALOG)
@require_GET
def program(request: SignedInRequest, cip_code: str) -> HttpResponse:
    """One program: its technical standards by segment and its listings by period."""
    row = get_object_or_404(catalog.programs(), cip_code=cip_code)
    page = {
        "program": row,
        "versions": catalog.standards_by_segment(row),
        "listings": catalog.listings_of(row),
        "crumbs": [CATALOG, PROGRAMS, (str(row), "")],
    }
    return render(request, "certifications/catalog/program.html", page | rights(request))


@requires(SEE_CATALOG)
@require_GET
def entities(request: SignedInRequest) -> HttpResponse:
    """All awarding entities."""
    matches = EntityFilter(request.GET, queryset=catalog.entities())
    return _list(request, matches, EntityTable(matches.qs), "certifications/catalog/entities.html")


@requires(SEE_CATALOG)
@require_GET
def entity(request: SignedInRequest, code: str) -> HttpResponse:
    """One awarding entity and its certifications."""
    row = get_object_or_404(catalog.entities(), code=code)
    table = CertificationTable(catalog.certifications().filter(entity=row), exclude=("entity",))
    show_table(table, request, per_page=PER_PAGE)
    page = {"entity": row, "table": table, "crumbs": [CATALOG, ENTITIES, (str(row), "")]}
    return render(request, "certifications/catalog/entity.html", page | rights(request))
