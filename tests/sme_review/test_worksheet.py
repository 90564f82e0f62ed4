"""The share that a worksheet's marks come to."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_review.figures.worksheet import (
    WORTH,
    StandardLine,
    SuggestedShare,
    round_half_up,
    standard_weights,
    suggest_share,
)

LINES = [StandardLine("A1", "A"), StandardLine("A2", "A"), StandardLine("B1", "B"), StandardLine("B2", "B")]


def sheet(*marks):
    return dict(zip(["A1", "A2", "B1", "B2"], marks, strict=False))


@pytest.mark.parametrize(
    ("marks", "share"),
    [
        (["full"] * 4, 100),
        (["none"] * 4, 0),
        (["part"] * 4, 50),
        (["full", "part", "none", "none"], 38),
        (["part", "none", "none", "none"], 13),
    ],
)
def test_share_is_the_mean_worth_and_a_half_goes_up(marks, share):
    """37.5 becomes 38 and 12.5 becomes 13."""
    assert suggest_share(LINES, sheet(*marks)) == SuggestedShare(share, 0)


def test_segments_weigh_as_the_program_says():
    marks = sheet("full", "part", "none", "none")
    assert suggest_share(LINES, marks, {"A": 3, "B": 1}).proportion == 56
    assert suggest_share(LINES, marks, {"A": 1, "B": 3}).proportion == 19
    assert suggest_share(LINES, marks, {"A": 1}).proportion == 75
    assert suggest_share(LINES, marks, {"A": Decimal("37.50"), "B": Decimal("12.50")}).proportion == 56


@pytest.mark.parametrize("weights", [None, {}, {"A": 0, "B": 0}, {"C": 5}])
def test_without_weights_each_standard_counts_the_same(weights):
    lines = [*LINES, StandardLine("C1", "D")]
    marks = {**sheet("full", "full", "full", "full"), "C1": "none"}
    assert suggest_share(lines, marks, weights).proportion == 80


def test_unmarked_standards_are_counted_and_nothing_is_suggested():
    assert suggest_share(LINES, {}) == SuggestedShare(None, 4)
    assert suggest_share(LINES, {**sheet("full", "none", "part"), "elsewhere": "full"}) == SuggestedShare(None, 1)


def test_a_program_without_standards_suggests_nothing():
    assert suggest_share([], {}) == SuggestedShare(None, 0)
    assert standard_weights([]) == {}


@pytest.mark.parametrize(("value", "whole"), [("1/2", 1), ("3/2", 2), ("5/2", 3), ("49/100", 0), ("7", 7)])
def test_rounding_sends_a_half_up(value, whole):
    assert round_half_up(Fraction(value)) == whole


WORDS = st.sampled_from(sorted(WORTH))
SEGMENTS = st.lists(st.tuples(st.sampled_from("ABC"), WORDS), min_size=1, max_size=20)
WEIGHTS = st.none() | st.dictionaries(st.sampled_from("ABC"), st.integers(0, 100))


def drawn(rows):
    lines = [StandardLine(str(number), segment) for number, (segment, _) in enumerate(rows)]
    return lines, {str(number): mark for number, (_, mark) in enumerate(rows)}


@given(SEGMENTS, WEIGHTS)
def test_weights_of_the_standards_add_up_to_the_whole(rows, weights):
    lines, _ = drawn(rows)
    assert sum(standard_weights(lines, weights).values()) == 1


@given(SEGMENTS, WEIGHTS, st.data())
def test_order_of_standards_changes_nothing(rows, weights, data):
    lines, marks = drawn(rows)
    share = suggest_share(lines, marks, weights)
    assert suggest_share(data.draw(st.permutations(lines)), marks, weights) == share
    assert 0 <= share.proportion <= 100


@given(SEGMENTS, WEIGHTS, st.data())
def test_a_better_mark_never_lowers_the_share(rows, weights, data):
    lines, marks = drawn(rows)
    code = data.draw(st.sampled_from([line.code for line in lines]))
    better = {**marks, code: "full"}
    assert suggest_share(lines, better, weights).proportion >= suggest_share(lines, marks, weights).proportion


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_equal_segments_with_equal_weights_are_as_good_as_none(words):
    lines = [StandardLine(f"{segment}{number}", segment) for segment in "AB" for number in range(len(words))]
    marks = {line.code: words[int(line.code[1:])] for line in lines}
    assert suggest_share(lines, marks, {"A": 7, "B": 7}) == suggest_share(lines, marks)
