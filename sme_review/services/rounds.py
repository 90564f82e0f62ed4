"""Opening and closing a round."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from octe_certs.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import Ballot, Panel, PanelCertification, Round
from sme_review.selectors.panels import why_not_open
from sme_review.services.ballots import close_open_ballots, start_ballot
from sme_review.services.panelists import mail_link
from sme_review.services.panels import bump, ensure_move, lock_panel


@transaction.atomic
def open_round(
    *,
    by: User,
    panel: Panel,
    mode: str = Round.Mode.TOGETHER,
    entries: Iterable[PanelCertification] | None = None,
    opens_at: datetime | None = None,
    mail_again: bool = True,
) -> Round:
    """Open the next round and mail each panelist their personal link.

    Opening round 2 reveals round 1 to the panelists, as far as the panel's rules let them see it.

    Args:
        mode: a value of Round.Mode; in a live session the certifications are opened one by one afterwards.
        entries: the certifications that are rated; all of the panel where it is not given.
        opens_at: when it opens, if not now. Until then nobody can rate.
        mail_again: mail also those who were sent a link before; the others always get theirs.

    Raises:
        Problem: certifications, information sheets, standards or panelists are missing, a round is open already, or
            all planned rounds were held.
    """
    panel = lock_panel(panel)
    ensure_move(panel, to=Panel.State.RUNNING)
    missing = why_not_open(panel)
    if missing:
        raise Problem(" ".join(missing))
    number = panel.rounds.count() + 1
    if number > panel.rounds_planned:
        raise MoveNotAllowedError(f"This panel has {panel.rounds_planned} round(s), and all were held.")
    now = timezone.now()
    opened = Round.objects.create(
        panel=panel,
        number=number,
        mode=mode,
        panelists_see=panel.panelists_see,
        opened_by=by,
        opened_at=max(opens_at or now, now),
    )
    chosen = list(panel.certifications.all() if entries is None else entries)
    if not chosen:
        raise Problem("Choose at least one certification for this round.")
    _reveal_earlier(panel, chosen, now)
    if mode == Round.Mode.TOGETHER:
        for entry in chosen:
            start_ballot(by=by, held=opened, entry=entry, at=opened.opened_at)
    panel.state = Panel.State.RUNNING
    panel.save(update_fields=["state"])
    bump(panel)
    for panelist in panel.panelists.filter(withdrawn_at=None).select_related("panel__program"):
        if mail_again or panelist.invited_at is None:
            mail_link(panelist)
    record(by=by, verb=verbs.ROUND_OPENED, target=opened)
    return opened


def _reveal_earlier(panel: Panel, chosen: list[PanelCertification], now: datetime) -> None:
    Ballot.objects.filter(
        round__panel=panel, panel_certification__in=chosen, closed_at__isnull=False, revealed_at=None
    ).update(revealed_at=now)


@transaction.atomic
def close_round(*, by: User, round: Round) -> Round:  # noqa: A002 - the thing's own name
    """Close a round and whatever is open in it. Submitted ratings are locked; drafts are kept but never counted.

    The lock on the ballots waits for ratings in flight, and those that come after find them closed: nothing is saved
    later than `closed_at`.

    Raises:
        MoveNotAllowedError: the round is closed already.
    """
    panel = lock_panel(round.panel)
    held = Round.objects.select_for_update().get(pk=round.pk)
    if held.state != Round.State.OPEN:
        raise MoveNotAllowedError("This round is already closed.")
    ensure_move(panel, to=Panel.State.CLOSED)
    locked = close_open_ballots(by=by, held=held)
    held.state = Round.State.CLOSED
    held.closed_at = timezone.now()
    held.closed_by = by
    # A round that was planned for later and is closed before its time has come never was open.
    held.opened_at = min(held.opened_at, held.closed_at)
    held.save(update_fields=["state", "opened_at", "closed_at", "closed_by"])
    if not panel.rounds.filter(state=Round.State.OPEN).exists():
        panel.state = Panel.State.CLOSED
        panel.save(update_fields=["state"])
    bump(panel)
    record(by=by, verb=verbs.ROUND_CLOSED, target=held, detail={"ratings counted": locked})
    return held
