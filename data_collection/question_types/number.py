"""A number. The value is the text as typed, so that a wrong one can be shown again and corrected."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from data_collection.question_types.base import AnyQuestion, QuestionType


class NumberType(QuestionType):
    """One line that must be a number, not below zero."""

    def check(self, _question: AnyQuestion, value: Any) -> None:
        """Digits, perhaps with commas and a decimal point."""
        try:
            number = Decimal(str(value).replace(",", ""))
        except InvalidOperation as error:
            raise ValidationError(
                f'"{value}" is not a number. Write digits only, for example 10. Put anything else in the note.'
            ) from error
        if not number.is_finite() or number < 0:
            raise ValidationError("Write a number that is zero or more, for example 10.")


NUMBER = NumberType(code="number", label="A number", template="number", takes_note=True)
