"""Error pages: what happened and what to do next, never a student's data."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseServerError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from core.access import public
from octe_certs.sent_again import can_be_given_back, given_back


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: yours, but not allowed."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not yours; the answer is the same."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: drawn without the request, for whatever broke (the database, say) would break this page too."""
    return HttpResponseServerError(render_to_string("errors/500.html"))


@public("shown when a form's security token is old")
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back with an old or missing security token; one of our own is given back to be sent again."""
    if can_be_given_back(request):
        return given_back(request)
    return render(request, "errors/csrf.html", status=403)


class ButtonAddressMiddleware:
    """Say so in words where somebody opens an address that only takes what a button sends; browsers show nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Give Django's empty answer a page."""
        response = self.get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponseNotAllowed):
            response.content = render_to_string("errors/405.html", request=request)
        return response
