"""A form that came too late: the session has ended, or its security token is from before the last sign-in.

What was typed is never lost (design, section 5, rule 3): the answer is a page that holds all of it, from where it is
sent
again. It goes back to the browser that has just sent it and is stored nowhere. It is given only to a form of our own
pages: a page elsewhere that sends something in a visitor's name must not get a button to press.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

# Passwords and codes are never given back, whichever page asks for them.
_SECRET_PAGES = ("account_", "mfa_", "socialaccount_")
_SECRET_FIELD = "password"  # noqa: S105 - what names of fields hold
_PAGE = "errors/send_again.html"
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of the field


class SignInMiddleware(LoginRequiredMiddleware):
    """Send anonymous people to the sign-in page, but give back what they typed."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Before the view runs: sign in first, and with a form of ours, send it again then."""
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        return given_back(request) if refused and can_be_given_back(request) else refused


def can_be_given_back(request: HttpRequest) -> bool:
    """Whether this is a form that one of our own pages sent, without a password in it."""
    return request.method == "POST" and _is_from_us(request) and not _has_secrets(request)


def _has_secrets(request: HttpRequest) -> bool:
    page = (request.resolver_match.url_name if request.resolver_match else None) or ""
    return page.startswith(_SECRET_PAGES) or any(_SECRET_FIELD in name.lower() for name in request.POST)


def _is_from_us(request: HttpRequest) -> bool:
    """Browsers write both headers themselves; no page can forge them."""
    own = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return request.headers.get("Origin") in own or request.headers.get("Sec-Fetch-Site") == "same-origin"


def given_back(request: HttpRequest) -> HttpResponse:
    """The page that holds what was sent, with a new security token; a sentence for a page that saves by itself."""
    if "X-Autosave" in request.headers:
        told = (
            "Not saved: you were signed out, or signed in again, since this page was opened. What you typed "
            "stays here. "
            "Press the button that saves."
        )
        return JsonResponse({"message": told}, status=403)
    fields = [(name, value) for name, values in request.POST.lists() if name != _TOKEN for value in values]
    long_texts = [value for _, value in fields if len(value.split()) > 1]
    view = request.resolver_match.func if request.resolver_match else None
    context = {
        "fields": fields,
        "long_texts": long_texts,
        "has_files": bool(request.FILES),
        "must_sign_in": not request.user.is_authenticated and getattr(view, "login_required", True),
    }
    return render(request, _PAGE, context, status=403)
