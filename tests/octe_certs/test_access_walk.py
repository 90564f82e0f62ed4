"""Deny by default, proved for every address: nobody anonymous gets in, and no view is silent about who may open it."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from core import access
from core.access import Access, Kind
from octe_certs.addresses import Address, all_addresses
from tests.factories.accounts import UserFactory

ADDRESSES = all_addresses()
GUARDED = [
    address for address in ADDRESSES if address.access and address.access.kind in {Kind.PERMISSION, Kind.SIGNED_IN}
]
LINKS = [address for address in ADDRESSES if address.access and address.access.kind is Kind.LINK]


def test_the_walk_finds_the_pages():
    paths = {address.path for address in ADDRESSES}
    assert {"/", "/healthz", "/admin/", "/gallery/", "/accounts/login/"} <= paths


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_every_view_declares_who_may_open_it(address: Address):
    assert address.access is not None, f"{address.path} declares no access; see core/access.py"
    assert address.access.detail != ""


@pytest.mark.parametrize("address", GUARDED, ids=str)
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_sent_to_sign_in(address: Address, method: str, client, db):
    response = getattr(client, method)(address.path)
    if response.status_code == 302:
        assert response["Location"].startswith(("/accounts/login/", "/accounts/reauthenticate/", "/admin/login/"))
    else:
        # Packages answer some addresses with "not allowed" or "not there" before asking who it is; never with a page.
        assert response.status_code in {401, 403, 404, 405}


def test_the_admin_signs_in_through_our_own_page(client, db):
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/accounts/login/?next=/admin/"


@pytest.mark.parametrize("address", [a for a in GUARDED if a.access.kind is Kind.PERMISSION], ids=str)
def test_somebody_without_a_role_is_refused(address: Address, client, db):
    client.force_login(UserFactory())
    assert client.get(address.path).status_code in {403, 404, 405}


@pytest.mark.parametrize("address", LINKS, ids=str)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_an_unknown_personal_link_opens_nothing(address: Address, method: str, client, db):
    assert getattr(client, method)(address.path).status_code in {403, 404, 405, 410}


def _run(view, user):
    request = RequestFactory().get("/somewhere/")
    request.user = user
    request.resolver_match = ResolverMatch(view, (), {})
    middleware = access.DeclaredAccessMiddleware(lambda _request: HttpResponse())
    return middleware.process_view(request, view, [], {})


def test_a_view_that_declares_nothing_opens_for_nobody(approver):
    def silent(_request):
        return HttpResponse("secret")

    with pytest.raises(access.PermissionDenied):
        _run(silent, approver)


def test_a_permission_is_checked(approver, home_district):
    @access.requires("accounts.use_admin")
    def page(_request):
        return HttpResponse()

    assert _run(page, approver) is None
    with pytest.raises(access.PermissionDenied):
        _run(page, home_district.coordinator)


def test_a_declaration_of_a_package_covers_its_prefix_only():
    def view(_request):
        return HttpResponse()

    assert access.declared_access(view, ResolverMatch(view, (), {}, url_name="mfa_index")) == Access(
        Kind.SIGNED_IN, "a person's own second factor"
    )
    assert access.declared_access(view, ResolverMatch(view, (), {}, url_name="something")) is None
