"""What changed from one round to the next."""

from collections.abc import Mapping
from dataclasses import dataclass

from sme_review.statistics.spread import summarise


@dataclass(frozen=True)
class Change:
    """One question of one certification in two rounds.

    The three counts are of raters who answered in both rounds. Medians and deviations are of everybody who answered in
    that round, as the rounds' own results show them.
    """

    moved_up: int
    moved_down: int
    stayed: int
    median_before: float
    median_after: float
    deviation_before: float
    deviation_after: float

    @property
    def in_both(self) -> int:
        """How many answered in both rounds."""
        return self.moved_up + self.moved_down + self.stayed

    @property
    def came_closer(self) -> bool:
        """Whether the ratings lie closer around their median than before (convergence)."""
        return self.deviation_after < self.deviation_before

    @property
    def went_apart(self) -> bool:
        """Whether the ratings lie farther from their median than before."""
        return self.deviation_after > self.deviation_before


def change_between(before: Mapping[int, int], after: Mapping[int, int]) -> Change | None:
    """Who moved, and whether the panel came closer: change and convergence between Delphi rounds.

    Convergence is a smaller mean absolute deviation from the median (Burke & Dunlap 2002) in the later round. Reports of
    panels are asked to show both rounds (Delphi and RAND/UCLA reporting reviews).

    Args:
        before: rater -> rating in the earlier round; who did not answer or could not judge is not in it.
        after: the same for the later round.

    Returns:
        None when one of the rounds has no rating.
    """
    first, second = summarise(list(before.values())), summarise(list(after.values()))
    if first is None or second is None:
        return None
    steps = [after[rater] - before[rater] for rater in before if rater in after]
    return Change(
        moved_up=sum(step > 0 for step in steps),
        moved_down=sum(step < 0 for step in steps),
        stayed=sum(step == 0 for step in steps),
        median_before=first.median,
        median_after=second.median,
        deviation_before=first.deviation,
        deviation_after=second.deviation,
    )
