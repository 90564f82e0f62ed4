"""The coverage map: standards x certifications from the worksheets, and the small sets that cover the most.

Pure functions. A cell holds the marks that raters gave one standard for one certification.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from heapq import nlargest
from itertools import islice
from statistics import median

from sme_review.figures import camps
from sme_review.figures.worksheet import WORTH, StandardLine, standard_weights

# Up to here every set is looked at; beyond, certifications are added one by one (2^20 sets take about a second).
EXACT_TO = 20
# How many sets of one size are shown: the best and its runners-up.
SETS_LISTED = 4
# Medians of marks lie on quarters: 0, a quarter, a half, three quarters, 1.
_QUARTERS = 4


@dataclass(frozen=True)
class Cell:
    """What the raters marked for one standard and one certification; `worth` is the median mark, None when nobody
    marked.
    """

    full: int
    part: int
    none: int
    worth: float | None
    disagree: bool

    @property
    def raters(self) -> int:
        """How many marked it."""
        return self.full + self.part + self.none


@dataclass(frozen=True)
class CoveringSet:
    """Some certifications and the share of the standards that they cover together, in percent."""

    certifications: tuple[int, ...]
    share: float


@dataclass(frozen=True)
class SetsOfSize:
    """The best sets of one size: the best first, then its runners-up."""

    size: int
    sets: tuple[CoveringSet, ...]

    @property
    def best(self) -> CoveringSet:
        """The set that covers the most; of equals the one whose certifications come first."""
        return self.sets[0]


@dataclass(frozen=True)
class CoveringSets:
    """The best sets of each size, up to the smallest that covers all that the certifications can cover together.

    `exact` is False where there were too many certifications to look at every set; then each size adds to the one
    before the certification that gains the most, and there are no runners-up.
    """

    by_size: tuple[SetsOfSize, ...]
    most: float
    exact: bool


@dataclass(frozen=True)
class CoverageMap:
    """Standards x certifications, with what each covers. Shares are percent of the (weighted) standards."""

    standards: tuple[StandardLine, ...]
    certifications: tuple[int, ...]
    cells: Mapping[tuple[str, int], Cell]
    shares: Mapping[int, float | None]
    untouched: tuple[str, ...]
    unmarked: tuple[str, ...]
    disputed: tuple[tuple[str, int], ...]
    sets: CoveringSets

    def left(self, certification: int) -> int:
        """How many standards nobody marked for a certification."""
        return sum(not self.cells[line.code, certification].raters for line in self.standards)

    @property
    def is_empty(self) -> bool:
        """Whether nobody marked anything."""
        return all(cell.raters == 0 for cell in self.cells.values())


def cell_of(marks: Iterable[str]) -> Cell:
    """The median mark (full 1, part 0.5, none 0) and whether the raters are in two camps.

    They disagree when at least a third say none and at least a third say full (the RAND/UCLA rule on three marks).

    Args:
        marks: "full", "part" or "none", one for each rater who marked.
    """
    given = list(marks)
    full, part, none = (given.count(mark) for mark in ("full", "part", "none"))
    worth = float(median(WORTH[mark] for mark in given)) if given else None
    return Cell(full, part, none, worth, camps(none, full, len(given)))


def coverage_map(
    standards: Sequence[StandardLine],
    certifications: Sequence[int],
    marks: Mapping[tuple[str, int], Sequence[str]],
    weights: Mapping[str, Decimal] | Mapping[str, int] | None = None,
    few: Collection[int] = (),
) -> CoverageMap:
    """The whole map.

    Args:
        standards: the program's standards in their order, each code once.
        certifications: keys in the panel's order.
        marks: (standard code, certification) -> marks of the raters; a missing cell was marked by nobody.
        weights: segment -> weight, as in worksheet.suggest_share.
        few: certifications with so few worksheets that no set is made of them.

    Returns:
        A certification that nobody marked has the share None and is in no set. A standard is untouched when it was
        marked
        and nobody's median finds any of it in any certification; unmarked when nobody marked it for any. In shares and
        sets what nobody marked adds nothing.
    """
    cells = {
        (line.code, certification): cell_of(marks.get((line.code, certification), ()))
        for line in standards
        for certification in certifications
    }
    parts = standard_weights(standards, weights)
    marked = {key for (_, key), cell in cells.items() if cell.raters}
    known = {code for (code, _), cell in cells.items() if cell.raters}
    return CoverageMap(
        standards=tuple(standards),
        certifications=tuple(certifications),
        cells=cells,
        shares={
            key: float(100 * sum(parts[line.code] * Fraction(cells[line.code, key].worth or 0) for line in standards))
            if key in marked
            else None
            for key in certifications
        },
        untouched=tuple(
            line.code
            for line in standards
            if line.code in known and not any(cells[line.code, key].worth for key in certifications)
        ),
        unmarked=tuple(line.code for line in standards if line.code not in known),
        disputed=tuple(place for place, cell in cells.items() if cell.disagree),
        sets=best_sets(
            {
                key: {line.code: cells[line.code, key].worth or 0.0 for line in standards}
                for key in certifications
                if key in marked and key not in few
            },
            parts,
        ),
    )


def best_sets(worths: Mapping[int, Mapping[str, float]], parts: Mapping[str, Fraction]) -> CoveringSets:
    """The sets of certifications that cover the most of the standards, smallest sizes first.

    A set covers of each standard what its best certification covers: two halves of a standard are not taken for a
    whole, because nobody marked whether they are the same half. Sizes stop at the smallest set that reaches what all
    certifications together cover. Up to 20 certifications every set is looked at, so the answer is exact; beyond, the
    certification that gains most is added each time (at least 63 percent of the best: Nemhauser, Wolsey & Fisher 1978).

    Args:
        worths: certification -> standard code -> median mark in quarters (0.0, 0.25 ... 1.0); order breaks ties.
        parts: standard code -> its exact part of the whole; they add up to 1.
    """
    keys = list(worths)
    scale = _Scale(parts)
    covers = [scale.bits(worths[key]) for key in keys]
    together = 0
    for bits in covers:
        together |= bits
    most = scale.score(together)
    exact = len(keys) <= EXACT_TO
    sizes: list[SetsOfSize] = []
    for level in (_every_set if exact else _greedy_sets)(covers, scale) if most else ():
        best = tuple(
            CoveringSet(tuple(key for place, key in enumerate(keys) if members >> place & 1), scale.percent(score))
            for score, members in level
        )
        sizes.append(SetsOfSize(len(best[0].certifications), best))
        if level[0][0] == most:
            break
    return CoveringSets(tuple(sizes), scale.percent(most), exact)


class _Scale:
    """What a set covers as bits of one number, four for each standard (its quarters), so that a union is an "or"."""

    def __init__(self, parts: Mapping[str, Fraction]) -> None:
        self._place = {code: _QUARTERS * number for number, code in enumerate(parts)}
        self._denominator = math.lcm(1, *(part.denominator for part in parts.values()))
        masks: dict[int, int] = {}
        for code, part in parts.items():
            weight = int(part * self._denominator)
            masks[weight] = masks.get(weight, 0) | (2**_QUARTERS - 1) << self._place[code]
        # Standards that weigh the same are counted together; those that weigh nothing are left out.
        self._masks = [(weight, mask) for weight, mask in sorted(masks.items()) if weight]

    def bits(self, worths: Mapping[str, float]) -> int:
        """Quarters as that many low bits in the standard's place."""
        return sum((2 ** round(_QUARTERS * worths[code]) - 1) << place for code, place in self._place.items())

    def score(self, bits: int) -> int:
        """Exact and comparable: the covered share times a common denominator."""
        return sum(weight * (bits & mask).bit_count() for weight, mask in self._masks)

    def percent(self, score: int) -> float:
        """The share of a score in percent."""
        return 100 * score / (_QUARTERS * self._denominator)


def _every_set(covers: list[int], scale: _Scale) -> Iterable[list[tuple[int, int]]]:
    """Size by size, the best sets as (score, members as bits), the best first; ties keep the order of the panel."""
    # Each set as (members, what it covers), grown from those one smaller by a certification behind its last.
    sets = [(0, 0, 0)]
    for _ in covers:
        sets = [
            (members | 1 << place, cover | covers[place], place + 1)
            for members, cover, start in sets
            for place in range(start, len(covers))
        ]
        scores = [scale.score(cover) for _, cover, _ in sets]
        least = min(nlargest(SETS_LISTED, scores))
        good = [(score, members) for score, (members, _, _) in zip(scores, sets, strict=True) if score >= least]
        # Sets grow in the order of the panel, and sorting keeps that order among equals.
        yield list(islice(sorted(good, key=lambda pair: -pair[0]), SETS_LISTED))


def _greedy_sets(covers: list[int], scale: _Scale) -> Iterable[list[tuple[int, int]]]:
    members, cover = 0, 0
    for _ in covers:
        rest = [place for place in range(len(covers)) if not members >> place & 1]
        best = max(rest, key=lambda place: (scale.score(cover | covers[place]), -place))
        members, cover = members | 1 << best, cover | covers[best]
        yield [(scale.score(cover), members)]
