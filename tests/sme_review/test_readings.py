"""The suggested reading: which rule fires, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_review.enums import Reading, StakeholderGroup
from sme_review.figures.suggested_reading import Thresholds, suggest, why_withheld

FIVE = {"secondary": 2, "postsecondary": 1, "business": 2}


def read(proportions, employers, postsecondary, groups=FIVE, **rules):
    return suggest(
        proportions=proportions,
        employer_values=employers,
        postsecondary_values=postsecondary,
        raters_by_group=groups,
        thresholds=Thresholds(**rules),
    )


def test_everything_met_reads_recommend():
    assert read([50] * 5, [4] * 5, [3] * 5).reading == Reading.RECOMMEND


@pytest.mark.parametrize(
    ("proportions", "employers", "postsecondary", "words"),
    [
        ([49] * 5, [4] * 5, [3] * 5, "the median share of the standards is below 50 percent"),
        (
            [50] * 5,
            [4, 4, 4, 4, 3],
            [3] * 5,
            "80 percent rate the value to employers 4 or 5, and 100 percent are needed with 5 raters",
        ),
        ([50] * 5, [4] * 5, [2] * 5, "the median value to postsecondary programs is below 3"),
        ([50] * 5, [], [3] * 5, "nobody could judge the value to employers"),
        ([50] * 5, [4] * 5, [], "nobody could judge the value to postsecondary programs"),
        ([50] * 5, [5], [3] * 5, "only 1 could judge the value to employers"),
        ([50] * 5, [1, 2], [3] * 5, "only 2 could judge the value to employers"),
        ([50] * 5, [4] * 5, [5, 5], "only 2 could judge the value to postsecondary programs"),
        ([], [4] * 5, [3] * 5, "the median share of the standards is below 50 percent"),
    ],
)
def test_one_thing_short_reads_discuss_and_says_which(proportions, employers, postsecondary, words):
    suggested = read(proportions, employers, postsecondary)
    assert suggested.reading == Reading.DISCUSS
    assert suggested.rule == f"Not everything needed to recommend holds: {words}."


def test_three_who_can_judge_are_enough_to_read_a_question():
    """Lynn 1986: three experts at least."""
    assert read([50] * 5, [5] * 3, [3] * 3).reading == Reading.RECOMMEND
    assert read([50] * 5, [2] * 3, [3] * 5).reading == Reading.DO_NOT_RECOMMEND


def test_low_share_reads_do_not_recommend():
    suggested = read([29] * 5, [4] * 5, [3] * 5)
    assert suggested.reading == Reading.DO_NOT_RECOMMEND
    assert suggested.rule == "The median share of the standards is 29 percent, below 30."
    assert read([30] * 5, [4] * 5, [3] * 5).reading == Reading.DISCUSS


def test_low_value_to_employers_reads_do_not_recommend():
    suggested = read([60] * 5, [2] * 5, [3] * 5)
    assert suggested.reading == Reading.DO_NOT_RECOMMEND
    assert suggested.rule == "The median value to employers is 2, not above 2."


def test_disagreement_comes_before_the_medians():
    suggested = read([10, 10, 10, 90, 90], [1, 1, 1, 5, 5], [3] * 5)
    assert suggested.reading == Reading.DISCUSS
    assert suggested.rule.startswith("The panel disagrees on the share of the standards and the value to employers")


def test_below_quorum_is_withheld_with_the_count():
    suggested = read([90] * 4, [5] * 4, [5] * 4, {"secondary": 2, "postsecondary": 1, "business": 1})
    assert suggested.reading == Reading.WITHHELD
    assert suggested.rule == "4 people rated it; the panel's quorum is 5."


def test_missing_group_is_withheld_and_named():
    suggested = read([90] * 5, [5] * 5, [5] * 5, {"secondary": 4, "postsecondary": 1})
    assert suggested.reading == Reading.WITHHELD
    assert suggested.rule == "Nobody rated it in: Business and industry."
    short = read([90] * 5, [5] * 5, [5] * 5, {"secondary": 2, "postsecondary": 1, "business": 2}, minimum_per_group=2)
    assert short.rule == "Fewer than 2 people rated it in: Postsecondary educator."


def test_thresholds_of_the_panel_are_used():
    assert read([40] * 5, [4] * 5, [2] * 5, recommend_proportion=40, recommend_postsecondary=2).reading == (
        Reading.RECOMMEND
    )
    assert read([60] * 5, [3] * 5, [3] * 5, reject_employer=3).reading == Reading.DO_NOT_RECOMMEND


@pytest.mark.parametrize("quorum", [3, 5, 9])
def test_reading_appears_exactly_at_the_quorum(quorum):
    """Boundaries of N: 0, 1, 2, quorum - 1 are withheld; quorum is read."""
    for raters in (0, 1, 2, quorum - 1, quorum):
        groups = dict.fromkeys(StakeholderGroup, 0) | {"secondary": max(0, raters - 2), "business": min(1, raters)}
        groups["postsecondary"] = raters - groups["secondary"] - groups["business"]
        suggested = read([90] * raters, [5] * raters, [5] * raters, groups, quorum=quorum)
        assert suggested.reading == (Reading.RECOMMEND if raters == quorum else Reading.WITHHELD)


VALUES = st.lists(st.integers(1, 5), max_size=12)


@given(
    st.lists(st.integers(0, 100), max_size=12),
    VALUES,
    VALUES,
    st.dictionaries(st.sampled_from(list(StakeholderGroup)), st.integers(0, 6)),
    st.integers(3, 10),
    st.integers(0, 3),
)
def test_withheld_numbers_are_never_read(proportions, employers, postsecondary, groups, quorum, per_group):
    rules = {"quorum": quorum, "minimum_per_group": per_group}
    withheld = why_withheld(groups, Thresholds(**rules))
    suggested = read(proportions, employers, postsecondary, groups, **rules)
    assert (suggested.reading == Reading.WITHHELD) == bool(withheld)
    assert bool(withheld) == (
        sum(groups.values()) < quorum or any(groups.get(group, 0) < per_group for group in StakeholderGroup)
    )
    shuffled = read(proportions[::-1], employers[::-1], postsecondary[::-1], groups, **rules)
    assert shuffled == suggested
