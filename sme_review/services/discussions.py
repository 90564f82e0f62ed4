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

# About six pages: every packet carries the notes of each certification.
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
    locked = PanelCertification.objects.select_for_update(no_key=True, of=("self",)).select_related("panel")
    entry = locked.get(pk=panel_certification.pk)
    if entry.panel.sent_at:
        raise MoveNotAllowedError("The recommendation is sent, so its discussion notes can no longer change.")
    if entry.panel.put_away_at:
        raise MoveNotAllowedError("This panel is put away, so its discussion notes can no longer change.")
    saved = Discussion.objects.filter(panel_certification=entry).select_related("saved_by").first()
    written = notes.replace("\r\n", "\n").strip()
    if written == (saved.notes if saved else ""):
        return saved or Discussion(panel_certification=entry, version=0)
    if len(written) > _MOST_CHARACTERS:
        raise Problem(
            f"The notes have {len(written):,} characters, and {_MOST_CHARACTERS:,} fit, so they are not saved. "
            "Shorten them."
        )
    if version != (saved.version if saved else 0):
        by_whom = f"{saved.saved_by} has" if saved else "Somebody has"
        raise StaleVersionError(
            f"{by_whom} saved other notes on {entry} after your page was made, so yours are not saved yet. What you "
            "typed is still below. Bring both together, then save."
        )
    return _write(by=by, entry=entry, saved=saved, notes=written)


def _write(*, by: User, entry: PanelCertification, saved: Discussion | None, notes: str) -> Discussion:
    other_hand = saved is None or saved.saved_by_id != by.pk
    discussion = saved or Discussion(panel_certification=entry, version=0)
    discussion.notes = notes
    discussion.saved_by = by
    discussion.saved_at = timezone.now()
    discussion.version += 1
    discussion.save()
    if other_hand:
        record(by=by, verb=verbs.DISCUSSION_NOTED, target=entry)
    return discussion
