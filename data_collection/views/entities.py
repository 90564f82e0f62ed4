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
from data_collection.selectors.decisions import agreements_visible_to, decisions_visible_to
from data_collection.selectors.entities import entities_visible_to, entities_with_status
from data_collection.selectors.questionnaire_requests import history_of, questionnaire_requests_visible_to
from data_collection.selectors.routes import entity_route
from data_collection.tables import EntityTable

PER_PAGE = 50


def _listed(request: SignedInRequest) -> tuple[int, EntityFilter, EntityTable]:
    year = chosen_year(request.GET)
    entity_filter = EntityFilter(request.GET, queryset=entities_with_status(request.user, year))
    return year, entity_filter, EntityTable(entity_filter.qs)


@requires(SEE_COLLECTION)
def index(request: SignedInRequest) -> HttpResponse:
    """Every awarding entity with its questionnaire and its method for a school year."""
    year, entity_filter, table = _listed(request)
    show_table(table, request, per_page=PER_PAGE)
    return render(
        request,
        "data_collection/entities.html",
        {"table": table, "filter": entity_filter, "year": year, "query": request.GET.urlencode()},
    )


@requires(SEE_COLLECTION)
def download(request: SignedInRequest) -> HttpResponse:
    """What the list shows, all pages of it, in its order."""
    year, _, table = _listed(request)
    show_table(table, request)
    rows = [staff.entity_cells(row.record, year) for row in table.rows]
    return csv_response(
        name=f"awarding-entities-{school_year.label(year)}.csv", headings=staff.ENTITY_COLUMNS, rows=rows
    )


@requires(SEE_COLLECTION)
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One entity: questionnaires, decisions over the years, agreements and what was done when."""
    entity = get_object_or_404(entities_visible_to(request.user), pk=pk)
    questionnaire_requests = list(questionnaire_requests_visible_to(request.user).filter(entity=entity))
    decisions = list(decisions_visible_to(request.user).filter(entity=entity))
    context = {
        "entity": entity,
        "crumbs": staff.crumbs(None, (str(entity), "")),
        "questionnaire_requests": questionnaire_requests,
        "waiting": any(one.is_open for one in questionnaire_requests),
        "decisions": decisions,
        "agreements": agreements_visible_to(request.user).filter(entity=entity),
        "year": school_year.current(),
        "route": entity_route(entity, school_year.current()),
        "steps": staff.timeline(history_of(request.user, [*questionnaire_requests, *decisions])[:PER_PAGE]),
        "may_send": request.user.has_perm(MANAGE_QUESTIONNAIRES),
        "may_decide": request.user.has_perm(DECIDE_METHODS),
    }
    return render(request, "data_collection/entity.html", context)
