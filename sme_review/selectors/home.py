"""What waits for a person on the home page."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.home import HomeItem
from accounts.models import User
from sme_review.models import Panel
from sme_review.rules import DECIDE_LISTINGS, MANAGE_PANELS
from sme_review.selectors.panels import panels_visible_to, with_progress

_CLOSING_SOON = timedelta(days=3)


def home_items(user: User) -> list[HomeItem]:
    """For consultants: rounds that are due, recommendations to write. For approvers: recommendations to decide."""
    panels = with_progress(panels_visible_to(user).filter(put_away_at=None))
    items: list[HomeItem] = []
    if user.has_perm(DECIDE_LISTINGS):
        items += [_to_decide(panel) for panel in panels.filter(state=Panel.State.RECOMMENDED)]
    if user.has_perm(MANAGE_PANELS):
        items += [_round_due(panel) for panel in panels.filter(state=Panel.State.RUNNING)]
        items += [_to_recommend(panel) for panel in panels.filter(state=Panel.State.CLOSED)]
    return items


def _to_decide(panel: Panel) -> HomeItem:
    return HomeItem(
        title=f"Decide on the recommendation for {panel.program}",
        text=f"The panel “{panel.title}” has rated these certifications; each needs your decision and reason.",
        href=reverse("sme_review:decide", args=[panel.pk]),
        count=panel.certification_count,  # type: ignore[attr-defined]
    )


def _round_due(panel: Panel) -> HomeItem:
    today = timezone.localdate()
    return HomeItem(
        title=f"Follow the panel “{panel.title}”" if panel.due_date >= today else f"Close the panel “{panel.title}”",
        text=f"{panel.rated_count} of {panel.expected_count} answers are in.",  # type: ignore[attr-defined]
        href=reverse("sme_review:round", args=[panel.pk]),
        due=panel.due_date,
        urgent=panel.due_date <= today + _CLOSING_SOON,
    )


def _to_recommend(panel: Panel) -> HomeItem:
    return HomeItem(
        title=f"Write the recommendation for {panel.program}",
        text=f"The round of “{panel.title}” is closed and its results are ready.",
        href=reverse("sme_review:recommend", args=[panel.pk]),
        count=panel.certification_count,  # type: ignore[attr-defined]
    )
