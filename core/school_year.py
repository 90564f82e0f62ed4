"""School years: July to June, kept as the ending year (2027), shown as 2026-27."""

from datetime import date

from django.utils import timezone

_FIRST_MONTH = 7


def of(day: date) -> int:
    """The ending year of the school year that `day` (a Michigan date) falls in."""
    return day.year + 1 if day.month >= _FIRST_MONTH else day.year


def current() -> int:
    """The running school year in Michigan."""
    return of(timezone.localdate())


def label(ending_year: int) -> str:
    """2027 -> "2026-27"."""
    return f"{ending_year - 1}-{ending_year % 100:02d}"


def first_day(ending_year: int) -> date:
    """1 July of the year before."""
    return date(ending_year - 1, _FIRST_MONTH, 1)


def last_day(ending_year: int) -> date:
    """30 June of the ending year."""
    return date(ending_year, _FIRST_MONTH - 1, 30)
