"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from octe_certs.navigation import navigation_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """The navigation for this person, and whether this is the demo."""
    return {"navigation": navigation_for(request), "is_demo": settings.DEMO}
