"""OCTE's decisions, kept until somebody releases them; services/releases.py writes them into the catalog."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import ProgramCertification
from core import school_year
from core.access import require
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.enums import Suggestion
from sme_review.figures.canonical import is_whole
from sme_review.models import ListingDecision, Panel, Recommendation
from sme_review.permissions import DECIDE_LISTINGS
from sme_review.preconditions import why_not_now
from sme_review.selectors.packets import latest_packet
from sme_review.services.panels import lock_panel


@transaction.atomic
def decide_listing(
    *,
    by: User,
    recommendation: Recommendation,
    outcome: str,
    reason: str,
    first_school_year: int | None = None,
    last_school_year: int | None = None,
    type: str = ProgramCertification.Type.APPROVED,  # noqa: A002 - the field's own name
    counts_federally: bool = False,
    packet: int | None = None,
) -> ListingDecision:
    """Approve, decline, defer or send back one recommended certification.

    The decision is kept, every approver sees it, and it can be undone until it is released. The same decision by the
    same person again changes nothing.

    Args:
        outcome: a value of ListingDecision.Outcome.
        first_school_year, last_school_year: ending years of an approval; None for no end.
        packet: the number of the packet that the person has read.

    Raises:
        Problem: a reason or the first school year is missing, or the years contradict each other.
        StaleVersionError: another packet was sent since.
        MoveNotAllowedError: the recommendation is not sent, or this certification is already decided.
    """
    require(by, DECIDE_LISTINGS)
    panel = lock_panel(recommendation.panel)
    _ensure_waits(panel, packet)
    approved = outcome == ListingDecision.Outcome.APPROVED
    if approved and recommendation.choice == Suggestion.SET_ASIDE:
        raise Problem(
            "Nobody on the panel rated it, and the procedure asks for ratings before a certification is accepted. "
            "Decline, defer or send it back.",
            field="outcome",
        )
    _ensure_complete(reason, first_school_year if approved else 0, last_school_year if approved else None)
    fields = {
        "outcome": outcome,
        "reason": reason.strip(),
        "first_school_year": first_school_year if approved else None,
        "last_school_year": last_school_year if approved else None,
        "type": type,
        "counts_federally": counts_federally and approved,
        "decided_by": by,
    }
    current = _current(recommendation)
    if current is not None:
        if current.released_at is None and all(getattr(current, name) == value for name, value in fields.items()):
            return current
        _ensure_open_again(current)
        current.superseded_at = timezone.now()
        current.save(update_fields=["superseded_at"])
    decision = ListingDecision.objects.create(recommendation=recommendation, decided_at=timezone.now(), **fields)
    record(by=by, verb=verbs.LISTING_DECIDED, target=recommendation, detail={"outcome": outcome, "panel": panel.pk})
    return decision


@transaction.atomic
def undo_decision(*, by: User, decision: ListingDecision) -> ListingDecision:
    """Take a decision back that is not released; any approver may. Undoing twice changes nothing.

    Raises:
        MoveNotAllowedError: it is released: the catalog has changed and people were told.
    """
    require(by, DECIDE_LISTINGS)
    lock_panel(decision.recommendation.panel)
    locked = (
        ListingDecision.objects.select_for_update(of=("self",)).select_related("recommendation").get(pk=decision.pk)
    )
    if locked.undone_at:
        return locked
    if locked.released_at:
        raise MoveNotAllowedError("This decision is released, so it can no longer be undone.")
    locked.undone_at = timezone.now()
    locked.undone_by = by
    locked.save(update_fields=["undone_at", "undone_by"])
    record(by=by, verb=verbs.DECISION_UNDONE, target=locked.recommendation, detail={"outcome": locked.outcome})
    return locked


def _ensure_waits(panel: Panel, packet: int | None) -> None:
    if why := why_not_now(panel):
        raise MoveNotAllowedError(why)
    latest = latest_packet(panel)
    if latest is not None and not is_whole(latest.content, latest.sha256):
        raise Problem(
            f"Packet {latest.number} does not match its hash, so nothing can be decided on it. Tell the people "
            "who run this "
            "system; a new packet can be sent."
        )
    if packet is not None and latest is not None and latest.number != packet:
        raise StaleVersionError(
            f"Packet {latest.number} was sent since you opened this page. Read it, then decide. What you typed "
            "is still here."
        )


def _ensure_complete(reason: str, first: int | None, last: int | None) -> None:
    if not reason.strip():
        raise Problem("Give the reason for the decision.", field="reason")
    if first is None:
        raise Problem("Choose the first school year.", field="first_school_year")
    if last is not None and last < first:
        raise Problem(
            f"The last school year must not come before the first ({school_year.label(first)}).",
            field="last_school_year",
        )


def _current(recommendation: Recommendation) -> ListingDecision | None:
    standing = recommendation.decisions.filter(superseded_at=None, undone_at=None).select_related("decided_by")
    return standing.first()


def _ensure_open_again(current: ListingDecision) -> None:
    """Only a deferral that was released is followed by another decision; whatever is not released is undone first."""
    words = f"{current.decided_by} has already decided this certification ({current.outcome_words.lower()})."
    if current.released_at is None:
        raise MoveNotAllowedError(f"{words} To change it, undo that decision first.")
    if current.outcome != ListingDecision.Outcome.DEFERRED:
        raise MoveNotAllowedError(words)
