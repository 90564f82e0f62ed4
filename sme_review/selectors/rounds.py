"""What the next round may rate again, with what speaks for it; and who has not finished the round that is open."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.models import User
from core.words import counted
from sme_review.enums import Reading, StakeholderGroup
from sme_review.figures.suggested_reading import why_withheld
from sme_review.models import ListingDecision, Panel, PanelCertification, Rating, Round
from sme_review.selectors.assignment import Situation, situation_of
from sme_review.selectors.decisions import sent_back, settled_entries
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.reminders import Waiting, panels_taking_ratings, waiting_on
from sme_review.selectors.results import CertificationResult, results_by_entry, thresholds_of

_NOBODY = "Nobody has rated it yet."


@dataclass(frozen=True)
class Candidate:
    """One certification that a second round may rate.

    Attributes:
        result: what the panel concluded so far; None where nobody rated it.
        reasons: why it is proposed, in sentences; empty where it is not. Only a proposal: a person chooses.
        lacking: what would keep its numbers from being read, in sentences.
    """

    entry: PanelCertification
    result: CertificationResult | None
    reasons: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    @property
    def is_proposed(self) -> bool:
        """Whether its box is ticked at first."""
        return bool(self.reasons)

    @property
    def has_sheet(self) -> bool:
        """Whether there is something to rate by; while a round is closed this cannot be mended."""
        return _has_sheet(self.entry)


def _has_sheet(entry: PanelCertification) -> bool:
    return bool(entry.material and entry.material.information_sheet.strip())


def candidates(panel: Panel, *, viewer: User) -> list[Candidate]:
    """The certifications that OCTE has not decided, in the panel's order; the same number of queries whatever their
    number.

    Proposed are those on which the panel disagrees or whose numbers read "discuss", those that an approver sent back,
    and
    those that nobody rated, or too few although enough are asked.
    """
    results, back = results_by_entry(panel, viewer=viewer), sent_back(panel)
    settled, situation = settled_entries(panel), situation_of(panel)
    proposals = []
    for entry in certifications_of(panel):
        if entry.pk not in settled:
            result, lacking = results.get(entry.pk), _lacking(situation, entry)
            reasons = _reasons(result, back.get(entry.pk), can_be_read=not lacking)
            proposals.append(Candidate(entry=entry, result=result, reasons=reasons, lacking=lacking))
    return proposals


def _reasons(result: CertificationResult | None, back: ListingDecision | None, *, can_be_read: bool) -> list[str]:
    reasons = [f"{back.decided_by} sent it back: {back.reason}"] if back else []
    if result is None:
        return [*reasons, _NOBODY]
    if result.reading == Reading.DISCUSS:
        # Disagreement is the first of the rules that lead to this reading.
        return [*reasons, result.suggested.rule]
    if result.reading == Reading.WITHHELD and can_be_read:
        reasons.append(result.suggested.rule)
    split = [one.question.title for one in result.questions if one.split]
    if split:
        reasons.append(f"The panel disagrees on: {', '.join(split)}.")
    return reasons


def _lacking(situation: Situation, entry: PanelCertification) -> list[str]:
    """Too few people who are still on the panel, are asked for it and do not step back."""
    panel = situation.panel
    if not _has_sheet(entry):
        return ["Its information sheet is empty, so it cannot be rated."]
    everyone = panel.assignment == Panel.Assignment.EVERYONE
    groups = Counter(
        person.group
        for person in situation.people
        if (everyone or (person.pk, entry.pk) in situation.assigned)
        and (person.pk, entry.pk) not in situation.conflicts
    )
    total = groups.total()
    if total < panel.quorum:
        people = counted(total, "person is", "people are") if total else "no people are"
        return [f"Too few for a reading: {people} asked to rate it, and the quorum is {panel.quorum}."]
    short = [group.label for group in StakeholderGroup if groups[group] < panel.minimum_per_group]
    return [f"Too few for a reading in: {', '.join(short)}."] if short else []


def rated_in(in_round: Round) -> QuerySet[PanelCertification]:
    """What a round rates, in the panel's order."""
    return (
        PanelCertification.objects.filter(ballots__round=in_round, ballots__number=1)
        .select_related("certification")
        .order_by("position", "id")
    )


def without_reading(in_round: Round, entries: Sequence[PanelCertification]) -> list[tuple[PanelCertification, str]]:
    """What too few have rated for a reading, were the round closed now, each with the reason in a sentence.

    What nobody rates again in round 2 keeps its numbers of round 1, and is none of them.

    Args:
        entries: of the round, as `rated_in` gives them.
    """
    raters: defaultdict[int, Counter[str]] = defaultdict(Counter)
    counted = Rating.objects.counted().filter(round=in_round)
    for entry, group in counted.values_list("panel_certification_id", "panelist__group"):
        raters[entry][group] += 1
    thresholds = thresholds_of(in_round.panel)
    lacking = [
        (entry, why_withheld(raters[entry.pk], thresholds))
        for entry in entries
        if in_round.number == 1 or raters[entry.pk]
    ]
    return [(entry, why) for entry, why in lacking if why]


@dataclass(frozen=True)
class GroupWaiting:
    """Those of one stakeholder group who have not finished the open round."""

    label: str
    people: Sequence[Waiting]


def waiting_by_group(panel: Panel) -> list[GroupWaiting]:
    """Who has something left in a round that is open now and rated at one's own pace; groups without anybody are left
    out.
    """
    waiting = sorted(
        waiting_on(panels_taking_ratings().filter(pk=panel.pk)), key=lambda each: each.panelist.name.lower()
    )
    groups = [
        GroupWaiting(group.label, [one for one in waiting if one.panelist.group == group])
        for group in sorted(StakeholderGroup)
    ]
    return [group for group in groups if group.people]
