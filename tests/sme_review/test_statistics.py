"""The numbers against published tables and hand-worked examples, and what must hold whatever the ratings."""

import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_review import figures

VALUES = st.lists(st.integers(1, 5), min_size=1, max_size=40)
PROPORTIONS = st.lists(st.integers(0, 100), min_size=1, max_size=40)
NEEDED = {"to_5": 100, "to_8": 83, "from_9": 78}


# Polit, Beck & Owen 2007, Research in Nursing & Health 30, table of I-CVI, k* and its grade by number of experts.
POLIT_BECK_OWEN = [
    (3, 3, 1.00, 1.00, "excellent"),
    (2, 3, 0.67, 0.47, "fair"),
    (4, 4, 1.00, 1.00, "excellent"),
    (3, 4, 0.75, 0.67, "good"),
    (5, 5, 1.00, 1.00, "excellent"),
    (4, 5, 0.80, 0.76, "excellent"),
    (6, 6, 1.00, 1.00, "excellent"),
    (5, 6, 0.83, 0.81, "excellent"),
    (4, 6, 0.67, 0.57, "fair"),
    (7, 7, 1.00, 1.00, "excellent"),
    (6, 7, 0.86, 0.85, "excellent"),
    (5, 7, 0.71, 0.65, "good"),
    (8, 8, 1.00, 1.00, "excellent"),
    (7, 8, 0.88, 0.88, "excellent"),
    (6, 8, 0.75, 0.72, "good"),
    (9, 9, 1.00, 1.00, "excellent"),
    (8, 9, 0.89, 0.89, "excellent"),
    (7, 9, 0.78, 0.76, "excellent"),
]
# BMC Health Services Research 2017 (doi 10.1186/s12913-017-2469-8), table of I-CVI and k* of 9 and 10 experts.
BMC_2017 = [
    (10, 10, 1.00, 1.00, "excellent"),
    (9, 10, 0.90, 0.90, "excellent"),
    (8, 10, 0.80, 0.79, "excellent"),
    (7, 10, 0.70, 0.66, "good"),
    (6, 9, 0.67, 0.60, "good"),
]


@pytest.mark.parametrize(("endorsing", "raters", "share", "kappa", "grade"), POLIT_BECK_OWEN + BMC_2017)
def test_endorsement_and_kappa_match_published_tables(endorsing, raters, share, kappa, grade):
    values = [4] * endorsing + [2] * (raters - endorsing)
    # The printed tables compute k* from an I-CVI already rounded, so the last digit may differ by one.
    assert figures.endorsement_share(values) == pytest.approx(share, abs=0.00501)
    ours = figures.modified_kappa(endorsing, raters)
    assert round(ours, 2) == pytest.approx(kappa, abs=0.0101)
    assert figures.kappa_grade(ours) == grade


@pytest.mark.parametrize(
    ("kappa", "grade"),
    [(0.75, "excellent"), (0.74, "good"), (0.60, "good"), (0.59, "fair"), (0.40, "fair"), (0.39, "below fair")],
)
def test_kappa_grades_change_at_the_published_marks(kappa, grade):
    assert figures.kappa_grade(kappa) == grade


def test_mean_endorsement_matches_a_published_panel():
    """PMC7253559, table 4: six experts, twelve items, ten endorsed by all and two by five: S-CVI/Ave = 0.97."""
    shares = [1.0] * 10 + [5 / 6] * 2
    assert round(figures.panel_endorsement(shares), 2) == 0.97
    assert figures.panel_endorsement([None, 0.5, None]) == 0.5
    assert figures.panel_endorsement([]) is None
    assert figures.panel_endorsement([None]) is None


# Ayre & Scally 2014, Measurement and Evaluation in Counseling and Development 47, critical values of Lawshe's CVR:
# panel size, fewest "essential" votes, the CVR of that many votes.
AYRE_SCALLY = [
    (5, 5, 1.00), (6, 6, 1.00), (7, 7, 1.00), (8, 7, 0.750), (9, 8, 0.778), (10, 9, 0.800), (11, 9, 0.636),
    (12, 10, 0.667), (13, 10, 0.538), (14, 11, 0.571), (15, 12, 0.600), (16, 12, 0.500), (17, 13, 0.529),
    (18, 13, 0.444), (19, 14, 0.474), (20, 15, 0.500), (25, 18, 0.440), (30, 20, 0.333), (35, 23, 0.314),
    (40, 26, 0.300),
]  # fmt: skip


@pytest.mark.parametrize(("raters", "needed", "ratio"), AYRE_SCALLY)
def test_critical_values_match_the_published_table(raters, needed, ratio):
    assert figures.endorsing_beyond_chance(raters) == needed
    assert round(figures.content_validity_ratio(needed, raters), 3) == ratio


@pytest.mark.parametrize("raters", range(5))
def test_under_five_raters_no_vote_goes_beyond_chance(raters):
    assert figures.endorsing_beyond_chance(raters) is None


def test_content_validity_ratio_runs_from_minus_one_to_one():
    assert figures.content_validity_ratio(0, 8) == -1
    assert figures.content_validity_ratio(4, 8) == 0
    assert figures.content_validity_ratio(8, 8) == 1
    assert figures.content_validity_ratio(0, 0) is None


def test_bands_count_every_share_of_the_standards_once():
    counted = figures.share_in_bands([0, 29, 30, 49, 50, 69, 70, 100, 75, 80])
    assert [(one.band.name, one.count, one.share) for one in counted] == [
        ("weak", 2, 0.2),
        ("partial", 2, 0.2),
        ("moderate", 2, 0.2),
        ("strong", 4, 0.4),
    ]
    assert [one.share for one in figures.share_in_bands([])] == [0, 0, 0, 0]


def test_deviation_ceiling_is_a_sixth_of_the_scale():
    """Burke & Dunlap 2002: about 0.7 on 1 to 5, about 17 on 0 to 100."""
    assert round(figures.deviation_ceiling(1, 5), 1) == 0.7
    assert round(figures.deviation_ceiling(0, 100)) == 17


# BMC Medical Informatics and Decision Making 2012 (doi 10.1186/1472-6947-12-93), table 7, after the RAND/UCLA manual:
# panel size, fewest raters in each outer third for disagreement. Sizes where that is the same as "a third".
RAND_UCLA = [(8, 3), (9, 3), (11, 4), (12, 4), (14, 5), (15, 5)]


@pytest.mark.parametrize(("raters", "camp"), RAND_UCLA)
def test_nine_point_disagreement_follows_the_manual(raters, camp):
    def rate(low, high):
        return [2] * low + [5] * (raters - low - high) + [8] * high

    assert figures.nine_point_disagree(rate(camp, camp)) is True
    assert figures.nine_point_disagree(rate(camp - 1, camp)) is False
    assert figures.nine_point_disagree(rate(camp, camp - 1)) is False


def test_published_panel_of_fifteen_does_not_disagree():
    """BMJ Open 2012;2:e001431, table 1: fifteen panelists, ratings 4 to 9 given by 1, 1, 1, 5, 5 and 2; median 7."""
    ratings = [4, 5, 6, *[7] * 5, *[8] * 5, *[9] * 2]
    assert len(ratings) == 15
    assert figures.middle(ratings) == 7
    assert figures.nine_point_disagree(ratings) is False


def test_outer_thirds_of_nine_points_end_at_three_and_seven():
    assert figures.nine_point_disagree([3, 5, 7]) is True
    assert figures.nine_point_disagree([4, 5, 7]) is False
    assert figures.nine_point_disagree([3, 5, 6]) is False
    assert figures.nine_point_disagree([]) is False


def by_certification(rows):
    """Reliability data as printed (a row for each rater, None where missing) turned to certifications."""
    return [
        {rater: value for rater, value in enumerate(column) if value is not None} for column in zip(*rows, strict=True)
    ]


# Krippendorff 2011, Computing Krippendorff's alpha-reliability: four observers, twelve units, missing data.
FOUR_OBSERVERS = by_certification(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
)
# The library's own reference data: three coders, fifteen units.
THREE_CODERS = by_certification(
    [
        [None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3],
        [1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None],
        [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
    ]
)


def test_alpha_matches_krippendorffs_worked_example():
    assert round(figures.alpha(FOUR_OBSERVERS, level="ordinal"), 3) == 0.815
    assert round(figures.alpha(FOUR_OBSERVERS, level="interval"), 3) == 0.849
    assert round(figures.alpha(THREE_CODERS, level="interval"), 3) == 0.811


@pytest.mark.parametrize(
    "certifications",
    [
        [],
        [{}],
        [{1: 3}, {2: 4}],
        [{1: 3, 2: 3}, {1: 3, 2: 3}],
        [{1: 3, 2: 3}, {1: 5}],
    ],
)
def test_alpha_is_none_without_overlap_or_variation(certifications):
    """The last one varies only where a single person rated, which tells nothing about agreement."""
    assert figures.alpha(certifications, level="ordinal") is None
    assert figures.alpha(certifications, level="interval") is None


def test_alpha_of_people_who_always_agree_is_one():
    assert figures.alpha([{1: 2, 2: 2}, {1: 5, 2: 5}], level="ordinal") == 1


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (1, "good"),
        (0.80, "good"),
        (0.79, "enough for tentative conclusions"),
        (0.667, "enough for tentative conclusions"),
        (0.66, "low"),
        (-0.2, "low"),
    ],
)
def test_alpha_grades_change_at_krippendorffs_marks(value, grade):
    assert figures.alpha_grade(value) == grade


def test_change_between_rounds_counts_moves_and_convergence():
    change = figures.change_between({1: 1, 2: 3, 3: 5, 4: 4}, {1: 3, 2: 3, 3: 4, 5: 4})
    assert (change.moved_up, change.moved_down, change.stayed, change.in_both) == (1, 1, 1, 3)
    assert (change.median_before, change.median_after) == (3.5, 3.5)
    assert (change.deviation_before, change.deviation_after) == (1.25, 0.5)
    assert (change.came_closer, change.went_apart) == (True, False)


def test_who_drops_out_has_not_come_closer():
    """Known fault: comparing everybody of two rounds takes the one who left for agreement."""
    change = figures.change_between({1: 1, 2: 3, 3: 3, 4: 5}, {2: 3, 3: 3, 4: 5})
    assert (change.moved_up, change.moved_down, change.stayed) == (0, 0, 3)
    assert change.deviation_after < change.deviation_before
    assert (change.is_enough, change.came_closer, change.went_apart) == (True, False, False)


@pytest.mark.parametrize("raters", [0, 1, 2])
def test_of_fewer_than_three_in_both_rounds_nothing_is_read(raters):
    change = figures.change_between({1: 1, 2: 5, 3: 2}, dict.fromkeys([1, 2][:raters], 3) | {9: 3})
    assert (change.in_both, change.is_enough, change.came_closer, change.went_apart) == (raters, False, False, False)


def test_change_is_none_when_a_round_has_no_rating():
    assert figures.change_between({}, {1: 3}) is None
    assert figures.change_between({1: 3}, {}) is None


def test_summary_matches_a_hand_worked_example():
    summary = figures.summarize([10, 20, 40, 70, 90])
    assert (summary.count, summary.minimum, summary.maximum, summary.mean) == (5, 10, 90, 46)
    assert (summary.q1, summary.median, summary.q3) == (20, 40, 70)
    assert summary.deviation == (30 + 20 + 0 + 30 + 50) / 5


def test_quartiles_lie_between_ratings_where_needed():
    summary = figures.summarize([1, 2, 3, 4])
    assert (summary.q1, summary.median, summary.q3) == (1.75, 2.5, 3.25)


def test_one_rating_is_its_own_summary():
    summary = figures.summarize([3])
    assert (summary.q1, summary.median, summary.q3, summary.mean, summary.deviation) == (3, 3, 3, 3, 0)


@pytest.mark.parametrize(("values", "median"), [([], None), ([4], None), ([4, 5], None), ([4, 5, 5], 5.0)])
def test_a_group_is_told_by_its_median_from_three_answers_on(values, median):
    assert figures.middle_of_group(values) == median


def test_nobody_rated_is_nothing_and_not_zero():
    assert figures.summarize([]) is None
    assert figures.middle([]) is None
    assert figures.endorsement_share([]) is None
    assert figures.values_disagree([]) is False
    assert figures.proportions_disagree([]) is False


@pytest.mark.parametrize(("raters", "needed"), [(3, 100), (5, 100), (6, 83), (8, 83), (9, 78), (30, 78)])
def test_share_needed_follows_the_number_of_raters(raters, needed):
    assert figures.endorsement_needed(raters, **NEEDED) == needed


@pytest.mark.parametrize(
    ("endorsing", "raters", "reached"),
    [(5, 5, True), (4, 5, False), (5, 6, True), (4, 6, False), (7, 9, True), (6, 9, False)],
)
def test_share_is_compared_as_tables_print_it(endorsing, raters, reached):
    needed = figures.endorsement_needed(raters, **NEEDED)
    assert figures.reaches(endorsing / raters, needed) is reached


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
    assert figures.values_disagree(values) is expected


@pytest.mark.parametrize(
    ("values", "expected"), [([29, 71, 50], True), ([30, 71, 50], False), ([29, 70, 50], False), ([0, 100], False)]
)
def test_proportions_disagree_under_30_and_over_70(values, expected):
    assert figures.proportions_disagree(values) is expected


@given(st.data())
def test_order_of_raters_changes_nothing(data):
    values = data.draw(VALUES)
    shuffled = data.draw(st.permutations(values))
    assert figures.summarize(values) == figures.summarize(shuffled)
    assert figures.share_in_bands(values) == figures.share_in_bands(shuffled)
    assert figures.endorsement_share(values) == figures.endorsement_share(shuffled)
    assert figures.values_disagree(values) == figures.values_disagree(shuffled)


@given(PROPORTIONS)
def test_five_numbers_stand_in_order(values):
    summary = figures.summarize(values)
    assert summary.minimum <= summary.q1 <= summary.median <= summary.q3 <= summary.maximum
    assert summary.median == median(values)
    assert summary.minimum <= summary.mean <= summary.maximum or summary.mean == pytest.approx(summary.minimum)
    assert 0 <= summary.deviation <= (summary.maximum - summary.minimum)


@given(VALUES)
def test_one_more_endorsement_never_lowers_the_share(values):
    assert figures.endorsement_share([*values, 5]) >= figures.endorsement_share(values)


@given(st.integers(2, 60), st.data())
def test_kappa_never_exceeds_the_share(raters, data):
    endorsing = data.draw(st.integers(0, raters))
    assert figures.modified_kappa(endorsing, raters) <= endorsing / raters


@given(VALUES)
def test_disagreement_is_the_same_seen_from_the_other_end(values):
    assert figures.values_disagree(values) == figures.values_disagree([6 - value for value in values])


@given(
    st.lists(st.dictionaries(st.integers(1, 6), st.integers(1, 5), max_size=6), max_size=8),
    st.permutations(range(1, 7)),
)
def test_alpha_never_crashes_and_knows_no_names(certifications, names):
    renamed = [{names[rater - 1]: value for rater, value in ratings.items()} for ratings in certifications]
    for level in ("ordinal", "interval"):
        value = figures.alpha(certifications, level=level)
        other = figures.alpha(renamed[::-1], level=level)
        assert (value is None) == (other is None)
        if value is not None:
            assert math.isfinite(value)
            assert value <= 1
            assert value == pytest.approx(other)


@given(st.integers(5, 80))
def test_votes_needed_beyond_chance_are_exact(raters):
    needed = figures.endorsing_beyond_chance(raters)
    tail = [
        sum(math.comb(raters, votes) for votes in range(start, raters + 1)) / 2**raters
        for start in (needed, needed - 1)
    ]
    assert tail[0] <= 0.05 < tail[1]
    assert needed > raters / 2


@given(st.integers(1, 80))
def test_a_larger_panel_never_needs_fewer_votes(raters):
    """Lynn's marks fall with the number of raters; the votes that they ask for do not."""

    def votes(panel):
        percent = figures.endorsement_needed(panel, **NEEDED)
        return next(count for count in range(panel + 1) if figures.reaches(count / panel, percent))

    assert figures.endorsement_needed(raters + 1, **NEEDED) <= figures.endorsement_needed(raters, **NEEDED)
    assert votes(raters + 1) >= votes(raters)
    assert (figures.endorsing_beyond_chance(raters + 1) or 0) >= (figures.endorsing_beyond_chance(raters) or 0)


@given(st.integers(1, 60), st.data())
def test_ratio_and_share_say_the_same_on_two_scales(raters, data):
    endorsing = data.draw(st.integers(0, raters))
    assert figures.content_validity_ratio(endorsing, raters) == pytest.approx(2 * endorsing / raters - 1)


@given(
    st.dictionaries(st.integers(), st.integers(0, 100), min_size=1),
    st.dictionaries(st.integers(), st.integers(0, 100), min_size=1),
)
def test_change_seen_backwards_swaps_up_and_down(before, after):
    there, back = figures.change_between(before, after), figures.change_between(after, before)
    assert (there.moved_up, there.moved_down, there.stayed) == (back.moved_down, back.moved_up, back.stayed)
    assert there.in_both == len(before.keys() & after.keys())
    assert there.came_closer == back.went_apart
