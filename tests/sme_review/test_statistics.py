"""The numbers against published and hand-worked examples, and what must hold whatever the ratings."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_review import statistics

VALUES = st.lists(st.integers(1, 5), min_size=1, max_size=40)
PROPORTIONS = st.lists(st.integers(0, 100), min_size=1, max_size=40)
NEEDED = {"to_5": 100, "to_8": 83, "from_9": 78}


@pytest.mark.parametrize(
    ("endorsing", "raters", "share", "kappa"),
    [(6, 7, 0.86, 0.85), (8, 10, 0.80, 0.79), (7, 10, 0.70, 0.66), (3, 3, 1.0, 1.0), (5, 6, 0.83, 0.82)],
)
def test_endorsement_and_kappa_match_published_tables(endorsing, raters, share, kappa):
    """Polit & Beck's I-CVI with Polit, Beck & Owen's modified kappa."""
    values = [4] * endorsing + [2] * (raters - endorsing)
    assert round(statistics.endorsement_share(values), 2) == share
    assert round(statistics.modified_kappa(endorsing, raters), 2) == kappa


def test_summary_matches_a_hand_worked_example():
    summary = statistics.summarise([10, 20, 40, 70, 90])
    assert (summary.count, summary.minimum, summary.maximum, summary.mean) == (5, 10, 90, 46)
    assert (summary.q1, summary.median, summary.q3) == (20, 40, 70)
    assert summary.deviation == (30 + 20 + 0 + 30 + 50) / 5


def test_quartiles_lie_between_ratings_where_needed():
    summary = statistics.summarise([1, 2, 3, 4])
    assert (summary.q1, summary.median, summary.q3) == (1.75, 2.5, 3.25)


def test_one_rating_is_its_own_summary():
    summary = statistics.summarise([3])
    assert (summary.q1, summary.median, summary.q3, summary.mean, summary.deviation) == (3, 3, 3, 3, 0)


def test_nobody_rated_is_nothing_and_not_zero():
    assert statistics.summarise([]) is None
    assert statistics.middle([]) is None
    assert statistics.endorsement_share([]) is None
    assert statistics.values_disagree([]) is False
    assert statistics.proportions_disagree([]) is False


@pytest.mark.parametrize(("raters", "needed"), [(3, 100), (5, 100), (6, 83), (8, 83), (9, 78), (30, 78)])
def test_share_needed_follows_the_number_of_raters(raters, needed):
    assert statistics.endorsement_needed(raters, **NEEDED) == needed


@pytest.mark.parametrize(
    ("endorsing", "raters", "reached"),
    [(5, 5, True), (4, 5, False), (5, 6, True), (4, 6, False), (7, 9, True), (6, 9, False)],
)
def test_share_is_compared_as_tables_print_it(endorsing, raters, reached):
    needed = statistics.endorsement_needed(raters, **NEEDED)
    assert statistics.reaches(endorsing / raters, needed) is reached


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 3], True),
        ([1, 1, 3, 3, 5, 3, 5], False),
        ([2, 4, 3], True),
        ([4, 4, 5], False),
        ([1, 3, 3, 4, 4], False),
    ],
)
def test_values_disagree_with_a_third_on_both_sides(values, expected):
    assert statistics.values_disagree(values) is expected


@pytest.mark.parametrize(
    ("values", "expected"), [([29, 71, 50], True), ([30, 71, 50], False), ([29, 70, 50], False), ([0, 100], True)]
)
def test_proportions_disagree_under_30_and_over_70(values, expected):
    assert statistics.proportions_disagree(values) is expected


@given(st.data())
def test_order_of_raters_changes_nothing(data):
    values = data.draw(VALUES)
    shuffled = data.draw(st.permutations(values))
    assert statistics.summarise(values) == statistics.summarise(shuffled)
    assert statistics.endorsement_share(values) == statistics.endorsement_share(shuffled)
    assert statistics.values_disagree(values) == statistics.values_disagree(shuffled)


@given(PROPORTIONS)
def test_five_numbers_stand_in_order(values):
    summary = statistics.summarise(values)
    assert summary.minimum <= summary.q1 <= summary.median <= summary.q3 <= summary.maximum
    assert summary.median == median(values)
    assert summary.minimum <= summary.mean <= summary.maximum or summary.mean == pytest.approx(summary.minimum)
    assert 0 <= summary.deviation <= (summary.maximum - summary.minimum)


@given(VALUES)
def test_one_more_endorsement_never_lowers_the_share(values):
    assert statistics.endorsement_share([*values, 5]) >= statistics.endorsement_share(values)


@given(st.integers(2, 60), st.data())
def test_kappa_never_exceeds_the_share(raters, data):
    endorsing = data.draw(st.integers(0, raters))
    assert statistics.modified_kappa(endorsing, raters) <= endorsing / raters


@given(VALUES)
def test_disagreement_is_the_same_seen_from_the_other_end(values):
    assert statistics.values_disagree(values) == statistics.values_disagree([6 - value for value in values])
