"""People and their roles."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from accounts.filters import PeopleFilter
from accounts.forms import DistrictForm, OrganizationForm, RoleForm
from accounts.permissions import INVITE_PEOPLE, MANAGE_ROLE, SEE_AUDIT_TRAIL, SEE_PEOPLE
from accounts.roles import LEVEL_OF, Level, Role
from accounts.selectors.people import memberships_visible_to, people_visible_to, roles_given_by
from accounts.services.people import add_membership, end_membership
from accounts.signed_in import SignedInRequest
from accounts.tables import PeopleTable
from core.access import require, requires
from core.lists.tables import show_table
from core.problems import Problem

PER_PAGE = 50
PEOPLE = ("People", reverse_lazy("accounts:people"))


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also where the form has no field at all; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def rights(request: SignedInRequest) -> dict[str, bool]:
    """What the page may offer to this person."""
    return {
        "may_invite": request.user.has_perm(INVITE_PEOPLE),
        "may_see_audit": request.user.has_perm(SEE_AUDIT_TRAIL),
    }


@requires(SEE_PEOPLE)
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody whom the reader may know of, with search and filters."""
    matches = PeopleFilter(request.GET, queryset=people_visible_to(request.user), request=request)
    table = PeopleTable(matches.qs)
    show_table(table, request, per_page=PER_PAGE)
    return render(request, "accounts/people.html", {"table": table, "filter": matches} | rights(request))


@requires(SEE_PEOPLE)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person: their address and their roles."""
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    roles = [(row, row.ended_at is None and request.user.has_perm(MANAGE_ROLE, row)) for row in account.roles_in_reach]  # type: ignore[attr-defined]
    page = {"person": account, "roles": roles, "crumbs": [PEOPLE, (str(account), "")]}
    return render(request, "accounts/person.html", page | rights(request))


@requires(INVITE_PEOPLE)
def choose_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """First step of giving somebody one more role: which one."""
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    form = RoleForm(request.GET or None, user=request.user)
    if form.is_valid():
        return redirect("accounts:give_role", pk, form.cleaned_data["role"])
    page = {"form": form, "person": account, "back": reverse("accounts:person", args=[pk])}
    return render(request, "accounts/choose_role.html", page | {"crumbs": [PEOPLE, (str(account), page["back"])]})


@requires(INVITE_PEOPLE)
def give_role(request: SignedInRequest, pk: int, role: str) -> HttpResponse:
    """Second step: where."""
    account = get_object_or_404(people_visible_to(request.user), pk=pk)
    district = district_step(request, role)
    back = reverse("accounts:person", args=[pk])
    page = {"person": account, "role": Role(role).label, "back": back, "crumbs": [PEOPLE, (str(account), back)]}
    if isinstance(district, DistrictForm):
        return render(request, "accounts/choose_district.html", page | {"form": district})
    form = OrganizationForm(posted(request), user=request.user, role=role, district_id=district)
    if request.method == "POST" and form.is_valid():
        where = form.cleaned_data.get("organization")
        try:
            add_membership(by=request.user, user=account, role=role, organization=where)
        except Problem as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, f"{account} is now {Role(role).label}.")
            return redirect("accounts:person", pk)
    return render(request, "accounts/give_role.html", page | {"form": form})


def district_step(request: SignedInRequest, role: str) -> DistrictForm | int | None:
    """For a building role the district, asked for by a form of its own unless there is only one to choose from.

    Returns:
        The form while it still has to be answered, then the district's key; None for roles that need no district.

    Raises:
        Http404: the person may not give this role, or there is none of that name.
    """
    if role not in roles_given_by(request.user):
        raise Http404
    if LEVEL_OF[role] != Level.BUILDING:
        return None
    own = list(request.user.scope.official_district_ids)
    if not request.user.scope.state and len(own) == 1:
        return own[0]
    form = DistrictForm(request.GET or None, user=request.user)
    chosen: int | DistrictForm = form.cleaned_data["district"].pk if form.is_valid() else form
    return chosen


@requires(INVITE_PEOPLE)
@require_POST
def end_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one role of one person."""
    membership = get_object_or_404(memberships_visible_to(request.user), pk=pk)
    require(request.user, MANAGE_ROLE, membership)
    try:
        end_membership(by=request.user, membership=membership)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, f"{membership.user} is no longer {membership}, {membership.organization_name}.")
    return redirect("accounts:person", membership.user_id)
