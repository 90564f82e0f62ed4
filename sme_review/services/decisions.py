"""OCTE's decisions, which write the catalogue's listings in the same transaction."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications import school_year
from certifications.models import ProgramCertification
from certifications.services.listings import set_listing
from octe_certs.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import ListingDecision, Panel, Recommendation
from sme_review.services.panels import lock_panel

_LISTING_STATUS = {
    ListingDecision.Outcome.APPROVED: ProgramCertification.Status.APPROVED,
    ListingDecision.Outcome.DECLINED: ProgramCertification.Status.DECLINED,
    ListingDecision.Outcome.DEFERRED: ProgramCertification.Status.UNDER_REVIEW,
}


@transaction.atomic
def decide_listing(
    *,
    by: User,
    recommendation: Recommendation,
    outcome: str,
    reason: str,
    first_school_year: int | None = None,
    type: str = ProgramCertification.Type.APPROVED,  # noqa: A002 - the field's own name
    counts_federally: bool = False,
) -> ListingDecision:
    """Approve, decline or defer one recommended certification, and write its listing.

    The panel is decided when each of its certifications is. A deferred one can be decided again later. The same
    decision by the same person again changes nothing.

    Args:
        outcome: a value of ListingDecision.Outcome.
        first_school_year: ending year from which the listing holds; needed to approve.

    Raises:
        Problem: a reason or the first school year is missing, or the listing cannot be written.
        MoveNotAllowedError: the recommendation is not sent, or this certification is already decided.
    """
    panel = lock_panel(recommendation.panel)
    if panel.state not in {Panel.State.RECOMMENDED, Panel.State.DECIDED}:
        raise MoveNotAllowedError("The recommendation has not been sent yet.")
    approved = outcome == ListingDecision.Outcome.APPROVED
    if not reason.strip():
        raise Problem("Give the reason for the decision.", field="reason")
    if approved and first_school_year is None:
        raise Problem("Choose the first school year.", field="first_school_year")
    current = recommendation.decisions.filter(superseded_at=None, undone_at=None).first()
    if current is not None:
        if (current.outcome, current.reason, current.decided_by_id) == (outcome, reason.strip(), by.pk):
            return current
        if current.outcome != ListingDecision.Outcome.DEFERRED:
            raise MoveNotAllowedError(
                f"{current.decided_by} has already decided this certification ({current.outcome_words.lower()})."
            )
        current.superseded_at = timezone.now()
        current.save(update_fields=["superseded_at"])
    now = timezone.now()
    listing = _write_listing(
        by=by,
        panel=panel,
        recommendation=recommendation,
        outcome=outcome,
        reason=reason.strip(),
        first_school_year=first_school_year,
        type=type,
        counts_federally=counts_federally and approved,
    )
    decision = ListingDecision.objects.create(
        recommendation=recommendation,
        outcome=outcome,
        reason=reason.strip(),
        first_school_year=first_school_year if approved else None,
        type=type,
        counts_federally=counts_federally and approved,
        listing=listing,
        decided_by=by,
        decided_at=now,
        released_at=now,
    )
    record(by=by, verb=verbs.LISTING_DECIDED, target=recommendation, detail={"outcome": outcome, "panel": panel.pk})
    _finish_when_all_decided(panel)
    return decision


def _write_listing(
    *,
    by: User,
    panel: Panel,
    recommendation: Recommendation,
    outcome: str,
    reason: str,
    first_school_year: int | None,
    type: str,  # noqa: A002
    counts_federally: bool,
) -> ProgramCertification | None:
    """The listing that follows from a decision; None where a deferral leaves the catalogue as it is."""
    certification = recommendation.panel_certification.certification
    pair = ProgramCertification.objects.filter(program=panel.program, certification=certification)
    settled = pair.exclude(status=ProgramCertification.Status.SUGGESTED)
    if outcome == ListingDecision.Outcome.DEFERRED and settled.exists():
        return None
    return set_listing(
        by=by,
        program=panel.program,
        certification=certification,
        first_school_year=first_school_year or school_year.current() + 1,
        status=_LISTING_STATUS[ListingDecision.Outcome(outcome)],
        type=type,
        counts_federally=counts_federally,
        reason=reason,
    )


def _finish_when_all_decided(panel: Panel) -> None:
    decided = ListingDecision.objects.filter(recommendation__panel=panel, superseded_at=None).count()
    if panel.state == Panel.State.RECOMMENDED and decided == panel.recommendations.count():
        panel.state = Panel.State.DECIDED
        panel.save(update_fields=["state"])
