"""How much of the panel stands behind a certification: content validity index, modified kappa, content validity
ratio.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import comb
from statistics import fmean

from core.numbers import half_up

# Agreement by chance on a yes/no question is a coin toss (Polit, Beck & Owen 2007).
_CHANCE = 0.5
# A rating of 4 or 5 endorses (the five-point form of "3 or 4 of four").
ENDORSES_FROM = 4
# Lynn 1986 asks for three experts at least; the tables of I-CVI and k* (Polit, Beck & Owen 2007) begin there.
FEWEST_JUDGES = 3
_SMALL_PANEL = 5
_MEDIUM_PANEL = 8
_EXCELLENT, _GOOD, _FAIR = 0.74, 0.60, 0.40
# One-tailed: a vote this one-sided comes from coin tosses at most one time in twenty.
_TAIL_PARTS = 20


class KappaGrade(StrEnum):
    """The words for a modified kappa (Cicchetti & Sparrow 1981; Fleiss 1981; used by Polit, Beck & Owen 2007)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    BELOW_FAIR = "below fair"


def endorsing_count(values: Sequence[int]) -> int:
    """How many rate 4 or 5 on the scale of 1 to 5."""
    return sum(value >= ENDORSES_FROM for value in values)


def endorsement_share(values: Sequence[int]) -> float | None:
    """The share rating 4 or 5 on the scale of 1 to 5: the item-level content validity index, I-CVI.

    Lynn 1986; Polit & Beck 2006. Their scale has four points and counts 3 and 4; ours has five and counts 4 and 5.

    Returns:
        0.0 to 1.0, or None when nobody rated.
    """
    return endorsing_count(values) / len(values) if values else None


def panel_endorsement(shares: Iterable[float | None]) -> float | None:
    """The mean I-CVI over a panel's certifications: the scale-level index S-CVI/Ave (Polit & Beck 2006; .90 is their
    mark).

    Args:
        shares: one I-CVI for each certification; None (nobody rated, or withheld) is left out.

    Returns:
        0.0 to 1.0, or None when no certification has an I-CVI.
    """
    known = [share for share in shares if share is not None]
    return fmean(known) if known else None


def modified_kappa(endorsing: int, raters: int) -> float:
    """The I-CVI corrected for agreement by chance, k* = (I-CVI - pc) / (1 - pc), pc = C(N, A) 0.5^N.

    Polit, Beck & Owen 2007.

    Args:
        endorsing: how many rated 4 or 5.
        raters: how many rated; with one rater chance explains too much for the number to mean anything, so the
            caller withholds it below the quorum.
    """
    by_chance = comb(raters, endorsing) * _CHANCE**raters
    return (endorsing / raters - by_chance) / (1 - by_chance)


def kappa_grade(kappa: float) -> KappaGrade:
    """The word for a modified kappa, compared as the tables print it, in hundredths.

    Polit, Beck & Owen 2007: over .74 excellent, .60 to .74 good, .40 to .59 fair.
    """
    printed = half_up(kappa, 2)
    if printed > _EXCELLENT:
        return KappaGrade.EXCELLENT
    if printed >= _GOOD:
        return KappaGrade.GOOD
    return KappaGrade.FAIR if printed >= _FAIR else KappaGrade.BELOW_FAIR


def endorsement_needed(raters: int, *, to_5: int, to_8: int, from_9: int) -> int:
    """The I-CVI in percent that this many raters must reach: by default 100 to 5 raters, 83 to 8, 78 from 9 (Lynn
    1986).
    """
    if raters <= _SMALL_PANEL:
        return to_5
    return to_8 if raters <= _MEDIUM_PANEL else from_9


def reaches(share: float, needed: int) -> bool:
    """Whether a share reaches a percentage, both as the tables print them: in whole percent (7 of 9 is 78)."""
    return half_up(share * 100) >= needed


def content_validity_ratio(endorsing: int, raters: int) -> float | None:
    """Lawshe's content validity ratio, CVR = (ne - N/2) / (N/2) (Lawshe 1975).

    Minus 1 when nobody endorses, 0 when half of the raters do, 1 when all do. Lawshe counts "essential"; we count 4 or
    5.

    Args:
        endorsing: ne, how many rated 4 or 5.
        raters: N, how many rated.

    Returns:
        -1.0 to 1.0, or None when nobody rated.
    """
    return (endorsing - raters / 2) / (raters / 2) if raters else None


def endorsing_beyond_chance(raters: int) -> int | None:
    """The fewest endorsing raters of N that coin tosses would give at most one time in twenty.

    The critical values of Lawshe's ratio, computed exactly: the smallest n with P(X >= n) <= .05 for X binomial(N,
    0.5),
    one-tailed. Lawshe's own table of 1975 is faulty; Wilson, Pan & Schumsky 2012 and Ayre & Scally 2014 recalculated
    it.

    Args:
        raters: N, how many rated.

    Returns:
        None with fewer than five raters, where even a vote of all does not go beyond chance.
    """
    tosses, at_least, needed = 2**raters, 0, None
    for endorsing in range(raters, -1, -1):
        at_least += comb(raters, endorsing)
        if at_least * _TAIL_PARTS > tosses:
            break
        needed = endorsing
    return needed
