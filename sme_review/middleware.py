"""A short cut for the one request that comes hundreds of times a second in live sessions (docs/adr/0009)."""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sme_review.views import live_link

_PULSE = re.compile(r"/link/panel/([A-Za-z0-9_-]{1,100})/live/pulse/")


class PulseMiddleware:
    """Answers a panelist's pulse before sessions, permissions and request logs, which it does not need.

    The view is the one that the address leads to anyway; it checks the secret itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = _PULSE.fullmatch(request.path_info)
        return live_link.pulse(request, match[1]) if match else self.get_response(request)
