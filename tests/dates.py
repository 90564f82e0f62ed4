"""Days that lie where a test needs them, whenever it runs."""

from datetime import date, timedelta

from django.utils import timezone


def due() -> date:
    """By when the panels of the factories are due: in twenty days, in Michigan."""
    return timezone.localdate() + timedelta(days=20)


def later_due() -> date:
    """Another due date, some weeks after that one."""
    return timezone.localdate() + timedelta(days=60)


def in_words(day: date, *, year: bool = True) -> str:
    """A day as pages and mails write it."""
    return f"{day:%B} {day.day}, {day.year}" if year else f"{day:%B} {day.day}"
