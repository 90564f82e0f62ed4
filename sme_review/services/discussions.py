"""What facilitators write down while the panel talks about a certification."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.models import Discussion, PanelCertification
from sme_review.permissions import MANAGE_PANELS

_MOST_CHARACTERS = 20_000


@transaction.atomic
def save_notes(*, by: User, panel_certification: PanelCertification, notes: str, version: int) -> Discussion:
    """Keep the discussion notes of a certification. The same notes again change nothing.

    The audit trail tells who wrote, once for each turn at it; every version is in the row log.

    Args:
        version: the version that the page was made from; 0 when there were no notes yet.

    Raises:
        StaleVersionError: another facilitator saved other notes since then.
        Problem: they are far too long.
        MoveNotAllowedError: the recommendation is sent, or the panel is put away.
    """
    require(by, MANAGE_PANELS)
    entry = PanelCertification.objects.select_for_update(no_key=True, of=("self",)).select_related("panel")
    held = entry.get(pk=panel_certification.pk)
    if held.panel.sent_at:
        raise MoveNotAllowedError("The recommendation is sent, so its discussion notes can no longer change.")
    if held.panel.put_away_at:
        raise MoveNotAllowedError("This panel is put away, so its discussion notes can no longer change.")
    kept = Discussion.objects.filter(panel_certification=held).select_related("saved_by").first()
    written = notes.replace("\r\n", "\n").strip()
    if written == (kept.notes if kept else ""):
        return kept or Discussion(panel_certification=held, version=0)
    if len(written) > _MOST_CHARACTERS:
        raise Problem(
            f"The notes have {len(written):,} characters, and {_MOST_CHARACTERS:,} fit, so they are not saved. Shorten them."
        )
    if version != (kept.version if kept else 0):
        by_whom = f"{kept.saved_by} has" if kept else "Somebody has"
        raise StaleVersionError(
            f"{by_whom} saved other notes on {held} after your page was made, so yours are not saved yet. What you "
            "typed is still below. Bring both together, then save."
        )
    return _keep(by=by, held=held, kept=kept, notes=written)


def _keep(*, by: User, held: PanelCertification, kept: Discussion | None, notes: str) -> Discussion:
    other_hand = kept is None or kept.saved_by_id != by.pk
    discussion = kept or Discussion(panel_certification=held, version=0)
    discussion.notes = notes
    discussion.saved_by = by
    discussion.saved_at = timezone.now()
    discussion.version += 1
    discussion.save()
    if other_hand:
        record(by=by, verb=verbs.DISCUSSION_NOTED, target=held)
    return discussion
