"""Opening and closing a round."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from octe_certs.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import Panel, Rating, Round
from sme_review.selectors.panels import why_not_open
from sme_review.services.panelists import mail_link
from sme_review.services.panels import ensure_move, lock_panel


@transaction.atomic
def open_round(*, by: User, panel: Panel) -> Round:
    """Open round 1 and mail each panelist their personal link.

    Raises:
        Problem: certifications, information sheets, standards or panelists are missing, or the round is open already.
    """
    panel = lock_panel(panel)
    ensure_move(panel, to=Panel.State.RUNNING)
    missing = why_not_open(panel)
    if missing:
        raise Problem(" ".join(missing))
    opened = Round.objects.create(panel=panel, number=1, opened_by=by, opened_at=timezone.now())
    panel.state = Panel.State.RUNNING
    panel.save(update_fields=["state"])
    for panelist in panel.panelists.select_related("panel__program"):
        mail_link(panelist)
    record(by=by, verb=verbs.ROUND_OPENED, target=opened)
    return opened


@transaction.atomic
def close_round(*, by: User, round: Round) -> Round:  # noqa: A002 - the thing's own name
    """Close a round. Submitted ratings are locked; drafts are kept but never counted.

    The lock on the round's row waits for ratings in flight, and those that come after find it closed: nothing is saved
    later than `closed_at`.

    Raises:
        MoveNotAllowedError: the round is closed already.
    """
    panel = lock_panel(round.panel)
    held = Round.objects.select_for_update().get(pk=round.pk)
    if held.state != Round.State.OPEN:
        raise MoveNotAllowedError("This round is already closed.")
    ensure_move(panel, to=Panel.State.CLOSED)
    held.state = Round.State.CLOSED
    held.closed_at = timezone.now()
    held.closed_by = by
    held.save(update_fields=["state", "closed_at", "closed_by"])
    locked = Rating.objects.filter(round=held, state=Rating.State.SUBMITTED).update(state=Rating.State.LOCKED)
    panel.state = Panel.State.CLOSED
    panel.save(update_fields=["state"])
    record(by=by, verb=verbs.ROUND_CLOSED, target=held, detail={"ratings counted": locked})
    return held
