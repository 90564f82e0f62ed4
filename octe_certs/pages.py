"""Pages that belong to no single app: help, accessibility, and a person's own account."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
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


@public("sends an old address on; the new one checks who asks")
def old_catalog_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """The catalog's addresses had another spelling once, and bookmarks live long."""
    query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
    return HttpResponsePermanentRedirect(f"/catalog/{rest}{query}")
