"""Whether a panel splits into two camps (RAND/UCLA appropriateness method)."""

from collections.abc import Sequence

from sme_review.enums import WEAK_PROPORTION
from sme_review.figures.endorsement import ENDORSES_FROM, FEWEST_JUDGES

# A rating of 1 or 2 is the opposite of an endorsement.
REJECTS_TO = 2
# A share of the standards over 70 is strong (WEAK_PROPORTION is where low ends).
STRONG_PROPORTION = 70
# "At least one third on both sides".
_CAMP_PART = 3
# The outer thirds of the original scale of 1 to 9.
_NINE_LOW, _NINE_HIGH = 3, 7


def values_disagree(values: Sequence[int]) -> bool:
    """At least a third rate 1-2 and at least a third rate 4-5: the RAND/UCLA rule on our five points.

    Returns:
        False when fewer than three rated.
    """
    return _split([value <= REJECTS_TO for value in values], [value >= ENDORSES_FROM for value in values])


def proportions_disagree(values: Sequence[int]) -> bool:
    """At least a third say under 30 percent of the standards and at least a third say over 70.

    Returns:
        False when fewer than three rated.
    """
    return _split([value < WEAK_PROPORTION for value in values], [value > STRONG_PROPORTION for value in values])


def nine_point_disagree(values: Sequence[int]) -> bool:
    """The rule in its original form, on a scale of 1 to 9: at least a third rate 1-3 and at least a third rate 7-9.

    Fitch and others 2001, The RAND/UCLA Appropriateness Method User's Manual. For the classic panel of nine that is
    three or more raters in each outer third. The manual's table for other sizes counts 3 for 8 to 10 raters, 4 for 11
    to
    13 and 5 for 14 to 16, so for 10, 13 and 16 raters it asks for one fewer than a third; here a third is a third.

    Returns:
        False when fewer than three rated.
    """
    return _split([value <= _NINE_LOW for value in values], [value >= _NINE_HIGH for value in values])


def camps(low: int, high: int, raters: int) -> bool:
    """Whether both camps hold at least a third of the raters; of one or two raters nothing is read.

    Args:
        low: how many stand at the low end.
        high: how many stand at the high end.
        raters: how many there are in all.
    """
    return raters >= FEWEST_JUDGES and low * _CAMP_PART >= raters and high * _CAMP_PART >= raters


def _split(low: list[bool], high: list[bool]) -> bool:
    return camps(sum(low), sum(high), len(low))
