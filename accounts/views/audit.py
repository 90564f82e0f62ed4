"""The audit trail: all acts, one thing, one person, and the rows that changed last."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy

from accounts.filters import AuditFilter
from accounts.permissions import SEE_AUDIT_TRAIL
from accounts.selectors import audit
from accounts.signed_in import SignedInRequest
from accounts.tables import AuditTable
from accounts.views.people import PER_PAGE
from core.access import requires
from core.lists.tables import show_table

AUDIT = ("Audit trail", reverse_lazy("accounts:audit"))


@requires(SEE_AUDIT_TRAIL)
def trail(request: SignedInRequest) -> HttpResponse:
    """What people did, newest first, with filters."""
    matches = AuditFilter(request.GET, queryset=audit.entries_visible_to(request.user))
    table = AuditTable(matches.qs)
    show_table(table, request, per_page=PER_PAGE)
    return render(request, "accounts/audit_trail.html", {"table": table, "filter": matches})


@requires(SEE_AUDIT_TRAIL)
def rows(request: SignedInRequest) -> HttpResponse:
    """The rows that changed last, whoever changed them and however; values are on the page of each row."""
    return render(
        request,
        "accounts/audit_rows.html",
        {"events": audit.latest_rows_touched(), "crumbs": [AUDIT, ("Rows", "")]},
    )


@requires(SEE_AUDIT_TRAIL)
def thing(request: SignedInRequest, label: str, pk: int) -> HttpResponse:
    """All that happened to one thing: acts in words, and each change of its row before and after."""
    model = audit.model_of(label)
    entries = audit.entries_about(request.user, label, pk)[:PER_PAGE]
    page = Paginator(audit.row_events_of(model, pk), PER_PAGE).get_page(request.GET.get("page"))
    if not entries and not page.object_list and not audit.exists(model, pk):
        raise Http404
    context = {
        "kind": audit.kind_name(model),
        "pk": pk,
        "entries": entries,
        "page": page,
        "events": audit.describe(model, page.object_list),
        "crumbs": [AUDIT, (f"{audit.kind_name(model)} {pk}", "")],
    }
    return render(request, "accounts/audit_thing.html", context)


@requires(SEE_AUDIT_TRAIL)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """All that one person did."""
    actor = get_object_or_404(audit.people_with_acts_visible_to(request.user), pk=pk)
    table = AuditTable(audit.entries_visible_to(request.user).filter(by=actor), exclude=("who",))
    show_table(table, request, per_page=PER_PAGE)
    context = {"person": actor, "table": table, "events": audit.latest_rows_touched_by(actor)}
    context["crumbs"] = [AUDIT, (str(actor), "")]
    return render(request, "accounts/audit_person.html", context)
