"""Public pages that anybody's browser, and any cache in between, may keep: the same answer for everybody.

Two locks keep a person out of them. At their addresses cookies are left at the door (`PublicPagesMiddleware`), so that
no view, template or session can know who asks; and whatever would tie the answer to a person is taken off it again.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

# Every address under these is for everybody; a test holds each of them to it.
PREFIXES = ("/approved/", "/api/")
# Programs in a browser may ask from any site: nobody is known there, so there is nothing to steal.
_FOR_ALL_SITES = "/api/v1/"
MAX_AGE = 300

View = TypeVar("View", bound=Callable[..., Any])


class Edition(Protocol):
    """Which state of its data a page shows: another mark whenever something changed."""

    @property
    def mark(self) -> str:
        """Short text that is never the same for two states."""

    @property
    def changed_at(self) -> datetime | None:
        """When it last changed, as far as is known."""


class PublicPagesMiddleware:
    """At addresses of public pages nobody is known: a visitor's cookies are neither read nor set nor deleted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIXES):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        response.cookies.clear()
        if request.path_info.startswith(_FOR_ALL_SITES):
            response["Access-Control-Allow-Origin"] = "*"
        varies = [name for name in response.get("Vary", "").split(",") if name.strip().lower() not in {"", "cookie"}]
        if varies:
            response["Vary"] = ",".join(varies).strip()
        elif response.has_header("Vary"):
            del response["Vary"]
        return response


def cached_publicly(edition: Callable[[], Edition]) -> Callable[[View], View]:
    """Let browsers and caches keep a view's answers for five minutes, and then ask whether they are still right.

    The view finds the edition as `request.edition`. A request that brings the entity tag of the present edition is
    answered 304 before the view runs, at the price of reading the edition.

    Args:
        edition: reads the present edition, in one cheap query.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            present = edition()
            request.edition = present  # type: ignore[attr-defined]
            unchanged = _described(HttpResponse(), request, present)
            response = get_conditional_response(request, etag=unchanged["ETag"], response=unchanged)
            if response is not unchanged:
                return response  # type: ignore[return-value]
            made: HttpResponseBase = view(request, *args, **kwargs)
            return _described(made, request, present) if made.status_code == HttpResponse.status_code else made

        return answer  # type: ignore[return-value]

    return decorate


def _described(response: Any, request: HttpRequest, edition: Edition) -> Any:
    """The response with the headers that caches go by."""
    parts = (edition.mark, request.get_full_path(), build_mark(), str(settings.DEMO))
    response["ETag"] = f'W/"{sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"'
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    if edition.changed_at:
        response["Last-Modified"] = http_date(edition.changed_at.timestamp())
    return response


@cache
def build_mark() -> str:
    """A mark of the code and templates that run: after an update no browser keeps a page of the version before."""
    digest = sha256(str(getattr(staticfiles_storage, "manifest_hash", "")).encode())
    for folder in ("core", "octe_certs", "certifications", "templates"):
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()
