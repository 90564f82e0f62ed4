"""The Django admin as OCTE's approvers use it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator


class StateAdminSite(AdminSite):
    """An admin site that opens for `accounts.use_admin` and signs people in through the product's own page."""

    site_title = "OCTE Certs admin"
    site_header = "OCTE Certs: verification and approval"
    index_title = "What OCTE checks and approves"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """State staff with a role that may use the admin."""
        return request.user.is_active and request.user.has_perm("accounts.use_admin")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the one sign-in page, which knows second factors; refuse who is signed in without the
        right.
        """
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", "/admin/"))
