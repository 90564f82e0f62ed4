"""What changed from one round to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sme_review.figures.endorsement import FEWEST_JUDGES
from sme_review.figures.spread import summarize


@dataclass(frozen=True)
class Change:
    """One question of one certification in two rounds.

    The three counts, and whether the answers came closer, are of raters who answered in both rounds: who drops out has
    not come closer to anybody. Medians and deviations are of everybody who answered in that round, as the rounds' own
    results show them.
    """

    moved_up: int
    moved_down: int
    stayed: int
    median_before: float
    median_after: float
    deviation_before: float
    deviation_after: float
    deviation_of_both_before: float
    deviation_of_both_after: float

    @property
    def in_both(self) -> int:
        """How many answered in both rounds."""
        return self.moved_up + self.moved_down + self.stayed

    @property
    def is_enough(self) -> bool:
        """Whether enough answered in both rounds to say if they came closer."""
        return self.in_both >= FEWEST_JUDGES

    @property
    def came_closer(self) -> bool:
        """Whether those who answered in both rounds lie closer around their median than before (convergence)."""
        return self.is_enough and self.deviation_of_both_after < self.deviation_of_both_before

    @property
    def went_apart(self) -> bool:
        """Whether those who answered in both rounds lie farther from their median than before."""
        return self.is_enough and self.deviation_of_both_after > self.deviation_of_both_before


def change_between(before: Mapping[int, int], after: Mapping[int, int]) -> Change | None:
    """Who moved, and whether the panel came closer: change and convergence between Delphi rounds.

    Convergence is a smaller mean absolute deviation from the median (Burke & Dunlap 2002) in the later round. Reports
    of
    panels are asked to show both rounds (Delphi and RAND/UCLA reporting reviews).

    Args:
        before: rater -> rating in the earlier round; who did not answer or could not judge is not in it.
        after: the same for the later round.

    Returns:
        None when one of the rounds has no rating.
    """
    first, second = summarize(list(before.values())), summarize(list(after.values()))
    if first is None or second is None:
        return None
    both = [rater for rater in before if rater in after]
    steps = [after[rater] - before[rater] for rater in both]
    return Change(
        moved_up=sum(step > 0 for step in steps),
        moved_down=sum(step < 0 for step in steps),
        stayed=sum(step == 0 for step in steps),
        median_before=first.median,
        median_after=second.median,
        deviation_before=first.deviation,
        deviation_after=second.deviation,
        deviation_of_both_before=_deviation([before[rater] for rater in both]),
        deviation_of_both_after=_deviation([after[rater] for rater in both]),
    )


def _deviation(values: Sequence[int]) -> float:
    summary = summarize(values)
    return summary.deviation if summary else 0.0
