"""How far the raters agree over all certifications of a panel: Krippendorff's alpha."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import nan
from typing import Literal

import krippendorff

from core.numbers import half_up

# Krippendorff 2004: rely on variables with alpha from .800; draw tentative conclusions from .667 (in hundredths here).
_RELIABLE, _TENTATIVE = 0.80, 0.67
_FEWEST = 2


class AlphaGrade(StrEnum):
    """The words for an alpha, at Krippendorff's marks of .800 and .667."""

    RELIABLE = "good"
    TENTATIVE = "enough for tentative conclusions"
    LOW = "low"


def alpha(certifications: Sequence[Mapping[int, int]], *, level: Literal["ordinal", "interval"]) -> float | None:
    """Krippendorff's alpha: 1 - observed disagreement / disagreement expected by chance.

    Krippendorff 2004; Hayes & Krippendorff 2007. It allows any number of raters and missing ratings. Computed by the
    krippendorff library. Ordinal for values of 1 to 5, interval for shares of the standards.

    Args:
        certifications: for each certification rater -> rating. "Cannot judge", conflicts of interest and missing
        answers
            are simply not in it. Certifications with one rating tell nothing about agreement and are left out.
        level: the level of measurement.

    Returns:
        1.0 is perfect agreement, 0.0 what chance gives, below 0.0 systematic disagreement. None when fewer than two
        certifications have two ratings (over one alone the ratings differ as by chance, so that it says 0.0 whatever
        they are), or when all ratings are the same: with no variation there is nothing to agree about.
    """
    paired = [ratings for ratings in certifications if len(ratings) >= _FEWEST]
    values = {value for ratings in paired for value in ratings.values()}
    if len(paired) < _FEWEST or len(values) < _FEWEST:
        return None
    raters = dict.fromkeys(rater for ratings in paired for rater in ratings)
    table = [[float(ratings.get(rater, nan)) for ratings in paired] for rater in raters]
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


def alpha_grade(value: float) -> AlphaGrade:
    """The word for an alpha, compared as it is printed, in hundredths (.80 and .67)."""
    printed = half_up(value, 2)
    if printed >= _RELIABLE:
        return AlphaGrade.RELIABLE
    return AlphaGrade.TENTATIVE if printed >= _TENTATIVE else AlphaGrade.LOW
