"""Why something cannot be done now, each reason in a sentence; and what speaks against it though it can."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    QuerySet,
)

from accounts.models import User
from core.moments import moment_in_words
from core.words import counted
from sme_review.enums import Reading, StakeholderGroup, Suggestion
from sme_review.models import (
    Assignment,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Recommendation,
    Round,
)
from sme_review.selectors.ballots import rounds_of, waiting_round
from sme_review.selectors.decisions import settled_entries
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panel_rules import _MOST_ROUNDS, VIEW_RULES
from sme_review.selectors.results import results_by_entry
from sme_review.selectors.standards import standards_of


def why_not_open(panel: Panel, entries: Sequence[PanelCertification] | None = None) -> list[str]:
    """What stands in the way of opening the next round, each in a sentence; empty when nothing does.

    Args:
        entries: the certifications that it would rate; all of the panel where it is not given.
    """
    missing = ["This panel is put away, so nothing can be opened on it."] if panel.put_away_at else []
    if entries is None:
        entries = list(certifications_of(panel))
    if not entries:
        missing.append("Add at least one certification.")
    missing += [
        f"Write the information sheet of {entry}: panelists rate by it."
        for entry in entries
        if entry.material is None or not entry.material.information_sheet.strip()
    ]
    if not standards_of(panel).exists():
        missing.append(
            f"{panel.program} has no standards in the version “{panel.standards_version}”. Choose another version."
        )
    if not Panelist.objects.filter(panel=panel, withdrawn_at=None).exists():
        missing.append("Add at least one panelist.")
    elif panel.assignment == Panel.Assignment.BALANCED and not _assignments_of(panel, entries).exists():
        missing.append(
            "Share out the certifications, or let everyone rate every one."
            if panel.state == Panel.State.DRAFT
            else "Nobody who is still on the panel is asked to rate these certifications. Choose others."
        )
    return missing


def why_not_put_away(panel: Panel) -> str:
    """Why a panel cannot be put away now; empty when it can."""
    if panel.rounds.not_closed().exists():
        return "Close the round first: panelists are still rating."
    if panel.state == Panel.State.RECOMMENDED:
        return (
            "This panel cannot be put away now: its recommendation waits for the approvers. It can be when "
            "everything is "
            "decided and released, or when an approver has sent the recommendation back."
        )
    return ""


def _assignments_of(panel: Panel, entries: Sequence[PanelCertification]) -> QuerySet[Assignment]:
    """Who is asked for which of these, of those who are still on the panel."""
    return Assignment.objects.filter(
        panelist__panel=panel, panelist__withdrawn_at=None, panel_certification__in=[entry.pk for entry in entries]
    )


def opening_warnings(panel: Panel, entries: Sequence[PanelCertification] | None = None) -> list[str]:
    """What will keep the numbers from being read, though the round may open: too few people, or a group left out.

    Args:
        entries: what a second round may rate; then it is told, too, how many have left since the first, and nobody is
            named.
    """
    by_group = dict.fromkeys(StakeholderGroup.values, 0)
    for group in Panelist.objects.filter(panel=panel, withdrawn_at=None).values_list("group", flat=True):
        by_group[group] += 1
    warnings = []
    total = sum(by_group.values())
    if total < panel.quorum:
        warnings.append(
            f"The quorum is {panel.quorum} raters and {_people(total)} on the panel, so no reading will be suggested."
        )
    warnings += [
        f"{group.label}: {by_group[group]} on the panel, at least {panel.minimum_per_group} needed."
        for group in StakeholderGroup
        if by_group[group] < panel.minimum_per_group
    ]
    if total >= panel.quorum:
        warnings += _with_few_raters(panel, entries)
    return warnings + _idle(panel, entries) + ([] if entries is None else _gone(panel))


def _with_few_raters(panel: Panel, entries: Sequence[PanelCertification] | None) -> list[str]:
    """What so few are asked for that no reading can come of it; in a second round that stands at each certification."""
    if panel.assignment == Panel.Assignment.EVERYONE or entries is not None:
        return []
    on_panel = list(certifications_of(panel))
    raters = Counter(_assignments_of(panel, on_panel).values_list("panel_certification_id", flat=True))
    few = [f"{entry} ({raters[entry.pk]})" for entry in on_panel if raters[entry.pk] < panel.quorum]
    if not few:
        return []
    return [
        f"With a quorum of {panel.quorum} raters, no reading will be suggested where fewer are asked: {', '.join(few)}."
    ]


def _idle(panel: Panel, entries: Sequence[PanelCertification] | None) -> list[str]:
    """Those who would be asked for nothing where certifications are shared out."""
    if panel.assignment == Panel.Assignment.EVERYONE:
        return []
    assignments = _assignments_of(panel, list(certifications_of(panel)) if entries is None else entries)
    idle = Panelist.objects.filter(panel=panel, withdrawn_at=None).exclude(pk__in=assignments.values("panelist"))
    if entries is None:
        return [f"{person.name} has no certifications to rate." for person in idle]
    return [f"{_people(len(idle))} asked to rate none of the certifications."] if idle else []


def _gone(panel: Panel) -> list[str]:
    """How many were taken off, and have nobody in their place; no names, since numbers of round 1 stand beside."""
    gone = Panelist.objects.filter(panel=panel, withdrawn_at__isnull=False, replaced_by=None).count()
    off = (
        "taken off the panel and not replaced. Once the round is open or planned, you can put somebody in their place."
    )
    return [f"{_people(gone)} {off}"] if gone else []


def _people(count: int) -> str:
    return counted(count, "panelist is", "panelists are")


def why_no_session(panel: Panel) -> str:
    """Which round, rated in people's own time, keeps a live session from starting, in a sentence; empty where none
    does.
    """
    waiting = waiting_round(panel)
    if waiting is None or waiting.mode == Round.Mode.LIVE:
        return ""
    if waiting.is_planned:
        opens = moment_in_words(waiting.opened_at)
        return f"Round {waiting.number} is planned and opens on {opens}. Cancel it first."
    return "A round is open in which panelists rate in their own time. Close it first."


def why_not_start(panel: Panel) -> list[str]:
    """What stands in the way of a live session, each in a sentence; empty when nothing does."""
    in_the_way = why_no_session(panel)
    if in_the_way:
        return [in_the_way]
    if panel.rounds.count() >= panel.rounds_planned:
        rounds = "The one round" if panel.rounds_planned == 1 else f"All {panel.rounds_planned} rounds"
        return [f"{rounds} planned for this panel {'is' if panel.rounds_planned == 1 else 'are'} over."]
    return why_not_open(panel)


_STANDARDS_STAY = "A round was opened with these standards, so their version cannot change."
_VIEW_STAYS = (
    "Every round of this panel has opened. What panelists see of a round stays as it was when they were asked to rate."
)


def why_not_change(panel: Panel, changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of these changes is not possible any more; a change to what holds already is none.

    What panelists see of a round is kept on the round, so that a change holds for rounds that are opened later and
    never
    widens what raters were promised.

    Args:
        changes: names of fields with their new values.

    Returns:
        Pairs of a field and the reason.
    """
    new = {name: value for name, value in changes.items() if value != getattr(panel, name)}
    rounds = rounds_of(panel)
    planned = changes.get("rounds_planned", panel.rounds_planned)
    refused = []
    if "standards_version" in new and panel.state != Panel.State.DRAFT:
        refused.append(("standards_version", _STANDARDS_STAY))
    if planned < len(rounds):
        refused.append(("rounds_planned", f"{len(rounds)} rounds were opened, so the panel cannot have {planned}."))
    if len(rounds) >= planned:
        refused += [(name, _VIEW_STAYS) for name in VIEW_RULES if name in new]
    if new.get("worksheet") == Panel.Worksheet.REQUIRED and (reason := _why_not_require(panel, rounds, planned)):
        refused.append(("worksheet", reason))
    return refused


def _why_not_require(panel: Panel, rounds: Sequence[Round], planned: int) -> str:
    """Why the worksheet cannot be asked of everybody: it would fall on ratings that are in already."""
    running = [round_.pk for round_ in rounds if not round_.is_closed]
    if running:
        lacking = _without_whole_sheet(panel, running)
        ratings = counted(lacking, "rating is", "ratings are")
        then = "You can ask for it when the round is closed, for the next one."
        return f"{ratings} submitted without a full worksheet. {then}" if lacking else ""
    if len(rounds) >= planned:
        return "Every round of this panel is closed, so nobody could fill in a worksheet any more."
    return ""


def _without_whole_sheet(panel: Panel, rounds: Sequence[int]) -> int:
    """How many ratings that count in these rounds (primary keys) have a standard without a mark."""
    counted = Rating.objects.counted().filter(round__in=rounds).annotate(marked=Count("marks"))
    return counted.filter(marked__lt=standards_of(panel).count()).count()


def why_not_now(panel: Panel) -> str:
    """Why nothing can be decided on a panel, in a sentence; empty while its recommendation is with the approvers."""
    if panel.state == Panel.State.RECOMMENDED:
        return ""
    if panel.state == Panel.State.DECIDED:
        return "Everything on this panel is decided and released."
    return "The recommendation is not with the approvers now."


@dataclass(frozen=True)
class Missing:
    """What a recommendation lacks; `entry` is None for the text as a whole, `field` is the form's own name."""

    entry: PanelCertification | None
    field: str
    message: str


def why_not_send(panel: Panel, *, viewer: User) -> list[Missing]:
    """What the recommendation still lacks, each in a sentence; empty when it can be sent."""
    recommendations = {item.panel_certification_id: item for item in panel.recommendations.all()}
    settled, rated = settled_entries(panel), set(results_by_entry(panel, viewer=viewer))
    missing = []
    for entry in panel.certifications.select_related("certification"):
        item = recommendations.get(entry.pk)
        lack = None if item and entry.pk in settled else _lack(entry, item, is_rated=entry.pk in rated)
        missing += [lack] if lack else []
    if not panel.recommendation_text:
        missing.append(Missing(None, "text", "Write the recommendation in a few sentences."))
    return missing


def _lack(entry: PanelCertification, item: Recommendation | None, *, is_rated: bool) -> Missing | None:
    """What one certification lacks."""
    if item is None or not item.choice:
        return Missing(entry, "choice", f"Choose a recommendation for {entry}.")
    aside = item.choice == Suggestion.SET_ASIDE
    if aside and is_rated:
        return Missing(entry, "choice", f"{entry} was rated, so it cannot be set aside. Choose another recommendation.")
    if not aside and not is_rated:
        return Missing(entry, "choice", f"Nobody rated {entry}, so it can only be set aside.")
    if item.note or item.choice == item.reading:
        return None
    if aside:
        return Missing(entry, "note", f"Say in the note why {entry} was not rated.")
    if item.reading == Reading.WITHHELD:
        why = f"Too few rated {entry} for a suggested reading. Say in the note what its recommendation rests on."
    else:
        why = f"Say in the note why the recommendation for {entry} differs from the suggested reading."
    return Missing(entry, "note", why)


def fixed_rules(panel: Panel) -> dict[str, str]:
    """Rules that cannot become anything else now -> why; empty while the panel is being set up."""
    fixed = {} if panel.state == Panel.State.DRAFT else {"standards_version": _STANDARDS_STAY}
    if panel.rounds.count() >= _MOST_ROUNDS:
        fixed["rounds_planned"] = f"{_MOST_ROUNDS} rounds were opened, and a panel has no more."
        fixed |= dict.fromkeys(VIEW_RULES, _VIEW_STAYS)
    return fixed
