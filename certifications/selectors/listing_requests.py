"""Reading requests for certifications that are not listed."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import ENTRY_ROLES
from certifications.models import CertificationRequest, District
from certifications.permissions import ANSWER_REQUEST
from core.home_items import HomeItem

_TELL_FOR = timedelta(days=30)


def listing_requests_visible_to(user: User) -> QuerySet[CertificationRequest]:
    """The requests of districts in reach, newest first."""
    rows = CertificationRequest.objects.visible_to(user)
    return rows.select_related("district", "program", "asked_by", "answered_by", "certification")


def districts_asking(user: User) -> QuerySet[District]:
    """The districts for which a person may ask: where they enter results, for the district or one of its buildings."""
    roles = user.memberships.filter(role__in=ENTRY_ROLES, ended_at=None)
    own, of_buildings = roles.values("district_id"), roles.values("building__district_id")
    return District.objects.visible_to(user).filter(Q(pk__in=own) | Q(pk__in=of_buildings))


def home_items(user: User) -> list[HomeItem]:
    """For consultants the requests that wait for an answer; for others what was answered in the last 30 days."""
    url = reverse("certifications:requests")
    if user.has_perm(ANSWER_REQUEST):
        waiting = listing_requests_visible_to(user).filter(state=CertificationRequest.State.OPEN).count()
        text = "Districts ask for certifications that are not listed."
        title = f"Answer {waiting} request{'s' if waiting > 1 else ''} for a certification"
        return [HomeItem(title, text, f"{url}?state=open", count=waiting)] if waiting else []
    since = timezone.now() - _TELL_FOR
    answered = CertificationRequest.objects.visible_to(user).filter(asked_by=user, answered_at__gte=since).count()
    title = (
        f"Read OCTE's answer to {answered} of your requests" if answered > 1 else "Read OCTE's answer to your request"
    )
    text = "You asked for a certification that is not listed."
    return [HomeItem(title, text, url, count=answered)] if answered else []
