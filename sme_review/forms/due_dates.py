"""By when panelists answer: what each form that asks for the day lets through."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

# A round may be planned for a year ahead and take a while; whatever lies later is a slip of the finger.
_FARTHEST = timedelta(days=2 * 366)


def due_day(given: date) -> date:
    """A day that is not past in Michigan and not more than two years ahead.

    Raises:
        ValidationError: it is another one.
    """
    today = timezone.localdate()
    if given < today:
        raise ValidationError("This date is past. Choose today or a later day.")
    if given > today + _FARTHEST:
        raise ValidationError(f"The year {given.year} is more than two years ahead. Check the date.")
    return given
