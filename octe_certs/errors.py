"""Error pages: what happened and what to do next, never a student's data."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from octe_certs.access import public


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
    """A form came back with an old or missing security token."""
    return render(request, "errors/csrf.html", status=403)
