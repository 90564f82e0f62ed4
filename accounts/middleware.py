"""Tells the row log who is acting."""

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class AuditContextMiddleware(HistoryMiddleware):  # type: ignore[misc]
    """Puts the person and the page's name (never its address, which may hold a secret) on every row event."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """The context of one request."""
        user = getattr(request, "user", None)
        return {"user": user.pk if user and user.is_authenticated else None, "url": ""}
