"""When a round opens: a day and a time in Michigan, in words and back."""

from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone


def moment_of(day: date, clock: time) -> datetime:
    """A day and a time of Michigan's clocks as a moment; of an hour that comes twice in fall, the first.

    Raises:
        ValidationError: the clocks skip this time in spring.
    """
    zone = timezone.get_default_timezone()
    moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    shown = moment.astimezone(zone)
    if shown.time() != clock:
        raise ValidationError(
            f"On {day:%B} {day.day} the clocks go forward, so {clock_in_words(clock)} does not exist. "
            f"Choose {clock_in_words(shown.time())} or another time."
        )
    return moment


def clock_in_words(clock: time) -> str:
    """8:05 AM."""
    return f"{clock:%I:%M %p}".lstrip("0")


def moment_in_words(moment: datetime) -> str:
    """A moment as Michigan's clocks show it: "Monday, November 30, 2026, 8:00 AM, Michigan time"."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%A}, {day_in_words(local)}, {clock_in_words(local.time())}, Michigan time"


def day_in_words(moment: datetime) -> str:
    """The day of a moment in Michigan: "November 30, 2026"."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%B} {local.day}, {local.year}"
