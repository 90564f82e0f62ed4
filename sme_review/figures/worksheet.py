"""The worksheet behind question 1: from marks on single standards to a suggested share of the standards.

The tool suggests; the panelist may differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# Full counts 1, part a half, none 0 (the field's customary worksheet; see the marks of StandardMark).
WORTH: Mapping[str, Fraction] = {"full": Fraction(1), "part": Fraction(1, 2), "none": Fraction(0)}


@dataclass(frozen=True)
class StandardLine:
    """One technical standard as the worksheet sees it."""

    code: str
    segment: str


@dataclass(frozen=True)
class SuggestedShare:
    """What the marks come to.

    `proportion` is whole percent, None until all standards are marked; `left` is how many are not marked yet.
    """

    proportion: int | None
    left: int


def suggest_share(
    standards: Sequence[StandardLine],
    marks: Mapping[str, str],
    weights: Mapping[str, Decimal] | Mapping[str, int] | None = None,
) -> SuggestedShare:
    """The share of the standards that the marks come to: 100 x sum / N, or weighted by segment.

    With weights it is 100 x sum over segments of (weight x mean worth of its marks) / sum of weights. The exact
    fraction is
    rounded once, at the end, to whole percent; a half goes up (12.5 becomes 13).

    Args:
        standards: all standards of the program's version.
        marks: standard code -> "full", "part" or "none"; codes that are not among the standards are ignored.
        weights: segment -> weight, where the program has weights. A segment that is not named weighs nothing. Without
            weights, or with weights that come to nothing, each standard counts the same.

    Returns:
        No proportion while a standard is unmarked, or when the program has no standards.
    """
    left = sum(standard.code not in marks for standard in standards)
    if left or not standards:
        return SuggestedShare(None, left)
    parts = standard_weights(standards, weights)
    exact = sum((parts[standard.code] * WORTH[marks[standard.code]] for standard in standards), Fraction(0))
    return SuggestedShare(round_half_up(100 * exact), 0)


def standard_weights(
    standards: Sequence[StandardLine], weights: Mapping[str, Decimal] | Mapping[str, int] | None = None
) -> dict[str, Fraction]:
    """Each standard's part of the whole, exact; the parts add up to 1 (nothing for no standards).

    Args:
        standards: all standards of the program's version, each code once.
        weights: as in suggest_share.
    """
    counts: dict[str, int] = {}
    for standard in standards:
        counts[standard.segment] = counts.get(standard.segment, 0) + 1
    weighed = {segment: max(Fraction(0), Fraction((weights or {}).get(segment, 0))) for segment in counts}
    whole = sum(weighed.values())
    if not whole:
        return {standard.code: Fraction(1, len(standards)) for standard in standards}
    return {standard.code: weighed[standard.segment] / (whole * counts[standard.segment]) for standard in standards}


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up, whatever the number (Python's own rounding goes to even)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
