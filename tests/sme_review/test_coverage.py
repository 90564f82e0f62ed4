"""The coverage map against brute force, and what must hold whatever the marks."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sme_review.figures.coverage import EXACT_TO, SETS_LISTED, Cell, best_sets, cell_of, coverage_map
from sme_review.figures.worksheet import StandardLine, standard_weights

LINES = [StandardLine("A1", "A"), StandardLine("A2", "A"), StandardLine("B1", "B"), StandardLine("B2", "B")]


def one_rater(**rows):
    """Certifications 1, 2, ... in columns: one_rater(A1="full none") -> marks of one rater."""
    return {(code, number): [mark] for code, row in rows.items() for number, mark in enumerate(row.split(), start=1)}


@pytest.mark.parametrize(
    ("marks", "cell"),
    [
        ([], Cell(0, 0, 0, None, disagree=False)),
        (["full"], Cell(1, 0, 0, 1.0, disagree=False)),
        (["full", "part"], Cell(1, 1, 0, 0.75, disagree=False)),
        (["full", "none", "part"], Cell(1, 1, 1, 0.5, disagree=True)),
        (["full", "none", "part", "part"], Cell(1, 2, 1, 0.5, disagree=False)),
        (["none", "full", "full", "none"], Cell(2, 0, 2, 0.5, disagree=True)),
    ],
)
def test_cell_is_the_median_mark_and_whether_two_camps_stand_apart(marks, cell):
    assert cell_of(marks) == cell


def test_map_says_what_is_covered_untouched_and_disputed():
    marks = one_rater(A1="full none", A2="part none", B1="none full", B2="none none")
    marks["A2", 2] = ["none", "full", "part"]
    found = coverage_map(LINES, [1, 2, 3], marks)
    assert found.shares == {1: 37.5, 2: 37.5, 3: None}
    assert found.untouched == ("B2",)
    assert found.disputed == (("A2", 2),)
    assert found.is_empty is False
    assert [(one.size, one.best.certifications, one.best.share) for one in found.sets.by_size] == [
        (1, (1,), 37.5),
        (2, (1, 2), 62.5),
    ]
    # What nobody marked is not known to cover nothing: it is in no set.
    assert [one.certifications for one in found.sets.by_size[1].sets] == [(1, 2)]
    assert (found.sets.most, found.sets.exact) == (62.5, True)


def test_two_halves_of_a_standard_are_not_a_whole():
    found = coverage_map(LINES[:1], [1, 2], one_rater(A1="part part"))
    assert found.sets.most == 50
    assert [one.size for one in found.sets.by_size] == [1]


def test_segments_weigh_as_the_program_says():
    marks = one_rater(A1="full none", A2="full none", B1="none full", B2="none full")
    found = coverage_map(LINES, [1, 2], marks, {"A": 1, "B": 3})
    assert found.shares == {1: 25, 2: 75}
    assert [one.best.certifications for one in found.sets.by_size] == [(2,), (1, 2)]


@pytest.mark.parametrize(
    ("lines", "certifications", "marks"),
    [([], [], {}), (LINES, [], {}), ([], [1, 2], {}), (LINES, [1, 2], {}), (LINES, [1], one_rater(A1="none"))],
)
def test_nothing_marked_covers_nothing_and_finds_no_sets(lines, certifications, marks):
    found = coverage_map(lines, certifications, marks)
    assert (found.sets.by_size, found.sets.most) == ((), 0)
    known = {code for code, _ in marks}
    assert found.untouched == tuple(line.code for line in lines if line.code in known)
    assert found.unmarked == tuple(line.code for line in lines if line.code not in known)
    assert found.is_empty is not bool(marks)


def random_worths(standards, certifications, seed, levels=(0, 0, 0.5, 1)):
    draw = Random(seed)
    return {key: {str(number): draw.choice(levels) for number in range(standards)} for key in range(certifications)}


@pytest.mark.parametrize("weights", [None, {str(segment): segment + 3 for segment in range(8)}])
def test_twenty_certifications_and_forty_standards_are_exact(weights):
    lines = [StandardLine(str(number), str(number % 8)) for number in range(40)]
    worths = random_worths(40, EXACT_TO, seed=7, levels=(0, 0, 0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1))
    found = best_sets(worths, standard_weights(lines, weights))
    assert found.exact is True
    assert found.by_size[-1].best.share == found.most


def test_beyond_twenty_certifications_the_answer_says_that_it_is_not_exact():
    lines = [StandardLine(str(number), "A") for number in range(40)]
    found = best_sets(random_worths(40, EXACT_TO + 1, seed=3), standard_weights(lines))
    assert found.exact is False
    assert {len(one.sets) for one in found.by_size} == {1}
    shares = [one.best.share for one in found.by_size]
    assert shares == sorted(shares)
    assert shares[-1] == found.most


QUARTERS = st.sampled_from([0, 0.25, 0.5, 0.75, 1])


@st.composite
def small_cases(draw):
    segments = draw(st.lists(st.sampled_from("AB"), min_size=1, max_size=5))
    lines = [StandardLine(str(number), segment) for number, segment in enumerate(segments)]
    row = st.fixed_dictionaries({line.code: QUARTERS for line in lines})
    worths = dict(enumerate(draw(st.lists(row, min_size=1, max_size=6))))
    weights = draw(st.none() | st.fixed_dictionaries({"A": st.integers(0, 5), "B": st.integers(0, 5)}))
    return worths, standard_weights(lines, weights)


def covered(worths, parts, members):
    return sum(part * max(Fraction(worths[key][code]) for key in members) for code, part in parts.items()) * 100


@given(small_cases())
@settings(max_examples=200)
def test_best_sets_are_those_of_brute_force(case):
    worths, parts = case
    most = covered(worths, parts, list(worths))
    found = best_sets(worths, parts)
    assert found.most == pytest.approx(float(most))
    for size, one in enumerate(found.by_size, start=1):
        everything = sorted((-covered(worths, parts, members), members) for members in combinations(worths, size))
        best = everything[:SETS_LISTED]
        assert [one_set.certifications for one_set in one.sets] == [members for _, members in best]
        assert [one_set.share for one_set in one.sets] == [pytest.approx(float(-share)) for share, _ in best]
        assert len(one.sets) == min(SETS_LISTED, len(everything))
    reached = [
        size
        for size in range(1, len(worths) + 1)
        if any(covered(worths, parts, members) == most for members in combinations(worths, size))
    ]
    assert [one.size for one in found.by_size] == (list(range(1, reached[0] + 1)) if most else [])


@given(small_cases(), st.data())
def test_order_of_certifications_changes_no_share(case, data):
    worths, parts = case
    shuffled = {key: worths[key] for key in data.draw(st.permutations(list(worths)))}
    first, second = best_sets(worths, parts), best_sets(shuffled, parts)
    assert [[one.share for one in size.sets] for size in first.by_size] == [
        [one.share for one in size.sets] for size in second.by_size
    ]


@given(st.lists(st.sampled_from(["full", "part", "none"]), max_size=12), st.data())
def test_order_of_raters_changes_no_cell(marks, data):
    assert cell_of(data.draw(st.permutations(marks))) == cell_of(marks)
