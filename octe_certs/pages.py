"""Pages that belong to no single app: help, accessibility, and a person's own account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.selectors.people import own_memberships
from accounts.signed_in import SignedInRequest
from core.access import public, signed_in


@public("says how to use this and whom to ask")
def help_page(request: HttpRequest) -> HttpResponse:
    """Help in short."""
    return render(request, "pages/help.html")


@public("the accessibility statement")
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was checked, and what to do when something is in the way."""
    return render(request, "pages/accessibility.html")


@signed_in("a person's own account")
def account(request: SignedInRequest) -> HttpResponse:
    """The person's name, roles and ways to sign in."""
    memberships = own_memberships(request.user)
    return render(request, "pages/account.html", {"memberships": memberships})
