"""What waits for a person, for the home page."""

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from accounts.roles import DISTRICT_VIEW_ROLES
from core import school_year
from core.home_items import HomeItem
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES
from data_collection.selectors import requests
from data_collection.selectors.windows import next_district_due_date


def home_items(user: User) -> list[HomeItem]:
    """Questionnaires that are late or newly in, methods to decide, the next due date."""
    year = school_year.current()
    items = []
    if user.has_perm(MANAGE_QUESTIONNAIRES):
        items += _for_consultants(user, year)
    if user.has_perm(DECIDE_METHODS):
        items += _for_approvers(user, year)
    if user.scope.roles & DISTRICT_VIEW_ROLES:
        items += _for_districts(year)
    return items


def _for_consultants(user: User, year: int) -> list[HomeItem]:
    sent = requests.requests_visible_to(user).filter(sent_by=user)
    late = sent.waiting().filter(requests.overdue()).count()  # type: ignore[attr-defined]
    arrived = list(requests.newly_submitted(user, year).filter(Q(sent_by=user)))
    items = [
        HomeItem(
            title=f"Read the answers of {request.entity}",
            text="They were submitted, and no method is decided on them yet.",
            href=reverse("data_collection:request", args=[request.pk]),
        )
        for request in arrived[:5]
    ]
    if late:
        items.append(
            HomeItem(
                title="Follow up questionnaires that are late",
                text="Send them again with a new date, ask somebody else, or withdraw them.",
                href=reverse("data_collection:entities") + "?status=overdue",
                urgent=True,
                count=late,
            )
        )
    return items


def _for_approvers(user: User, year: int) -> list[HomeItem]:
    waiting = list(requests.awaiting_decision(user, year).values_list("pk", flat=True))
    if not waiting:
        return []
    one = reverse("data_collection:decide", args=[waiting[0]])
    many = reverse("data_collection:entities") + "?status=submitted&method=undecided"
    return [
        HomeItem(
            title="Decide where results come from",
            text=f"Awarding entities have answered and wait for a method for {school_year.label(year)}.",
            href=one if len(waiting) == 1 else many,
            count=len(waiting),
        )
    ]


def _for_districts(year: int) -> list[HomeItem]:
    upcoming = next_district_due_date(year)
    if upcoming is None:
        return []
    name, day = upcoming
    return [
        HomeItem(
            title=f"{name} results of {school_year.label(year)} are due",
            text="Enter and submit the certifications that your students earned.",
            href=reverse("data_collection:windows"),
            due=day,
        )
    ]
