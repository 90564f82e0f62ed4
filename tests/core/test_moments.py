"""Michigan's clocks as moments and in words, through both changes of the year."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from core.moments import clock_in_words, day_in_words, moment_in_words, moment_of


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2026, 12, 1), time(8), datetime(2026, 12, 1, 13, tzinfo=UTC)),
        (date(2026, 7, 1), time(8), datetime(2026, 7, 1, 12, tzinfo=UTC)),
        # The hour that comes twice, and the ends of the hour that is skipped.
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (date(2027, 3, 14), time(1, 59), datetime(2027, 3, 14, 6, 59, tzinfo=UTC)),
        (date(2027, 3, 14), time(3), datetime(2027, 3, 14, 7, tzinfo=UTC)),
    ],
)
def test_day_and_time_are_michigans(day, clock, moment):
    assert moment_of(day, clock) == moment


@pytest.mark.parametrize("clock", [time(2), time(2, 59)])
def test_time_that_the_clocks_skip_is_refused_with_another(clock):
    with pytest.raises(ValidationError) as refused:
        moment_of(date(2027, 3, 14), clock)
    [message] = refused.value.messages
    assert message == (
        f"On March 14 the clocks go forward, so {clock_in_words(clock)} does not exist. "
        f"Choose {clock_in_words(time(3, clock.minute))} or another time."
    )


def test_moments_read_as_michigans_clocks_show_them():
    moment = datetime(2026, 12, 1, 3, 5, tzinfo=UTC)
    assert moment_in_words(moment) == "Monday, November 30, 2026, 10:05 PM, Michigan time"
    assert day_in_words(moment) == "November 30, 2026"
    assert clock_in_words(time(0, 0)) == "12:00 AM"
