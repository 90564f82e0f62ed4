"""What waits for a person, for the home page."""

from django.urls import reverse

from accounts.models import User
from accounts.roles import DISTRICT_VIEW_ROLES
from core import school_year
from core.home_items import HomeItem
from data_collection.models.questionnaire_request import overdue
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES
from data_collection.selectors.entities import awaiting_decision
from data_collection.selectors.questionnaire_requests import newly_submitted, questionnaire_requests_visible_to
from data_collection.selectors.windows import next_district_due_date

# More would crowd out everything else on the home page; the list of entities has them all.
_MOST_ANSWERS = 5


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
    late = questionnaire_requests_visible_to(user).waiting().filter(overdue(), sent_by=user).count()
    items = [
        HomeItem(
            title=f"Read the answers of {questionnaire_request.entity}",
            text="They were submitted, and no method has been decided since then.",
            href=reverse("data_collection:questionnaire_request", args=[questionnaire_request.pk]),
        )
        for questionnaire_request in newly_submitted(user, year)[:_MOST_ANSWERS]
    ]
    if late:
        items.append(
            HomeItem(
                title="Follow up on late questionnaires",
                text="Send them again with a new due date, try another contact, or withdraw them.",
                href=reverse("data_collection:entities") + "?status=overdue",
                urgent=True,
                count=late,
            )
        )
    return items


def _for_approvers(user: User, year: int) -> list[HomeItem]:
    waiting = list(awaiting_decision(user, year).values_list("pk", flat=True))
    if not waiting:
        return []
    form = reverse("data_collection:decide", args=[waiting[0]])
    filtered_list = reverse("data_collection:entities") + "?status=submitted&method=undecided"
    return [
        HomeItem(
            title="Decide where results come from",
            text=f"Awarding entities have answered and are waiting for a method for {school_year.label(year)}.",
            href=form if len(waiting) == 1 else filtered_list,
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
