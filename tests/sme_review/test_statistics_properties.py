"""The numbers against their definitions, worked out another way, and at the boundaries of N."""

import math
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_review import figures
from sme_review.figures.suggested_reading import Thresholds, suggest

VALUES = st.lists(st.integers(1, 5), min_size=1, max_size=12)
PROPORTIONS = st.lists(st.integers(0, 100), min_size=1, max_size=12)
CERTIFICATIONS = st.lists(st.dictionaries(st.integers(1, 7), st.integers(1, 5), max_size=7), max_size=7)


def interval_distance(one, other, _counts):
    return (one - other) ** 2


def ordinal_distance(one, other, counts):
    """Krippendorff 2011: the ranks between two values, their ends counted half, squared."""
    low, high = sorted((one, other))
    between = sum(count for value, count in counts.items() if low <= value <= high)
    return (between - (counts[low] + counts[high]) / 2) ** 2


def alpha_by_definition(certifications, distance):
    """1 - observed / expected disagreement, over all ordered pairs of ratings; None where there is nothing to say."""
    units = [list(ratings.values()) for ratings in certifications if len(ratings) > 1]
    pooled = [value for unit in units for value in unit]
    counts = {value: pooled.count(value) for value in pooled}
    if len(counts) < 2:
        return None
    observed = sum(
        sum(distance(one, other, counts) for one, other in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(pooled)
    expected = sum(distance(one, other, counts) for one, other in permutations(pooled, 2))
    return 1 - observed / (expected / (len(pooled) * (len(pooled) - 1)))


@settings(max_examples=200)
@given(CERTIFICATIONS)
@pytest.mark.parametrize(("level", "distance"), [("interval", interval_distance), ("ordinal", ordinal_distance)])
def test_alpha_is_what_its_definition_says(level, distance, certifications):
    """Krippendorff 2004 and 2011, worked out pair by pair; the library works with a matrix of coincidences."""
    ours, expected = figures.alpha(certifications, level=level), alpha_by_definition(certifications, distance)
    if sum(len(ratings) > 1 for ratings in certifications) < 2:
        assert ours is None  # over one certification alone it says 0.0 whatever the ratings are
        return
    assert (ours is None) == (expected is None)
    if ours is not None:
        assert ours == pytest.approx(expected, abs=1e-9)


@given(CERTIFICATIONS, st.integers(1, 7), st.integers(1, 5))
def test_somebody_who_rated_one_certification_alone_changes_no_agreement(certifications, rater, value):
    """A single rating tells nothing about agreement: it is not paired with anything."""
    more = [*certifications, {rater: value}]
    for level in ("ordinal", "interval"):
        assert figures.alpha(more, level=level) == figures.alpha(certifications, level=level)


@given(VALUES, st.data())
def test_the_order_of_raters_changes_no_number_of_a_question(values, data):
    """Those that are not in test_statistics: kappa, ratio, votes needed, quartiles of values, the suggested reading."""
    shuffled = data.draw(st.permutations(values))
    shares = data.draw(st.lists(st.integers(0, 100), min_size=len(values), max_size=len(values)))
    mixed = data.draw(st.permutations(shares))
    assert figures.endorsing_count(values) == figures.endorsing_count(shuffled)
    assert figures.middle(values) == figures.middle(shuffled)
    assert figures.proportions_disagree(shares) == figures.proportions_disagree(mixed)
    groups = {"secondary": 2, "postsecondary": 2, "business": 2}
    readings = [
        suggest(
            proportions=first,
            employer_values=second,
            postsecondary_values=second[::-1],
            raters_by_group=groups,
            thresholds=Thresholds(),
        )
        for first, second in ((shares, values), (mixed, shuffled))
    ]
    assert readings[0] == readings[1]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=9), st.permutations(range(9)))
def test_change_between_rounds_knows_no_names(answers, names):
    def change(keys):
        before, after = ({key: both[at] for key, both in zip(keys, answers, strict=False)} for at in (0, 1))
        return figures.change_between(before, dict(reversed(after.items())))

    assert change(names) == change(range(9))


@given(VALUES)
def test_one_more_endorsement_never_lowers_what_stands_behind_a_certification(values):
    """Share, ratio and kappa's own share of endorsing raters; and one that endorses not never raises them."""
    more, less = [*values, 4], [*values, 3]
    for number in (
        figures.endorsement_share,
        lambda given: figures.content_validity_ratio(figures.endorsing_count(given), len(given)),
    ):
        assert number(less) <= number(values) <= number(more)


@given(st.integers(3, 60), st.data())
def test_kappa_grows_with_the_raters_who_endorse(raters, data):
    """Of the same number of raters more endorsing never means a smaller kappa, from half of them on."""
    endorsing = data.draw(st.integers(math.ceil(raters / 2), raters - 1))
    assert figures.modified_kappa(endorsing, raters) <= figures.modified_kappa(endorsing + 1, raters)


@pytest.mark.parametrize(
    ("values", "disagrees"),
    [
        ([], False),
        ([1], False),
        ([5], False),
        ([1, 5], False),
        ([1, 2], False),
        ([1, 3, 5], True),
        ([1, 3, 3, 5], False),
    ],
)
def test_disagreement_at_the_boundaries_of_n(values, disagrees):
    """Of one or two raters nothing is read; of three, one on each side is a third."""
    assert figures.values_disagree(values) is disagrees
    shares = [{1: 10, 2: 29, 3: 50, 5: 90}[value] for value in values]
    assert figures.proportions_disagree(shares) is disagrees


@pytest.mark.parametrize(
    ("endorsing", "raters", "kappa"), [(1, 1, 1), (0, 1, -1), (2, 2, 1), (1, 2, 0), (0, 2, -1 / 3)]
)
def test_kappa_at_the_boundaries_of_n(endorsing, raters, kappa):
    """By hand: pc = C(N, A) / 2^N, k* = (A / N - pc) / (1 - pc)."""
    assert figures.modified_kappa(endorsing, raters) == pytest.approx(kappa)


@pytest.mark.parametrize(("raters", "needed"), [(1, 100), (5, 100), (6, 83), (8, 83), (9, 78), (100, 78)])
def test_the_share_needed_changes_exactly_at_six_and_nine_raters(raters, needed):
    assert figures.endorsement_needed(raters, to_5=100, to_8=83, from_9=78) == needed


@given(PROPORTIONS)
def test_summary_and_bands_count_everybody_once(values):
    assert figures.summarize(values).count == len(values)
    counted = figures.share_in_bands(values)
    assert sum(one.count for one in counted) == len(values)
    assert sum(one.share for one in counted) == pytest.approx(1)
