"""Where the ratings lie: the five numbers of a box plot, the mean, the spread around the median, shares in bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from sme_review.enums import WEAK_PROPORTION

# The customary ceiling of the mean absolute deviation: a sixth of the scale (Burke & Dunlap 2002).
_CEILING_PART = 6
# With fewer answers a median gives away, or helps to work out, what one person answered; statistics offices ask for
# three contributors at least (the rule of three).
FEWEST_REVEALED = 3


@dataclass(frozen=True)
class Band:
    """A named stretch of a scale, both ends included."""

    low: int
    high: int
    name: str


@dataclass(frozen=True)
class BandCount:
    """How many ratings lie in a band, and which share of all ratings that is (0.0 to 1.0)."""

    band: Band
    count: int
    share: float


# Shares of the technical standards: Popham 1992 calls 70 percent adequate; studies grade 50 and more as moderate.
PROPORTION_BANDS = (
    Band(0, WEAK_PROPORTION - 1, "weak"),
    Band(WEAK_PROPORTION, 49, "partial"),
    Band(50, 69, "moderate"),
    Band(70, 100, "strong"),
)


@dataclass(frozen=True)
class Summary:
    """Where the ratings lie: count, mean, the five numbers of a box plot, mean absolute deviation from the median."""

    count: int
    mean: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float
    deviation: float


def summarize(values: Sequence[int]) -> Summary | None:
    """Count, mean, minimum, quartiles, maximum and mean absolute deviation from the median.

    Quartiles are interpolated between the ordered ratings, ends included (Hyndman & Fan 1996, definition 7; what
    spreadsheets call QUARTILE.INC). One rating is its own quartiles.

    Args:
        values: the ratings of one question, certification and round.

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


def middle_of_group(values: Sequence[int]) -> float | None:
    """The median of one stakeholder group, whose members are known by name; None under three answers."""
    return middle(values) if len(values) >= FEWEST_REVEALED else None


def deviation_ceiling(low: int, high: int) -> float:
    """The largest mean absolute deviation from the median that still counts as agreement: a sixth of the scale.

    Burke & Dunlap 2002 (average deviation index): about 0.7 on a scale of 1 to 5, about 17 on 0 to 100.

    Args:
        low: the lowest answer that the scale allows.
        high: the highest.
    """
    return (high - low) / _CEILING_PART


def share_in_bands(values: Sequence[int], bands: Sequence[Band] = PROPORTION_BANDS) -> list[BandCount]:
    """How many ratings lie in each band, in the bands' order; the shares are 0 when nobody rated.

    Args:
        values: the ratings of one question.
        bands: stretches that do not overlap; ratings outside of all bands count only in the whole.
    """
    counts = [sum(band.low <= value <= band.high for value in values) for band in bands]
    return [
        BandCount(band, count, count / len(values) if values else 0.0)
        for band, count in zip(bands, counts, strict=True)
    ]
