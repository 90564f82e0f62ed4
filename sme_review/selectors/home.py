"""What waits for a person on the home page."""

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.home_items import HomeItem
from core.moments import moment_in_words
from sme_review.models import ListingDecision, Panel, Recommendation
from sme_review.permissions import DECIDE_LISTINGS, MANAGE_PANELS
from sme_review.selectors.counting import count_per
from sme_review.selectors.panels import panels_visible_to, with_progress

_FINAL = (ListingDecision.Outcome.APPROVED, ListingDecision.Outcome.DECLINED)
_CLOSING_SOON = timedelta(days=3)


def home_items(user: User) -> list[HomeItem]:
    """For consultants: rounds that are due, recommendations to write. For approvers: recommendations to decide."""
    panels = with_progress(panels_visible_to(user).filter(put_away_at=None))
    items: list[HomeItem] = []
    if user.has_perm(DECIDE_LISTINGS):
        items += [_to_decide(panel) for panel in _waiting(panels)]
    if user.has_perm(MANAGE_PANELS):
        items += [_round_due(panel) for panel in panels.filter(state=Panel.State.RUNNING)]
        items += [_to_recommend(panel) for panel in panels.filter(state=Panel.State.CLOSED)]
    return items


def _waiting(panels: QuerySet[Panel]) -> QuerySet[Panel]:
    """Panels with the approvers; adds open_count (no decision yet, or deferred) and decided_count (decided, not
    released).
    """
    standing = ListingDecision.objects.filter(superseded_at=None, undone_at=None)
    unreleased, final = standing.filter(released_at=None), standing.filter(outcome__in=_FINAL)
    lines = Recommendation.objects.filter(panel=OuterRef("pk"))
    settled = lines.filter(Q(pk__in=unreleased.values("recommendation")) | Q(pk__in=final.values("recommendation")))
    return panels.filter(state=Panel.State.RECOMMENDED).annotate(
        open_count=count_per(lines, "panel") - count_per(settled, "panel"),
        decided_count=count_per(lines.filter(pk__in=unreleased.values("recommendation")), "panel"),
    )


def _to_decide(panel: Any) -> HomeItem:
    if panel.decided_count and not panel.open_count:
        return HomeItem(
            title=f"Release the decisions for {panel.program}",
            text=f"Every certification of the panel “{panel.title}” has a decision. Nothing changes until you "
            f"release them.",
            href=reverse("sme_review:release", args=[panel.pk]),
            count=panel.decided_count,
        )
    return HomeItem(
        title=f"Decide on the recommendation for {panel.program}",
        text=f"The panel “{panel.title}” has rated these certifications; each needs your decision and reason.",
        href=reverse("sme_review:decide", args=[panel.pk]),
        count=panel.open_count,
    )


def _round_due(panel: Any) -> HomeItem:
    today = timezone.localdate()
    if panel.planned_for:
        return HomeItem(
            title=f"Planned: round {panel.round_number} of the panel “{panel.title}”",
            text=f"It opens on {moment_in_words(panel.planned_for)}. Nobody can rate before.",
            href=reverse("sme_review:round", args=[panel.pk]),
        )
    return HomeItem(
        title=f"Follow the panel “{panel.title}”" if panel.due_date >= today else f"Close the panel “{panel.title}”",
        text=f"{panel.rated_count} of {panel.expected_count} answers are in.",
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
