"""School years run from July to June and carry the ending year."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core import school_year


@pytest.mark.parametrize(
    ("day", "ending_year"),
    [(date(2026, 6, 30), 2026), (date(2026, 7, 1), 2027), (date(2026, 12, 31), 2027), (date(2027, 1, 1), 2027)],
)
def test_of_a_day(day, ending_year):
    assert school_year.of(day) == ending_year


@pytest.mark.parametrize(("ending_year", "label"), [(2027, "2026-27"), (2000, "1999-00"), (2100, "2099-00")])
def test_label(ending_year, label):
    assert school_year.label(ending_year) == label


@time_machine.travel(datetime(2026, 7, 1, 3, 30, tzinfo=UTC))
def test_current_turns_at_midnight_in_michigan():
    # 1 July 03:30 UTC is still 30 June, 23:30, in Detroit.
    assert school_year.current() == 2026


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_lies_in_its_school_year(day):
    year = school_year.of(day)
    assert school_year.first_day(year) <= day <= school_year.last_day(year)
