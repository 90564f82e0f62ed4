"""Releasing decisions: the catalog changes in the same transaction, and everybody concerned is told once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import ProgramCertification
from certifications.services.listings import set_listing
from core.access import require
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.models import Ballot, ListingDecision, Panel
from sme_review.permissions import DECIDE_LISTINGS
from sme_review.selectors.audiences import consultants_to_tell
from sme_review.selectors.decisions import planned_changes, target_of, undecided
from sme_review.services.panels import bump, ensure_move, lock_panel
from sme_review.services.release_mails import tell_of_release


class NotReleasedError(Problem):
    """Nothing was released; `refused` pairs each decision that stood in the way with the reason."""

    def __init__(self, refused: Sequence[tuple[ListingDecision, str]]) -> None:
        super().__init__("Nothing was released. " + " ".join(message for _, message in refused))
        self.refused = refused


@transaction.atomic
def release_decisions(*, by: User, panel: Panel, seen: Iterable[int] | None = None) -> list[ListingDecision]:
    """Write all kept decisions into the catalog, all or none, and tell the panel, the districts and the consultant.

    When all certifications are approved or declined the panel is decided. Deferred ones stay open. If one was sent back
    the panel returns to the consultant. Releasing again with nothing new changes nothing.

    Args:
        seen: primary keys of the decisions that were on the page whose button was pressed.

    Returns:
        The decisions released now.

    Raises:
        StaleVersionError: decisions were kept, undone or released since the page was opened.
        MoveNotAllowedError: a certification is not decided yet, or the recommendation is not with the approvers.
        NotReleasedError: a listing cannot be written; then none is.
    """
    require(by, DECIDE_LISTINGS)
    panel = lock_panel(panel)
    planned = planned_changes(panel)
    decisions = [change.decision for change in planned]
    if seen is not None and not _still_as_seen(decisions, set(seen)):
        return []
    if not decisions:
        return []
    ensure_move(panel, to=Panel.State.DECIDED)
    left = undecided(panel)
    if left:
        names = ", ".join(str(item) for item in left)
        raise MoveNotAllowedError(f"Decide each certification first; you can defer one. Not decided yet: {names}.")
    consultants = consultants_to_tell(panel)
    written = _write_listings(by=by, panel=panel, decisions=decisions)
    now = timezone.now()
    for decision in decisions:
        decision.listing = written.get(decision.pk)
        decision.released_at = now
        decision.save(update_fields=["listing", "released_at"])
    _move_on(by=by, panel=panel, at=now)
    record(
        by=by,
        verb=verbs.DECISIONS_RELEASED,
        target=panel,
        detail={"outcomes": {str(decision.recommendation): decision.outcome for decision in decisions}},
    )
    tell_of_release(panel=panel, decisions=decisions, consultants=consultants)
    return decisions


def _still_as_seen(decisions: Sequence[ListingDecision], seen: set[int]) -> bool:
    """Whether there is something to do; a second press of the same button finds all of it done."""
    waiting = {decision.pk for decision in decisions}
    if waiting == seen:
        return True
    done = set(ListingDecision.objects.filter(pk__in=seen, released_at__isnull=False).values_list("pk", flat=True))
    if not waiting and done == seen:
        return False
    raise StaleVersionError(
        "The decisions have changed since you opened this page. Check the list again, then release."
    )


def _write_listings(*, by: User, panel: Panel, decisions: Sequence[ListingDecision]) -> dict[int, ProgramCertification]:
    """Primary key of ListingDecision -> the listing it wrote."""
    written, refused = {}, []
    for decision in decisions:
        certification = decision.recommendation.panel_certification.certification
        pair = ProgramCertification.objects.select_for_update().filter(
            program=panel.program, certification=certification
        )
        target = target_of(decision, list(pair))
        if target is None:
            continue
        try:
            written[decision.pk] = set_listing(
                by=by,
                program=panel.program,
                certification=certification,
                first_school_year=target.first_school_year,
                last_school_year=target.last_school_year,
                status=target.status,
                type=target.type,
                counts_federally=target.counts_federally,
                reason=decision.reason,
            )
        except Problem as problem:
            refused.append((decision, problem.message))
    if refused:
        raise NotReleasedError(refused)
    return written


def _move_on(*, by: User, panel: Panel, at: datetime) -> None:
    """The panel's next state; from now on panelists see what the round lets them see."""
    outcomes = set(
        ListingDecision.objects.filter(recommendation__panel=panel, superseded_at=None, undone_at=None).values_list(
            "outcome", flat=True
        )
    )
    panel.released_at, panel.released_by = at, by
    changed = ["released_at", "released_by", "state"]
    if ListingDecision.Outcome.SENT_BACK in outcomes:
        panel.state, panel.sent_at, panel.sent_by = Panel.State.CLOSED, None, None
        changed += ["sent_at", "sent_by"]
    elif ListingDecision.Outcome.DEFERRED not in outcomes:
        panel.state = Panel.State.DECIDED
    panel.save(update_fields=changed)
    Ballot.objects.filter(round__panel=panel, closed_at__isnull=False, revealed_at=None).update(revealed_at=at)
    bump(panel)
