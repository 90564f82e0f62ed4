"""Inviting people, and the page behind the link in the mail."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from accounts.filters import InvitationFilter
from accounts.forms import AcceptForm, DistrictForm, InvitationForm, RoleForm
from accounts.models import Invitation, User
from accounts.permissions import INVITE_PEOPLE, MANAGE_ROLE, SEE_PEOPLE
from accounts.roles import Role
from accounts.selectors.people import account_of, invitation_by_secret, invitations_visible_to
from accounts.services.people import accept_invitation, invite, resend_invitation, withdraw_invitation
from accounts.signed_in import SignedInRequest
from accounts.tables import InvitationTable
from accounts.views.people import PEOPLE, PER_PAGE, district_step, posted, rights
from core.access import personal_link, require, requires
from core.lists.tables import show_table
from core.personal_links import Closed, Opened, closed_page, opener
from core.problems import MoveNotAllowedError, Problem

INVITATIONS = ("Invitations", reverse_lazy("accounts:invitations"))


@requires(SEE_PEOPLE)
def invitations(request: SignedInRequest) -> HttpResponse:
    """All invitations that the reader may know of."""
    matches = InvitationFilter(request.GET, queryset=invitations_visible_to(request.user))
    table = InvitationTable(matches.qs)
    show_table(table, request, per_page=PER_PAGE)
    page = {"table": table, "filter": matches, "crumbs": [PEOPLE, ("Invitations", "")]}
    return render(request, "accounts/invitations.html", page | rights(request))


@requires(SEE_PEOPLE)
def invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One invitation, to send again or withdraw."""
    row = get_object_or_404(invitations_visible_to(request.user), pk=pk)
    may_manage = row.is_pending and request.user.has_perm(MANAGE_ROLE, row)
    page = {"invitation": row, "may_manage": may_manage, "crumbs": [PEOPLE, INVITATIONS, (row.name, "")]}
    return render(request, "accounts/invitation.html", page | rights(request))


@requires(INVITE_PEOPLE)
def choose_role(request: SignedInRequest) -> HttpResponse:
    """First step of inviting: which role."""
    form = RoleForm(request.GET or None, user=request.user)
    if form.is_valid():
        return redirect("accounts:invite", form.cleaned_data["role"])
    page = {"form": form, "back": PEOPLE[1], "crumbs": [PEOPLE, ("Invite", "")]}
    return render(request, "accounts/choose_role.html", page)


@requires(INVITE_PEOPLE)
def fill_in_invitation(request: SignedInRequest, role: str) -> HttpResponse:
    """Second step: who and where; a building role asks for the district first."""
    district = district_step(request, role)
    back = reverse("accounts:choose_invitation_role")
    page = {"role": Role(role).label, "back": back, "crumbs": [PEOPLE, ("Invite", back)]}
    if isinstance(district, DistrictForm):
        return render(request, "accounts/choose_district.html", page | {"form": district})
    form = InvitationForm(posted(request), user=request.user, role=role, district_id=district)
    if request.method == "POST" and form.is_valid():
        try:
            sent = invite(by=request.user, role=role, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, f"The invitation was sent to {sent.email}.")
            return redirect("accounts:invitations")
    return render(request, "accounts/invite.html", page | {"form": form})


def _handle(request: SignedInRequest, pk: int, service: Callable[..., Invitation], done: str) -> HttpResponse:
    row = get_object_or_404(invitations_visible_to(request.user), pk=pk)
    require(request.user, MANAGE_ROLE, row)
    try:
        service(by=request.user, invitation=row)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, done.format(row.email))
    return redirect("accounts:invitation", pk)


@requires(INVITE_PEOPLE)
@require_POST
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mail a fresh link."""
    return _handle(request, pk, resend_invitation, "A new link was sent to {}. The old one no longer works.")


@requires(INVITE_PEOPLE)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take it back."""
    return _handle(request, pk, withdraw_invitation, "The invitation to {} was withdrawn.")


def _look_up(request: HttpRequest, secret: str) -> Opened | Closed:
    """Pending invitations open, and one's own that is accepted already: its link, or button, was pressed twice."""
    row = invitation_by_secret(secret)
    return Opened(row) if row is not None and (row.is_open or _is_theirs(request, row)) else _why_closed(row)


def _is_theirs(request: HttpRequest, row: Invitation) -> bool:
    return row.accepted_by_id is not None and row.accepted_by_id == request.user.pk


def _why_closed(row: Invitation | None) -> Closed:
    """Used, withdrawn, expired or unknown."""
    page = {"state": row.state if row else "unknown", "invitation": row}
    return Closed("accounts/invitation_closed.html", page, HTTPStatus.GONE if row else HTTPStatus.NOT_FOUND)


@personal_link("whoever holds the mailed link may make the account that it was sent for")
@opener(_look_up)
def accept(request: HttpRequest, row: Invitation, secret: str) -> HttpResponse:
    """Who invites, to what, and the form to accept it. Opening the page changes nothing."""
    if not row.is_open:
        return redirect("home")
    account = account_of(row)
    if account is not None or request.user.is_authenticated:
        return _accept_with_account(request, row, secret)
    form = AcceptForm(posted(request), email=row.email, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        return _make_account(request, row, secret, form)
    return render(request, "accounts/accept.html", {"invitation": row, "form": form})


def _closed_meanwhile(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody else was faster, or the same person in another tab, who goes on to their home page."""
    row = invitation_by_secret(secret)
    return redirect("home") if row and _is_theirs(request, row) else closed_page(request, _why_closed(row))


def _accept_with_account(request: HttpRequest, row: Invitation, secret: str) -> HttpResponse:
    """The address has an account, or somebody is signed in: only the account of that address can accept."""
    user = request.user if isinstance(request.user, User) and request.user.email == row.email else None
    if request.method == "POST" and user:
        try:
            accept_invitation(secret=secret, user=user)
        except MoveNotAllowedError:
            return _closed_meanwhile(request, secret)
        messages.success(request, f"You are now {row.get_role_display()}, {row.organization_name}.")
        return redirect("home")
    return render(request, "accounts/accept_signed_in.html", {"invitation": row, "is_theirs": user is not None})


def _make_account(request: HttpRequest, row: Invitation, secret: str, form: AcceptForm) -> HttpResponse:
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    try:
        account = accept_invitation(secret=secret, name=name, password=password)
    except Problem:
        return _closed_meanwhile(request, secret)
    login(request, account)
    messages.success(request, f"Welcome. You are now {row.get_role_display()}, {row.organization_name}.")
    return redirect("home")
