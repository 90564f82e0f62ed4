"""Beginning and ending a live session; its steps in between are those of one certification (`services.ballots`)."""

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from core.problems import MoveNotAllowedError
from sme_review import verbs
from sme_review.models import Panel, Round
from sme_review.permissions import MANAGE_PANELS
from sme_review.preconditions import why_no_session
from sme_review.services.panels import bump, lock_panel
from sme_review.services.rounds import close_round, open_round


@transaction.atomic
def start_session(*, by: User, panel: Panel, mail_again: bool) -> Round:
    """Open a live round and mail personal links. Starting what runs already changes nothing.

    Args:
        mail_again: mail also those who were sent a link before; the others always get theirs.

    Raises:
        Problem: something is missing, a round is open or planned for rating by mail, or all planned rounds were held.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    open_rounds = {live_round.mode: live_round for live_round in panel.rounds.not_closed().order_by("-number")}
    if Round.Mode.LIVE in open_rounds:
        return open_rounds[Round.Mode.LIVE]
    in_the_way = why_no_session(panel)
    if in_the_way:
        raise MoveNotAllowedError(in_the_way)
    return open_round(by=by, panel=panel, mode=Round.Mode.LIVE, mail_again=mail_again)


@transaction.atomic
def end_session(*, by: User, panel: Panel) -> bool:
    """Close what is open and end the live session. Ending it twice changes nothing.

    Returns:
        Whether a session was running.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    running = list(panel.rounds.not_closed().filter(mode=Round.Mode.LIVE).order_by("-number"))
    for live_round in running:
        close_round(by=by, round=live_round)
    if running:
        panel.on_screen = None
        panel.save(update_fields=["on_screen"])
        bump(panel)
        record(by=by, verb=verbs.SESSION_ENDED, target=panel)
    return bool(running)
