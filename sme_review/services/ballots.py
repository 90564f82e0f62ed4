"""Opening, closing and revealing one certification in a round: the steps of a live session, and the lock of them
all.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import MoveNotAllowedError, StaleVersionError
from sme_review import verbs
from sme_review.enums import VisibleFrom
from sme_review.models import Ballot, Panel, PanelCertification, Rating, Round
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.ballots import is_seen_by_panelists
from sme_review.selectors.decisions import settled_entries
from sme_review.services.panels import bump, hold_back_raters, lock_panel


@transaction.atomic
def open_ballot(
    *, by: User, panel_certification: PanelCertification, seen: int | None = None, same_round: bool = False
) -> Ballot:
    """Open one certification in a live session; opened again after it was rated, it is rated in round 2.

    In the last planned round, opening again lets the panel go on with the same ratings; so does opening again what was
    closed before anybody had submitted (opened or closed by mistake). Opening what is open already changes nothing.

    Args:
        seen: how many openings of it the person's page showed; None where nobody looked at a page.
        same_round: go on in the round in which it was rated last, because it was closed too early.

    Raises:
        MoveNotAllowedError: no live session is running, another certification is open, OCTE has decided this one, or
        the
            same round can't go on: it is not live, or panelists have seen its spread (domain brief, section 7:
            everybody
            rates alone first).
        StaleVersionError: somebody else opened and closed it since the page was made.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel_certification.panel)
    entry = PanelCertification.objects.get(pk=panel_certification.pk, panel=panel)
    other = Ballot.objects.filter(round__panel=panel, closed_at=None).first()
    if other is not None:
        if other.panel_certification_id == entry.pk:
            return other
        raise MoveNotAllowedError(f"{other.panel_certification} is still open. Close it first.")
    if entry.pk in settled_entries(panel):
        raise MoveNotAllowedError(f"OCTE has decided {entry}, so it is not rated again.")
    _ensure_seen(entry, seen)
    live = _live_rounds(panel)
    live_round = _same_round(live, entry) if same_round else _live_round_for(by=by, panel=panel, entry=entry, live=live)
    ballot = start_ballot(by=by, in_round=live_round, entry=entry, at=timezone.now())
    earlier = Ballot.objects.filter(round__panel=panel, panel_certification=entry, closed_at__isnull=False)
    earlier.filter(round__number__lt=live_round.number, revealed_at=None).update(revealed_at=ballot.opened_at)
    # What goes on in the same round is shown again only when somebody says so: the ratings may differ by then.
    earlier.filter(round=live_round).update(revealed_at=None)
    panel.on_screen = entry
    panel.save(update_fields=["on_screen"])
    bump(panel)
    record(by=by, verb=verbs.BALLOT_OPENED, target=entry, detail={"round": live_round.number})
    return ballot


def _ensure_seen(entry: PanelCertification, seen: int | None) -> None:
    """Raise StaleVersionError where the page showed another number of openings than there are."""
    last = entry.ballots.select_related("closed_by").order_by("opened_at", "pk").last()
    if last is not None and seen is not None and seen != entry.ballots.count():
        raise StaleVersionError(
            f"{last.closed_by} opened and closed {entry} after your page was made, so nothing was opened now. "
            "See its status below, then choose again."
        )


def _live_rounds(panel: Panel) -> list[Round]:
    """The rounds of the live session that is running, locked, in order.

    Raises:
        MoveNotAllowedError: none is running.
    """
    live = panel.rounds.select_for_update().not_closed().filter(mode=Round.Mode.LIVE).order_by("number")
    if not live:
        raise MoveNotAllowedError("No live session is running. Start it on the panel's page.")
    return list(live)


def _same_round(live: list[Round], entry: PanelCertification) -> Round:
    """The round in which a certification was opened last, where it may go on.

    Raises:
        MoveNotAllowedError: it may not.
    """
    last = entry.ballots.select_related("round").order_by("round__number", "number").last()
    live_round = next((live_round for live_round in live if last is not None and live_round.pk == last.round_id), None)
    if last is None or live_round is None:
        raise MoveNotAllowedError(f"{entry} was not opened in this session, so no round of it can go on.")
    submitted = entry.ratings.filter(round=live_round, state__in=Rating.COUNTED).count()
    if live_round.number < entry.panel.rounds_planned and is_seen_by_panelists(last, submitted):
        raise MoveNotAllowedError(
            f"Panelists have seen the spread of {entry}, so round {live_round.number} can't go on. Open it again "
            "for the next round."
        )
    return live_round


def _live_round_for(*, by: User, panel: Panel, entry: PanelCertification, live: list[Round]) -> Round:
    """The round in which a certification is opened next: 1 at first, then 2 where the panel has two."""
    rated = entry.ratings.filter(state__in=Rating.COUNTED)
    rated_in = rated.aggregate(last=Max("round__number"))["last"] or 0
    number = min(max(rated_in + 1, live[0].number), panel.rounds_planned)
    for live_round in live:
        if live_round.number == number:
            return live_round
    return Round.objects.create(
        panel=panel,
        number=number,
        mode=Round.Mode.LIVE,
        panelists_see=panel.panelists_see,
        visible_from=panel.visible_from,
        opened_by=by,
        opened_at=timezone.now(),
    )


def start_ballot(*, by: User, in_round: Round, entry: PanelCertification, at: datetime) -> Ballot:
    """Make the next ballot of a certification in a round; the caller holds the panel's lock.

    Ratings that an earlier opening of the same round locked count as submitted again, so that they can be changed.
    """
    require(by, MANAGE_PANELS)
    last = in_round.ballots.filter(panel_certification=entry).aggregate(last=Max("number"))["last"] or 0
    ballot = Ballot.objects.create(
        round=in_round, panel_certification=entry, number=last + 1, opened_by=by, opened_at=at
    )
    if last:
        Rating.objects.filter(round=in_round, panel_certification=entry, state=Rating.State.LOCKED).update(
            state=Rating.State.SUBMITTED
        )
    return ballot


@transaction.atomic
def close_ballot(*, by: User, ballot: Ballot) -> Ballot:
    """Close one certification of a live session; closing it twice changes nothing.

    One that nobody has begun to rate was opened by mistake: the opening is taken back, and the certification stands as
    it stood before. The ballot that is returned then has no primary key.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(ballot.round.panel)
    hold_back_raters(panel)
    locked = Ballot.objects.select_for_update().select_related("panel_certification").get(pk=ballot.pk)
    if locked.closed_at is None:
        _close(by=by, in_round=ballot.round, ballots=[locked])
        if not Rating.objects.filter(
            round_id=locked.round_id, panel_certification=locked.panel_certification_id
        ).exists():
            _take_back(panel, locked)
        bump(panel)
        record(
            by=by, verb=verbs.BALLOT_CLOSED, target=locked.panel_certification, detail={"round": ballot.round.number}
        )
    return locked


@transaction.atomic
def reveal_ballot(*, by: User, ballot: Ballot) -> Ballot:
    """Show panelists the spread of a closed certification, as far as the round lets them see it.

    Raises:
        MoveNotAllowedError: it is still open.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(ballot.round.panel)
    locked = Ballot.objects.select_for_update().select_related("panel_certification").get(pk=ballot.pk)
    if locked.closed_at is None:
        raise MoveNotAllowedError("Close the certification first. Then its spread can be shown.")
    if not locked.is_revealed:
        locked.revealed_at = timezone.now()
        locked.save(update_fields=["revealed_at"])
        bump(panel)
        record(by=by, verb=verbs.BALLOT_REVEALED, target=locked.panel_certification)
    return locked


@transaction.atomic
def put_on_screen(*, by: User, panel_certification: PanelCertification) -> PanelCertification:
    """Show everybody a certification without opening it: to talk about it before, or once more after its spread.

    Raises:
        MoveNotAllowedError: no live session is running, or another certification is open.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel_certification.panel)
    entry = PanelCertification.objects.get(pk=panel_certification.pk, panel=panel)
    if not panel.rounds.not_closed().filter(mode=Round.Mode.LIVE).exists():
        raise MoveNotAllowedError("No live session is running.")
    other = Ballot.objects.filter(round__panel=panel, closed_at=None).exclude(panel_certification=entry).first()
    if other is not None:
        raise MoveNotAllowedError(f"{other.panel_certification} is open. Close it first.")
    if panel.on_screen_id != entry.pk:
        panel.on_screen = entry
        panel.save(update_fields=["on_screen"])
        bump(panel)
        record(by=by, verb=verbs.PUT_ON_SCREEN, target=entry)
    return entry


def _take_back(panel: Panel, ballot: Ballot) -> None:
    """Undo an opening in which nothing was saved, with what it revealed and the round that was made for it."""
    entry, opened = ballot.panel_certification, ballot.round
    Ballot.objects.filter(panel_certification=entry, revealed_at=ballot.opened_at).update(revealed_at=None)
    ballot.delete()
    if opened.visible_from == VisibleFrom.CLOSE:
        opened.ballots.filter(panel_certification=entry).update(revealed_at=timezone.now())
    if not opened.ballots.exists() and panel.rounds.not_closed().filter(mode=Round.Mode.LIVE).count() > 1:
        opened.delete()
    if not entry.ballots.exists():
        panel.on_screen = None
        panel.save(update_fields=["on_screen"])


def close_open_ballots(*, by: User, in_round: Round) -> int:
    """Close every open ballot of a round; the caller holds the panel's lock.

    Returns:
        How many ratings were locked.
    """
    require(by, MANAGE_PANELS)
    hold_back_raters(in_round.panel)
    ballots = Ballot.objects.select_for_update().filter(round=in_round, closed_at=None).order_by("pk")
    return _close(by=by, in_round=in_round, ballots=list(ballots))


def _close(*, by: User, in_round: Round, ballots: list[Ballot]) -> int:
    """The locks are held, so ratings in flight are committed and new ones wait: now is later than all of them."""
    now = timezone.now()
    locked = 0
    for ballot in ballots:
        ballot.closed_at = now
        ballot.closed_by = by
        ballot.opened_at = min(ballot.opened_at, now)
        ballot.revealed_at = now if in_round.visible_from == VisibleFrom.CLOSE else None
        ballot.save(update_fields=["closed_at", "closed_by", "opened_at", "revealed_at"])
        locked += Rating.objects.filter(
            round_id=ballot.round_id,
            panel_certification_id=ballot.panel_certification_id,
            state=Rating.State.SUBMITTED,
        ).update(state=Rating.State.LOCKED)
    return locked
