"""Reads for approvers: what is decided, what a release will change, and what the catalog and panels said before."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet

from certifications.models import ProgramCertification
from core import school_year
from sme_review.models import (
    ListingDecision,
    Panel,
    PanelCertification,
    Recommendation,
)

_LISTING_STATUS = {
    ListingDecision.Outcome.APPROVED: ProgramCertification.Status.APPROVED,
    ListingDecision.Outcome.DECLINED: ProgramCertification.Status.DECLINED,
    ListingDecision.Outcome.DEFERRED: ProgramCertification.Status.UNDER_REVIEW,
}
_FINAL = (ListingDecision.Outcome.APPROVED, ListingDecision.Outcome.DECLINED)


def settled_entries(panel: Panel) -> set[int]:
    """The certifications (primary keys of PanelCertification) that are approved or declined, and released."""
    decisions = settling_decisions().filter(recommendation__panel=panel)
    return set(decisions.values_list("recommendation__panel_certification_id", flat=True))


def settling_decisions() -> QuerySet[ListingDecision]:
    """Released approvals and refusals that hold: what they are about is not rated again."""
    return ListingDecision.objects.filter(
        superseded_at=None, undone_at=None, released_at__isnull=False, outcome__in=_FINAL
    )


def sent_back(panel: Panel) -> dict[int, ListingDecision]:
    """Primary key of PanelCertification -> the released decision that sent it back and that nothing followed yet."""
    decisions = ListingDecision.objects.filter(
        recommendation__panel=panel,
        outcome=ListingDecision.Outcome.SENT_BACK,
        superseded_at=None,
        released_at__isnull=False,
    ).select_related("decided_by", "recommendation")
    return {decision.recommendation.panel_certification_id: decision for decision in decisions}


@dataclass(frozen=True)
class Target:
    """The listing that a decision leads to."""

    status: str
    first_school_year: int
    last_school_year: int | None
    type: str
    counts_federally: bool


def target_of(decision: ListingDecision, pair: list[ProgramCertification]) -> Target | None:
    """What a released decision writes into the catalog; None where it leaves the catalog as it is.

    A decline or a deferral holds from the next school year, so that what students earn in this one stays listed.

    Args:
        pair: all listings of the program and the certification.
    """
    if decision.outcome == ListingDecision.Outcome.SENT_BACK:
        return None
    settled = any(listing.status != ProgramCertification.Status.SUGGESTED for listing in pair)
    if decision.outcome == ListingDecision.Outcome.DEFERRED and settled:
        return None
    return Target(
        status=_LISTING_STATUS[ListingDecision.Outcome(decision.outcome)],
        first_school_year=decision.first_school_year or school_year.current() + 1,
        last_school_year=decision.last_school_year,
        type=decision.type,
        counts_federally=decision.counts_federally,
    )


@dataclass(frozen=True)
class Planned:
    """A decision that is kept and not released, with the catalog as it is and as it will be."""

    decision: ListingDecision
    now: list[ProgramCertification]
    target: Target | None

    @property
    def ends(self) -> ProgramCertification | None:
        """The listing without an end that the new period closes."""
        if self.target is None:
            return None
        undecided = {ProgramCertification.Status.SUGGESTED, ProgramCertification.Status.UNDER_REVIEW}
        first = self.target.first_school_year
        open_ended = [listing for listing in self.now if listing.last_school_year is None]
        return next(
            (item for item in open_ended if item.first_school_year < first and item.status not in undecided), None
        )

    @property
    def target_status(self) -> str:
        """The new status in words."""
        return ProgramCertification.Status(self.target.status).label if self.target else ""

    @property
    def target_type(self) -> str:
        """The new type in words."""
        return ProgramCertification.Type(self.target.type).label if self.target else ""


def unreleased(panel: Panel) -> list[ListingDecision]:
    """The decisions that are kept and can still be undone, in the order of the recommendation."""
    return list(
        ListingDecision.objects.filter(
            recommendation__panel=panel, superseded_at=None, undone_at=None, released_at=None
        )
        .select_related("recommendation__panel_certification__certification__entity", "decided_by")
        .order_by("recommendation__position", "recommendation_id")
    )


def planned_changes(panel: Panel) -> list[Planned]:
    """What a release would do now, one for each decision that is not released."""
    decisions = unreleased(panel)
    pairs = _listings_of(panel, [decision.recommendation.panel_certification for decision in decisions])
    planned = []
    for decision in decisions:
        now = pairs[decision.recommendation.panel_certification.certification_id]
        planned.append(Planned(decision, now, target_of(decision, now)))
    return planned


def undecided(panel: Panel) -> list[Recommendation]:
    """The recommendations that nobody has decided; a release waits for each of them."""
    decided = ListingDecision.objects.filter(recommendation__panel=panel, superseded_at=None, undone_at=None)
    return list(
        Recommendation.objects.filter(panel=panel)
        .exclude(pk__in=decided.values("recommendation_id"))
        .select_related("panel_certification__certification")
    )


def _listings_of(panel: Panel, entries: list[PanelCertification]) -> defaultdict[int, list[ProgramCertification]]:
    listings: defaultdict[int, list[ProgramCertification]] = defaultdict(list)
    wanted = [entry.certification_id for entry in entries]
    for listing in ProgramCertification.objects.filter(program=panel.program_id, certification__in=wanted):
        listings[listing.certification_id].append(listing)
    return listings


@dataclass(frozen=True)
class History:
    """What was known of a certification before: in the catalog, and from other panels."""

    on_program: list[ProgramCertification] = field(default_factory=list)
    elsewhere: list[ProgramCertification] = field(default_factory=list)
    decisions: list[ListingDecision] = field(default_factory=list)


def history_of(panel: Panel) -> dict[int, History]:
    """Primary key of Certification -> its listings for this program and for others, and released decisions so far.

    Decisions are of other panels, and of this one where a later decision followed.
    """
    wanted = list(PanelCertification.objects.filter(panel=panel).values_list("certification_id", flat=True))
    histories = {pk: History() for pk in wanted}
    listings = ProgramCertification.objects.filter(certification__in=wanted).select_related("program")
    for listing in listings.order_by("program__cip_code", "-first_school_year"):
        history = histories[listing.certification_id]
        (history.on_program if listing.program_id == panel.program_id else history.elsewhere).append(listing)
    decisions = (
        ListingDecision.objects.filter(
            recommendation__panel_certification__certification__in=wanted, released_at__isnull=False
        )
        .exclude(recommendation__panel=panel, superseded_at=None)
        .select_related("recommendation__panel__program", "recommendation__panel_certification", "decided_by")
    )
    for decision in decisions.order_by("-decided_at", "-id"):
        histories[decision.recommendation.panel_certification.certification_id].decisions.append(decision)
    return histories


def undone_decision(panel: Panel, pk: int | None) -> ListingDecision | None:
    """A decision of the panel that was taken back, as a page named it; None where there is no such one."""
    return decisions_of(panel).filter(pk=pk, undone_at__isnull=False).first() if pk is not None else None


def decisions_of(panel: Panel) -> QuerySet[ListingDecision]:
    """All decisions of a panel, undone and superseded ones too, with their certifications."""
    return ListingDecision.objects.filter(recommendation__panel=panel).select_related(
        "recommendation__panel__program", "recommendation__panel_certification__certification", "decided_by"
    )


def current_decisions(panel: Panel) -> dict[int, ListingDecision]:
    """Primary key of Recommendation -> the decision that stands, released or not."""
    decisions = ListingDecision.objects.filter(
        recommendation__panel=panel, superseded_at=None, undone_at=None
    ).select_related("decided_by", "recommendation__panel_certification__certification")
    return {decision.recommendation_id: decision for decision in decisions}


def present_listings(panel: Panel) -> QuerySet[ProgramCertification]:
    """The catalog's listings of the panel's program, as the approver sees them beside the packet."""
    return (
        ProgramCertification.objects.filter(program_id=panel.program_id)
        .select_related("certification__entity")
        .order_by("certification__name", "-first_school_year")
    )
