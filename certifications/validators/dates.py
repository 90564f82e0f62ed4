"""Dates: their form, not in the future, not before the student was in the program, not before the test."""

import re
from datetime import date

from core import school_year
from core.problems import Problem

_FORMS = (
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
)


def show_date(day: date) -> str:
    """A date as people type it: 5/14/2027."""
    return f"{day.month}/{day.day}/{day.year}"


def read_date(text: str, *, field: str) -> date | None:
    """The date that was typed as 5/14/2027 or 2027-05-14; None for nothing.

    Raises:
        Problem: it is not a date, or not in one of the two forms.
    """
    text = text.strip()
    if not text:
        return None
    match = next((candidate for form in _FORMS if (candidate := form.fullmatch(text))), None)
    try:
        if match is not None and text.isascii():
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise Problem(
            f'"{text}" is not a real date. Check the month and day: the month comes first, as in 5/14/2027.',
            field=field,
        ) from None
    raise Problem(f'"{text}" is not a date we can read. Type month/day/year, for example 5/14/2027.', field=field)


def check_not_future(day: date, *, today: date, field: str) -> None:
    """Nobody has earned a certification tomorrow.

    Args:
        today: the date in Michigan.

    Raises:
        Problem: `day` comes after `today`.
    """
    if day > today:
        raise Problem(
            f"{show_date(day)} is in the future; today is {show_date(today)}. "
            "Give the date on the certificate. If the exam is still to come, leave the student out for now.",
            field=field,
        )


def check_after_enrollment(day: date, *, first_school_year: int, field: str) -> None:
    """A certification belongs to a program only from the school year in which the student first joined it.

    Args:
        first_school_year: ending year of the student's first school year in this program.

    Raises:
        Problem: `day` comes before 1 July of that school year.
    """
    first_day = school_year.first_day(first_school_year)
    if day < first_day:
        raise Problem(
            f"{show_date(day)} is before this student was in the program. Their first school year in it is "
            f"{school_year.label(first_school_year)}, which began {show_date(first_day)}. Check the year of the date.",
            field=field,
        )


def check_earned_after_tested(earned: date, *, tested: date | None, field: str) -> None:
    """The award cannot come before the exam.

    Raises:
        Problem: `earned` comes before `tested`.
    """
    if tested and earned < tested:
        raise Problem(
            f"The date earned, {show_date(earned)}, is before the date tested, {show_date(tested)}. Correct one "
            f"of them.",
            field=field,
        )
