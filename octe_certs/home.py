"""The home page: for a visitor what this is, for each role what needs you now and by when."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.selectors import people
from certifications.selectors import listing_requests, listings, records
from core.access import public
from core.home_items import HomeItem
from data_collection.selectors.home import home_items
from sme_review.selectors.home import home_items as panel_items

# Each app says in its selectors what waits for a person; the order here is the order on the page.
SOURCES: tuple[Callable[[User], list[HomeItem]], ...] = (
    records.home_items,
    panel_items,
    listing_requests.home_items,
    listings.home_items,
    people.home_items,
    home_items,
)


@public("says what this is; shows a signed-in person what waits for them")
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    if not request.user.is_authenticated:
        return render(request, "home/visitor.html")
    items = [item for source in SOURCES for item in source(request.user)]
    items.sort(key=lambda item: (not item.urgent, item.due is None, item.due))
    return render(request, "home/home.html", {"items": items})
