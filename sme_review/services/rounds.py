"""Opening, planning and closing a round.

A planned round is a round whose time of opening lies ahead. Until then nobody rates in it and nothing is revealed
because
of it, and it can be taken back as if it had never been. The clock opens it: whatever asks whether a round is open
compares
`opened_at` with now.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.mail import send_after_commit
from core.moments import day_in_words, moment_in_words
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.models import Ballot, Panel, PanelCertification, Panelist, Round
from sme_review.permissions import MANAGE_PANELS
from sme_review.preconditions import why_not_open
from sme_review.selectors.decisions import settled_entries
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panelists import number_assigned
from sme_review.services.ballots import close_open_ballots, start_ballot
from sme_review.services.panelists import mail_link
from sme_review.services.panels import (
    bump,
    change_panel,
    close_gate,
    ensure_due_after_opening,
    ensure_move,
    lock_panel,
)


@transaction.atomic
def open_round(
    *,
    by: User,
    panel: Panel,
    mode: str = Round.Mode.TOGETHER,
    entries: Iterable[PanelCertification] | None = None,
    opens_at: datetime | None = None,
    due_date: date | None = None,
    number: int | None = None,
    mail_again: bool = True,
) -> Round:
    """Open the next round, or plan it, and mail each panelist their personal link.

    Round 2 reveals round 1 of its certifications to the panelists, as far as round 1 lets them see it: when it opens,
    not
    when it is planned; in a live session when the certification is opened. Somebody who is asked for none of them gets
    no mail.

    Args:
        mode: a value of Round.Mode; in a live session the certifications are opened one by one afterwards.
        entries: the certifications that are rated; all that OCTE has not decided yet where it is not given.
        opens_at: when it opens, if not now. Only for a round in which panelists rate in their own time.
        due_date: by when panelists answer, a Michigan date; the panel's where it is not given.
        number: the number of the round that the person's page was about; None where nobody looked at a page.
        mail_again: mail also those who were sent a link before; the others always get theirs.

    Raises:
        StaleVersionError: this round was opened or planned since the page was made.
        Problem: certifications, information sheets, standards or panelists are missing, a round is open already, all
            planned rounds were held, or the round would open after its answers are due.
    """
    require(by, MANAGE_PANELS)
    if opens_at is not None and mode == Round.Mode.LIVE:
        raise ValueError("A live session begins when somebody starts it; it is not planned.")
    panel = lock_panel(panel)
    _ensure_seen(panel, number)
    ensure_move(panel, to=Panel.State.RUNNING)
    chosen = _chosen(panel, entries)
    now, due_before = timezone.now(), panel.due_date
    opens = max(opens_at or now, now)
    if due_date is not None:
        panel = change_panel(by=by, panel=panel, due_date=due_date)
    opened = Round.objects.create(
        panel=panel,
        number=_next_number(panel),
        mode=mode,
        panelists_see=panel.panelists_see,
        visible_from=panel.visible_from,
        opened_by=by,
        opened_at=opens,
        due_date_before=due_before if opens > now else None,
    )
    if opens_at is not None or due_date is not None:
        ensure_due_after_opening(panel, opened)
    if mode == Round.Mode.TOGETHER:
        _reveal_earlier(panel, chosen, opened.opened_at)
        for entry in chosen:
            start_ballot(by=by, in_round=opened, entry=entry, at=opened.opened_at)
    panel.state = Panel.State.RUNNING
    panel.save(update_fields=["state"])
    bump(panel)
    _mail_links(opened, mail_again=mail_again)
    _record(by, opened, chosen)
    return opened


def _ensure_seen(panel: Panel, number: int | None) -> None:
    """Raise StaleVersionError where the page was about another round than the one that comes next now."""
    if number is None or number == panel.rounds.count() + 1:
        return
    round_ = panel.rounds.select_related("opened_by").filter(number=number).first()
    if round_ is None:
        raise StaleVersionError("The panel has changed since you opened this page. Check it, then choose again.")
    done = "planned" if round_.is_planned else "opened"
    raise StaleVersionError(
        f"Round {round_.number} was {done} by {round_.opened_by} before you pressed the button. Nothing was done twice."
    )


def _next_number(panel: Panel) -> int:
    number = panel.rounds.count() + 1
    if number > panel.rounds_planned:
        rounds = "one round" if panel.rounds_planned == 1 else f"{panel.rounds_planned} rounds"
        raise MoveNotAllowedError(f"This panel has {rounds}, and all of them are over.")
    return number


def _chosen(panel: Panel, entries: Iterable[PanelCertification] | None) -> list[PanelCertification]:
    """The certifications to be rated, read anew from this panel.

    Raises:
        Problem: none is chosen, one is of another panel or decided, or something else stands in the way.
    """
    settled = settled_entries(panel)
    on_panel = list(certifications_of(panel))
    wanted = {entry.pk for entry in on_panel} - settled if entries is None else {entry.pk for entry in entries}
    if entries is not None and not wanted:
        raise Problem("Choose at least one certification for this round.", field="entries")
    if wanted.difference(entry.pk for entry in on_panel):
        raise Problem("One of these certifications is not on this panel. Choose again.", field="entries")
    if wanted & settled:
        raise Problem("OCTE has decided one of these certifications, so it is not rated again.", field="entries")
    chosen = [entry for entry in on_panel if entry.pk in wanted]
    missing = why_not_open(panel, chosen)
    if missing:
        raise Problem(" ".join(missing))
    return chosen


def _reveal_earlier(panel: Panel, chosen: Collection[PanelCertification], at: datetime) -> None:
    Ballot.objects.filter(
        round__panel=panel, panel_certification__in=chosen, closed_at__isnull=False, revealed_at=None
    ).update(revealed_at=at)


def _concerned(round_: Round) -> list[Panelist]:
    """Everybody on the panel in round 1; after that those who are asked for something in the round."""
    people = round_.panel.panelists.filter(withdrawn_at=None).select_related("panel__program", "panel__created_by")
    return [person for person in people if round_.number == 1 or number_assigned(person)]


def _mail_links(round_: Round, *, mail_again: bool) -> None:
    for panelist in _concerned(round_):
        if mail_again or panelist.invited_at is None:
            mail_link(panelist)


def _record(by: User, round_: Round, chosen: Collection[PanelCertification]) -> None:
    detail: dict[str, object] = {"round": round_.number, "certifications": len(chosen)}
    if round_.is_planned:
        detail |= {
            "opens": moment_in_words(round_.opened_at),
            "due date before": round_.due_date_before.isoformat() if round_.due_date_before else "",
        }
    record(by=by, verb=verbs.ROUND_PLANNED if round_.is_planned else verbs.ROUND_OPENED, target=round_, detail=detail)


@transaction.atomic
def open_planned_round(*, by: User, round: Round) -> Round:  # noqa: A002 - the thing's own name
    """Open a planned round before its time, and mail those who were told another time.

    Opening what is open already changes nothing.

    Raises:
        StaleVersionError: the planning was taken back, or the round is closed.
    """
    require(by, MANAGE_PANELS)
    locked = _lock_waiting(round)
    now = timezone.now()
    if locked.is_open:
        return locked
    locked.ballots.update(opened_at=now)
    Ballot.objects.filter(round__panel=locked.panel, revealed_at__gt=now).update(revealed_at=now)
    locked.opened_at, locked.opened_by = now, by
    locked.save(update_fields=["opened_at", "opened_by"])
    bump(locked.panel)
    _mail_links(locked, mail_again=True)
    record(by=by, verb=verbs.ROUND_OPENED, target=locked, detail={"round": locked.number, "before its time": "yes"})
    return locked


@transaction.atomic
def take_back_round(*, by: User, round: Round, tell: bool) -> Panel:  # noqa: A002 - the thing's own name
    """Undo the planning of a round that has not opened: the panel stands as it stood before.

    Links that were mailed keep working, and open nothing that can be rated. The due date is again what it was before.

    Args:
        tell: mail those who were told when it opens that it does not.

    Raises:
        StaleVersionError: it was taken back before, or has opened meanwhile.
    """
    require(by, MANAGE_PANELS)
    locked = _lock_waiting(round)
    panel, now = locked.panel, timezone.now()
    if locked.is_open:
        raise StaleVersionError(
            f"Round {locked.number} has opened in the meantime, so it can no longer be canceled. Close it instead."
        )
    recipients = [person for person in _concerned(locked) if person.invited_at] if tell else []
    due_before = locked.due_date_before
    record(
        by=by,
        verb=verbs.ROUND_TAKEN_BACK,
        target=locked,
        detail={
            "round": locked.number,
            "would have opened": moment_in_words(locked.opened_at),
            "mails": len(recipients),
        },
    )
    Ballot.objects.filter(round__panel=panel, revealed_at__gt=now).update(revealed_at=None)
    locked.ballots.all().delete()
    locked.delete()
    if due_before is not None:
        panel = change_panel(by=by, panel=panel, due_date=due_before)
    before = Panel.State.CLOSED if panel.rounds.exists() else Panel.State.DRAFT
    ensure_move(panel, to=before)
    panel.state = before
    panel.save(update_fields=["state"])
    bump(panel)
    for person in recipients:
        send_after_commit(
            to=person.email,
            subject=f"Not yet: rating certifications for {panel.program.title}",
            template="sme_review/mail/round_taken_back.txt",
            context={"panelist": person, "panel": panel, "day": day_in_words(locked.opened_at)},
        )
    return panel


def _lock_waiting(round: Round) -> Round:  # noqa: A002 - the thing's own name
    """A round that is planned or open, with its panel and its ballots locked: nobody rates until the transaction ends.

    Raises:
        StaleVersionError: it is gone or closed.
    """
    panel = lock_panel(round.panel)
    close_gate(panel)
    locked = Round.objects.select_for_update().filter(pk=round.pk).first()
    if locked is None:
        raise StaleVersionError("This planned round was canceled before you pressed the button.")
    if locked.is_closed:
        raise StaleVersionError(f"Round {locked.number} is closed already.")
    locked.panel = panel
    return locked


@transaction.atomic
def change_due_date(*, by: User, panel: Panel, due_date: date, seen: date | None = None) -> Panel:
    """Give panelists more time, or less. They read it in their next reminder; no mail goes out because of it.

    Args:
        due_date: a Michigan date.
        seen: the date that the person's page showed; None where nobody looked at a page.

    Raises:
        MoveNotAllowedError: no round is open or planned.
        StaleVersionError: somebody else changed the date since.
        Problem: the round opens after this date.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    if not panel.rounds.not_closed().exists():
        raise MoveNotAllowedError("The round is closed, so the due date can no longer change.")
    if seen is not None and panel.due_date not in {seen, due_date}:
        raise StaleVersionError(
            f"Somebody changed the due date to {panel.due_date_in_words} since you "
            "opened the page. Choose again, if it should be another one.",
            field="due_date",
        )
    return change_panel(by=by, panel=panel, due_date=due_date)


@transaction.atomic
def close_round(*, by: User, round: Round) -> Round:  # noqa: A002 - the thing's own name
    """Close a round and whatever is open in it. Submitted ratings are locked; drafts are kept but never counted.

    The lock on the ballots waits for ratings in flight, and those that come after find them closed: nothing is saved
    later than `closed_at`.

    Raises:
        MoveNotAllowedError: the round is closed already, or planned: what never was open is taken back instead.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(round.panel)
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if locked.is_closed:
        raise MoveNotAllowedError("This round is already closed.")
    if locked.is_planned:
        raise MoveNotAllowedError(
            f"This round opens on {moment_in_words(locked.opened_at)}, so there is nothing to close. "
            "Cancel the planned round instead."
        )
    ensure_move(panel, to=Panel.State.CLOSED)
    counted = close_open_ballots(by=by, in_round=locked)
    locked.state = Round.State.CLOSED
    locked.closed_at = timezone.now()
    locked.closed_by = by
    locked.save(update_fields=["state", "closed_at", "closed_by"])
    if not panel.rounds.not_closed().exists():
        panel.state = Panel.State.CLOSED
        panel.save(update_fields=["state"])
    bump(panel)
    record(by=by, verb=verbs.ROUND_CLOSED, target=locked, detail={"ratings counted": counted})
    return locked
