"""The coverage map of a panel, from the worksheets whose ratings may be seen."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import User
from certifications.models import ProgramStandard
from certifications.selectors.standards import segment_weights
from sme_review.figures import FEWEST_JUDGES
from sme_review.figures.coverage import CoverageMap, coverage_map
from sme_review.figures.worksheet import StandardLine
from sme_review.models import Panel, PanelCertification, Panelist, Rating, StandardMark
from sme_review.selectors.ballots import final_ballots


@dataclass(frozen=True)
class Coverage:
    """The map with what its keys stand for: codes are of standards, numbers are primary keys of PanelCertification."""

    figures: CoverageMap
    standards: list[ProgramStandard]
    entries: list[PanelCertification]
    worksheets: dict[int, int]
    weighted: bool

    def name_of(self, key: int) -> str:
        """What a certification is called."""
        return next(str(entry) for entry in self.entries if entry.pk == key)


def few_of(worksheets: Mapping[int, int]) -> list[int]:
    """The certifications that somebody marked, and so few that nothing is read from their worksheets."""
    return [key for key, count in worksheets.items() if 0 < count < FEWEST_JUDGES]


def coverage_of(panel: Panel, *, viewer: User | Panelist) -> Coverage:
    """The map over the last closed round of each certification; the same number of queries whatever the size.

    Weighted by segment where the program's standards have weights.

    Args:
        viewer: whose eyes it is for; `Rating.objects.visible_to` says which worksheets may be seen.
    """
    ballots = final_ballots(panel)
    standards = list(ProgramStandard.objects.filter(program=panel.program_id, version=panel.standards_version))
    entries = [entry for entry in _entries(panel) if entry.pk in ballots]
    weights = segment_weights(panel.program, panel.standards_version)
    seen = Rating.objects.visible_to(viewer).counted().filter(round__panel=panel)
    rows = StandardMark.objects.filter(rating__in=seen).values_list(
        "rating_id", "rating__panel_certification_id", "rating__round_id", "standard__code", "mark"
    )
    marks: dict[tuple[str, int], list[str]] = defaultdict(list)
    sheets: dict[int, set[int]] = defaultdict(set)
    for rating, entry, round_pk, code, mark in rows:
        if entry in ballots and ballots[entry].round_id == round_pk:
            marks[code, entry].append(mark)
            sheets[entry].add(rating)
    worksheets = {entry.pk: len(sheets[entry.pk]) for entry in entries}
    lines = [StandardLine(standard.code, standard.segment_code) for standard in standards]
    return Coverage(
        figures=coverage_map(lines, list(worksheets), marks, weights, few_of(worksheets)),
        standards=standards,
        entries=entries,
        worksheets=worksheets,
        weighted=bool(weights),
    )


def _entries(panel: Panel) -> list[PanelCertification]:
    entries = PanelCertification.objects.filter(panel=panel).select_related("certification__entity")
    return list(entries.order_by("position", "id"))
