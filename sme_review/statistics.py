"""The numbers that summarise a panel: pure functions, each with its definition and source.

Ratings of one question, certification and round come in as plain lists; "cannot judge", conflicts of interest and
missing answers are left out before (they are counted, never rated). No function here decides anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import fmean, median, quantiles

# Agreement by chance on a yes/no question is a coin toss (Polit, Beck & Owen 2007).
_CHANCE = 0.5
# A rating of 4 or 5 endorses; 1 or 2 does the opposite (the five-point form of "3 or 4 of four").
ENDORSES_FROM = 4
REJECTS_TO = 2
# A share of the standards under 30 is weak, over 70 is strong.
WEAK_PROPORTION = 30
STRONG_PROPORTION = 70
_SMALL_PANEL = 5
_MEDIUM_PANEL = 8
# "At least one third on both sides" (RAND/UCLA appropriateness method).
_DISAGREEMENT_PART = 3


@dataclass(frozen=True)
class Summary:
    """Where the ratings lie: count, mean, and the five numbers of a box plot."""

    count: int
    mean: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float
    deviation: float


def summarise(values: Sequence[int]) -> Summary | None:
    """Count, mean, minimum, quartiles, maximum and mean absolute deviation from the median.

    Quartiles are interpolated between the ordered ratings, ends included (Hyndman & Fan 1996, definition 7; what
    spreadsheets call QUARTILE.INC). One rating is its own quartiles.

    Returns:
        None when nobody rated.
    """
    if not values:
        return None
    q1, middle, q3 = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [float(values[0])] * 3
    return Summary(
        count=len(values),
        mean=fmean(values),
        minimum=float(min(values)),
        q1=q1,
        median=middle,
        q3=q3,
        maximum=float(max(values)),
        deviation=fmean(abs(value - middle) for value in values),
    )


def middle(values: Sequence[int]) -> float | None:
    """The median; None when nobody rated."""
    return float(median(values)) if values else None


def endorsement_share(values: Sequence[int]) -> float | None:
    """The share rating 4 or 5 on the scale of 1 to 5: the item-level content validity index, I-CVI.

    Lynn 1986; Polit & Beck 2006. Their scale has four points and counts 3 and 4; ours has five and counts 4 and 5.

    Returns:
        0.0 to 1.0, or None when nobody rated.
    """
    return sum(value >= ENDORSES_FROM for value in values) / len(values) if values else None


def modified_kappa(endorsing: int, raters: int) -> float:
    """The I-CVI corrected for agreement by chance, k* = (I-CVI - pc) / (1 - pc), pc = C(N, A) 0.5^N.

    Polit, Beck & Owen 2007: over .74 excellent, .60 to .74 good, .40 to .59 fair.

    Args:
        endorsing: how many rated 4 or 5.
        raters: how many rated; with one rater chance explains too much for the number to mean anything, so the
            caller withholds it below the quorum.
    """
    by_chance = comb(raters, endorsing) * _CHANCE**raters
    return (endorsing / raters - by_chance) / (1 - by_chance)


def endorsement_needed(raters: int, *, to_5: int, to_8: int, from_9: int) -> int:
    """The I-CVI in percent that this many raters must reach: by default 100 to 5 raters, 83 to 8, 78 from 9 (Lynn 1986)."""
    if raters <= _SMALL_PANEL:
        return to_5
    return to_8 if raters <= _MEDIUM_PANEL else from_9


def reaches(share: float, needed: int) -> bool:
    """Whether a share reaches a percentage, both as the tables print them: in whole percent (7 of 9 is 78)."""
    return round(share * 100) >= needed


def values_disagree(values: Sequence[int]) -> bool:
    """At least a third rate 1-2 and at least a third rate 4-5 (RAND/UCLA, on our five points)."""
    return _split([value <= REJECTS_TO for value in values], [value >= ENDORSES_FROM for value in values])


def proportions_disagree(values: Sequence[int]) -> bool:
    """At least a third say under 30 percent of the standards and at least a third say over 70."""
    return _split([value < WEAK_PROPORTION for value in values], [value > STRONG_PROPORTION for value in values])


def _split(low: list[bool], high: list[bool]) -> bool:
    raters = len(low)
    return raters > 0 and sum(low) * _DISAGREEMENT_PART >= raters and sum(high) * _DISAGREEMENT_PART >= raters
