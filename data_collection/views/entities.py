"""Awarding entities: how far each is, and all that is known of one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.signed_in import SignedInRequest
from core import school_year
from core.access import requires
from core.files.csv_files import csv_response
from core.lists.tables import show_table
from data_collection.filters import EntityFilter, chosen_year
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES, SEE_COLLECTION
from data_collection.presenters import staff
from data_collection.selectors import requests
from data_collection.selectors.routes import entity_route
from data_collection.tables import EntityTable

PER_PAGE = 50


def _found(request: SignedInRequest) -> tuple[int, EntityFilter, EntityTable]:
    year = chosen_year(request.GET)
    found = EntityFilter(request.GET, queryset=requests.entities_with_status(request.user, year))
    return year, found, EntityTable(found.qs)


@requires(SEE_COLLECTION)
def index(request: SignedInRequest) -> HttpResponse:
    """Every awarding entity with its questionnaire and its method for a school year."""
    year, found, table = _found(request)
    show_table(table, request, per_page=PER_PAGE)
    return render(
        request,
        "data_collection/entities.html",
        {"table": table, "filter": found, "year": year, "query": request.GET.urlencode()},
    )


@requires(SEE_COLLECTION)
def download(request: SignedInRequest) -> HttpResponse:
    """What the list shows, all pages of it, in its order."""
    year, _, table = _found(request)
    show_table(table, request)
    rows = [staff.entity_cells(row.record, year) for row in table.rows]
    return csv_response(
        name=f"awarding-entities-{school_year.label(year)}.csv", headings=staff.ENTITY_COLUMNS, rows=rows
    )


@requires(SEE_COLLECTION)
def entity(request: SignedInRequest, pk: int) -> HttpResponse:
    """One entity: questionnaires, decisions over the years, agreements and what was done when."""
    shown = get_object_or_404(requests.entities_visible_to(request.user), pk=pk)
    asked = list(requests.requests_visible_to(request.user).filter(entity=shown))
    decisions = list(requests.decisions_visible_to(request.user).filter(entity=shown))
    context = {
        "entity": shown,
        "crumbs": staff.crumbs(None, (str(shown), "")),
        "requests": asked,
        "waiting": any(one.is_open for one in asked),
        "decisions": decisions,
        "agreements": requests.agreements_visible_to(request.user).filter(entity=shown),
        "year": school_year.current(),
        "route": entity_route(shown, school_year.current()),
        "steps": staff.timeline(requests.history_of(request.user, [*asked, *decisions])[:PER_PAGE]),
        "may_send": request.user.has_perm(MANAGE_QUESTIONNAIRES),
        "may_decide": request.user.has_perm(DECIDE_METHODS),
    }
    return render(request, "data_collection/entity.html", context)
