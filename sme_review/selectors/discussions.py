"""Reads of what facilitators wrote down while the panel talked; only state staff read them."""

from accounts.models import User
from sme_review.models import Discussion, Panel, PanelCertification


def notes_on(user: User, entry: PanelCertification) -> Discussion | None:
    """The discussion notes of a certification, for staff."""
    if not user.scope.state:
        return None
    return Discussion.objects.filter(panel_certification=entry).select_related("saved_by").first()


def notes_by_entry(user: User, panel: Panel) -> dict[int, str]:
    """Primary key of PanelCertification -> its discussion notes, for staff; those without any are left out."""
    if not user.scope.state:
        return {}
    discussions = Discussion.objects.filter(panel_certification__panel=panel).exclude(notes="")
    return dict(discussions.values_list("panel_certification_id", "notes"))
