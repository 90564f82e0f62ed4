"""Any of several answers. The value is the list of those chosen."""

from typing import Any

from django.core.exceptions import ValidationError

from data_collection.question_types.base import AnyQuestion, Posted
from data_collection.question_types.choice import ChoiceType

# The choice that says that no other applies.
NONE_OF_THESE = "none"


class MultiChoiceType(ChoiceType):
    """Check boxes."""

    def read(self, question: AnyQuestion, posted: Posted) -> Any:
        """Every box that was ticked."""
        return posted.getlist(question.code)

    def parse(self, text: str) -> Any:
        """From `a;b`."""
        return [option.strip() for option in text.split(";") if option.strip()]

    def check(self, question: AnyQuestion, value: Any) -> None:
        """A list of the choices, and the one that says "none" alone."""
        labels = dict(question.options)
        if not isinstance(value, list) or not all(isinstance(option, str) and option in labels for option in value):
            raise ValidationError("Choose from the answers listed.")
        if NONE_OF_THESE in value and len(value) > 1:
            raise ValidationError(
                f'You checked "{labels[NONE_OF_THESE]}" along with other answers. Check either that one or the others.'
            )


MULTI_CHOICE = MultiChoiceType(
    code="multi_choice", label="Any of several", template="multi_choice", needs_choices=True, takes_note=True
)
