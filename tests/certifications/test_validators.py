"""The rules for what may be entered, from both sides of each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifications.validators import dates, scores
from certifications.validators.attempt import Facts, Typed, check_attempt, check_page
from certifications.validators.scores import Scale
from certifications.validators.uic import is_uic, read_uics
from core.problems import Problem

TODAY = date(2026, 11, 24)
SCALE = Scale(Decimal(0), Decimal(100), Decimal(70))
FACTS = Facts(today=TODAY, first_school_year=2026, scales=[SCALE])
GOOD = {"score": "85", "date_earned": "10/1/2026"}
days = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))


def problems(facts: Facts = FACTS, **typed: str) -> list[tuple[str | None, str]]:
    checked = check_attempt(Typed(**{**GOOD, **typed}), facts)
    return [(problem.field, problem.message) for problem in checked.problems]


@given(days)
def test_both_forms_of_a_date_are_read(day):
    assert dates.read_date(dates.show_date(day), field="d") == day
    assert dates.read_date(f"  {day.isoformat()} ", field="d") == day


@pytest.mark.parametrize("text", ["14.5.2027", "May 14, 2027", "5/14/27", "2027/05/14", "\u0665/14/2027", "x"])
def test_another_form_of_a_date_is_refused_with_the_form(text):
    with pytest.raises(Problem, match="Type month/day/year, for example 5/14/2027") as refused:
        dates.read_date(text, field="date_earned")
    assert (refused.value.field, text in refused.value.message) == ("date_earned", True)


@pytest.mark.parametrize("text", ["5/32/2027", "13/1/2027", "2/29/2027", "2027-02-30"])
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(Problem, match="not a real date"):
        dates.read_date(text, field="d")


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader_of_dates(text):
    try:
        read = dates.read_date(text, field="d")
    except Problem:
        return
    assert (read is None) == (text.strip() == "")


@given(st.integers(min_value=-400, max_value=400))
def test_a_date_is_refused_exactly_when_it_lies_in_the_future(offset):
    day = TODAY + timedelta(days=offset)
    if offset > 0:
        with pytest.raises(Problem, match="in the future; today is 11/24/2026"):
            dates.check_not_future(day, today=TODAY, field="d")
    else:
        dates.check_not_future(day, today=TODAY, field="d")


def test_the_first_day_of_the_first_school_year_counts_and_the_day_before_does_not():
    dates.check_after_enrollment(date(2025, 7, 1), first_school_year=2026, field="d")
    with pytest.raises(Problem, match="first school year in it is 2025-26, which began 7/1/2025"):
        dates.check_after_enrollment(date(2025, 6, 30), first_school_year=2026, field="d")


def test_earned_on_the_day_of_the_test_but_not_before():
    dates.check_earned_after_tested(date(2026, 10, 1), tested=date(2026, 10, 1), field="d")
    dates.check_earned_after_tested(date(2026, 10, 1), tested=None, field="d")
    with pytest.raises(Problem, match="9/30/2026, is before the date tested, 10/1/2026"):
        dates.check_earned_after_tested(date(2026, 9, 30), tested=date(2026, 10, 1), field="d")


@pytest.mark.parametrize(("text", "score"), [("85", 85), (" 85.5 ", Decimal("85.5")), ("0", 0), ("", None)])
def test_scores_are_read(text, score):
    assert scores.read_score(text, field="score") == score


@pytest.mark.parametrize("text", ["85%", "eighty", "1e3", "nan", "1,000", "85.555", "12345678", "\u0668\u0665"])
def test_what_is_no_score_is_refused(text):
    with pytest.raises(Problem, match="Type a number, for example 85"):
        scores.read_score(text, field="score")


@given(st.decimals(min_value=-10, max_value=120, places=2))
def test_a_pass_stands_exactly_from_the_cut_score_to_the_end_of_the_scale(score):
    if SCALE.cut <= score <= SCALE.high:
        scores.check_score(score, passed=True, scales=[SCALE], field="score")
    else:
        with pytest.raises(Problem) as refused:
            scores.check_score(score, passed=True, scales=[SCALE], field="score")
        assert scores.show_number(score) in refused.value.message


def test_below_the_cut_score_names_both_numbers():
    ((field, message),) = problems(score="69.5")
    assert field == "score"
    assert message.startswith("A score of 69.5 is below the cut score of 70, so it is not a pass.")


def test_a_failed_attempt_may_have_any_score_of_the_scale_or_none():
    for score in ("10", ""):
        checked = check_attempt(Typed(result="failed", score=score, date_earned="10/1/2026"), FACTS)
        assert checked.attempt is not None
        assert (checked.attempt.date_tested, checked.attempt.date_earned) == (date(2026, 10, 1), None)
    assert [field for field, _ in problems(result="failed", score="101")] == ["score"]


def test_a_pass_needs_the_score_where_there_is_one_part_and_only_there():
    assert [field for field, _ in problems(score="")] == ["score"]
    for scales in ([], [SCALE, SCALE]):
        facts = Facts(today=TODAY, first_school_year=2026, scales=scales)
        assert problems(facts, score="") == []
        assert problems(facts, score="5000") == []
        assert [field for field, _ in problems(facts, score="-1")] == ["score"]


def test_a_pass_needs_a_date_and_a_failed_attempt_too():
    assert [field for field, _ in problems(date_earned="")] == ["date_earned"]
    assert [field for field, _ in problems(result="failed", date_earned="")] == ["date_earned"]
    assert problems(result="failed", date_earned="", date_tested="10/1/2026") == []


def test_each_problem_is_told_at_once():
    results = problems(result="maybe", score="x", date_earned="y", date_tested="1/1/2030", certificate_number="9" * 61)
    assert [field for field, _ in results] == ["result", "score", "date_earned", "date_tested", "certificate_number"]


def test_a_date_held_already_is_a_duplicate_of_the_same_result_only():
    facts = Facts(today=TODAY, first_school_year=2026, scales=[SCALE], passes={date(2026, 10, 1)})
    assert [field for field, _ in problems(facts)] == ["date_earned"]
    assert problems(facts, date_earned="10/2/2026") == []
    assert problems(facts, result="failed") == []
    facts = Facts(today=TODAY, first_school_year=2026, scales=[SCALE], fails={date(2026, 10, 1)})
    assert problems(facts) == []
    assert [field for field, _ in problems(facts, result="failed")] == ["date_earned"]


def test_a_good_attempt_comes_out_as_values():
    checked = check_attempt(Typed(score="85", date_earned="2026-10-01", certificate_number=" A   1 "), FACTS)
    assert checked.problems == []
    assert checked.attempt is not None
    assert (checked.attempt.score, checked.attempt.date_earned, checked.attempt.certificate_number) == (
        85, date(2026, 10, 1), "A 1",
    )  # fmt: skip


def test_typed_takes_what_it_knows_from_a_mapping():
    assert Typed.from_mapping({"score": 85, "ticked": True, "page": "1", "date_earned": None}) == Typed(score="85")


@pytest.mark.parametrize(("text", "page"), [("", None), (" 3 ", 3)])
def test_pages_are_read(text, page):
    assert check_page(text, pages=3) == page
    assert check_page(text, pages=None) == page


@pytest.mark.parametrize(("text", "message"), [("0", "not a page"), ("x", "not a page"), ("4", "no page 4")])
def test_what_is_no_page_is_refused(text, message):
    with pytest.raises(Problem, match=message):
        check_page(text, pages=3)


def test_uics_are_read_by_line():
    assert read_uics(" 0000000001 \n\n12\n") == [(1, "0000000001"), (3, "12")]


@given(st.text(max_size=12))
def test_a_uic_is_ten_plain_digits(text):
    assert is_uic(text) == (len(text) == 10 and all(character in "0123456789" for character in text))
