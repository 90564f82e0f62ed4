"""Personal links: the secret in an address is the key to one thing and nothing else (ADR 3).

The secret is made here and stored only as a hash. One opener serves every kind of link: a panelist's, an awarding
entity's contact's, an invitation's. Fetching a page changes nothing, since mail scanners fetch too.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

# 32 bytes = 256 random bits; the rule asks for at least 128.
_SECRET_BYTES = 32


def new_secret() -> tuple[str, str]:
    """A fresh secret and its hash; the secret goes into the mail and nowhere else."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """The SHA-256 of a secret as 64 hex digits; enough because the secret has full entropy."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Opened:
    """What the link opens, and in whose name everything behind it happens."""

    thing: Any
    acting: AbstractContextManager[Any] = field(default_factory=nullcontext)


@dataclass(frozen=True)
class Closed:
    """Why the link opens nothing: a page that says what to do and shows nothing of the thing itself."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: HTTPStatus = HTTPStatus.GONE


def closed_page(request: HttpRequest, closed: Closed) -> HttpResponse:
    """The page of a link that opens nothing."""
    return render(request, closed.template, closed.context, status=closed.status)


def opener(
    look_up: Callable[[HttpRequest, str], Opened | Closed],
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate views of one kind of link, which are then called with `(request, thing, secret, ...)`.

    Args:
        look_up: finds what a secret opens, or why it opens nothing. It is asked at every request, so that a link that
            was withdrawn is dead at once.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, secret: str, **parts: Any) -> HttpResponse:
            outcome = look_up(request, secret)
            if isinstance(outcome, Closed):
                response = closed_page(request, outcome)
            else:
                with outcome.acting:
                    response = view(request, outcome.thing, secret, **parts)
            add_never_cache_headers(response)
            # Whoever is sent such an address by mistake must not find it in a search engine.
            response["X-Robots-Tag"] = "noindex"
            return response

        return checked

    return decorate
