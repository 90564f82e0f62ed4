"""Deny by default: every view says who may open it, and one that says nothing opens for nobody.

A view declares one of four things:

- `@requires("app.permission")`: signed in, and the permission holds for one of the person's roles;
- `@signed_in("why")`: any signed-in person, whatever their role;
- `@public("why")`: everybody, for the reason given;
- `@personal_link("why")`: whoever holds the secret in the address; the view checks that secret.

Views of packages cannot be decorated; `PACKAGE_VIEWS` declares them by namespace or name. `DeclaredAccessMiddleware`
refuses the rest, and `tests/octe_certs/test_access_walk.py` proves it for every address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch

View = TypeVar("View", bound=Callable[..., Any])


class Kind(StrEnum):
    """Who a view is for."""

    PERMISSION = "permission"
    SIGNED_IN = "signed in"
    PUBLIC = "public"
    LINK = "personal link"


@dataclass(frozen=True)
class Access:
    """What a view declared: its kind, and the permission's name or the reason."""

    kind: Kind
    detail: str


PACKAGE_VIEWS: dict[str, Access] = {
    "admin": Access(Kind.PERMISSION, "accounts.use_admin"),
    "mfa": Access(Kind.SIGNED_IN, "a person's own second factor"),
    "account_login": Access(Kind.PUBLIC, "sign-in"),
    "account_logout": Access(Kind.PUBLIC, "sign-out"),
    "account_signup": Access(Kind.PUBLIC, "says that accounts come by invitation"),
    "account_inactive": Access(Kind.PUBLIC, "says that the account is closed"),
    "account_reset_password": Access(Kind.PUBLIC, "a forgotten password"),
    "account_reset_password_done": Access(Kind.PUBLIC, "a forgotten password"),
    "account_reset_password_from_key": Access(Kind.PUBLIC, "a forgotten password"),
    "account_reset_password_from_key_done": Access(Kind.PUBLIC, "a forgotten password"),
    "account_confirm_email": Access(Kind.PUBLIC, "confirms an address by the mailed link"),
    "account_email_verification_sent": Access(Kind.PUBLIC, "says that a mail was sent"),
    "mfa_authenticate": Access(Kind.PUBLIC, "second step of signing in"),
    "mfa_trust": Access(Kind.PUBLIC, "second step of signing in"),
    "mfa_login_webauthn": Access(Kind.PUBLIC, "sign-in by passkey"),
    "socialaccount_login_cancelled": Access(Kind.PUBLIC, "says that signing in elsewhere was broken off"),
    "socialaccount_login_error": Access(Kind.PUBLIC, "says that signing in elsewhere failed"),
    "account_": Access(Kind.SIGNED_IN, "a person's own account"),
    "mfa_": Access(Kind.SIGNED_IN, "a person's own second factor"),
    "socialaccount_": Access(Kind.SIGNED_IN, "a person's own linked sign-ins"),
    "static": Access(Kind.PUBLIC, "style sheets and scripts"),
}


def requires(permission: str) -> Callable[[View], View]:
    """Declare that a view needs `permission` (see each app's `permissions.py`), held through any of the person's
    roles.
    """

    def declare(view: View) -> View:
        view.access = Access(Kind.PERMISSION, permission)  # type: ignore[attr-defined]
        return view

    return declare


def signed_in(why: str) -> Callable[[View], View]:
    """Declare that any signed-in person may open a view, because `why`."""

    def declare(view: View) -> View:
        view.access = Access(Kind.SIGNED_IN, why)  # type: ignore[attr-defined]
        return view

    return declare


def public(why: str) -> Callable[[View], View]:
    """Declare that everybody may open a view, because `why`."""

    def declare(view: View) -> View:
        view.access = Access(Kind.PUBLIC, why)  # type: ignore[attr-defined]
        return login_not_required(view)

    return declare


def personal_link(why: str) -> Callable[[View], View]:
    """Declare that the secret in a view's address is the key to it; the view itself must check that secret."""

    def declare(view: View) -> View:
        view.access = Access(Kind.LINK, why)  # type: ignore[attr-defined]
        return login_not_required(view)

    return declare


def declared_access(view: Callable[..., Any], match: ResolverMatch) -> Access | None:
    """What `view`, reached by `match`, declared; None when it declared nothing."""
    own = getattr(view, "access", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    if match.namespaces:
        return PACKAGE_VIEWS.get(match.namespaces[0])
    name = match.url_name or ""
    prefix = f"{name.partition('_')[0]}_"
    return PACKAGE_VIEWS.get(name) or PACKAGE_VIEWS.get(prefix)


def require(user: Any, permission: str, target: object | None = None) -> None:
    """Raise PermissionDenied (403) unless `user` has `permission`, for `target` where one is given.

    For what a person may see but not do. What a person may not see is looked up through `visible_to` and answers 404.
    """
    if not user.has_perm(permission, target):
        raise PermissionDenied


class DeclaredAccessMiddleware:
    """Refuse every view that declared nothing, and every permission that the person does not have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Check the declaration before the view runs; anonymous people were sent to sign in before this."""
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise Http404  # the database cannot hold the character NUL, so there is nothing under such an address
        match = request.resolver_match
        access = declared_access(view, match) if match else None
        if access is None:
            raise PermissionDenied
        if access.kind is Kind.PERMISSION and request.user.is_authenticated:
            require(request.user, access.detail)
