"""A date. The value is the text as typed, so that a wrong one can be shown again and corrected."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError

from data_collection.question_types.base import AnyQuestion, QuestionType

_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y")


class DateType(QuestionType):
    """One line that must be a date."""

    def check(self, _question: AnyQuestion, value: Any) -> None:
        """A date as Americans or computers write it."""
        if parse_date(str(value)) is None:
            raise ValidationError(f'"{value}" is not a date. Write it like 3/24/2027.')


def parse_date(text: str) -> date | None:
    """A date written as 2027-03-04, 3/4/2027 or March 4, 2027; None if it is none."""
    for date_format in _FORMATS:
        try:
            return datetime.strptime(text.strip(), date_format).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    return None


DATE = DateType(code="date", label="A date", template="text")
