"""Yes or no. The value is "yes" or "no"."""

from collections.abc import Sequence

from data_collection.question_types.base import Options
from data_collection.question_types.choice import ChoiceType


class YesNoType(ChoiceType):
    """Two radio buttons that need no choices of their own."""

    def options(self, _choices: Sequence[Sequence[str]]) -> Options:
        """Always the same two."""
        return [("yes", "Yes"), ("no", "No")]


YES_NO = YesNoType(code="yes_no", label="Yes or no", template="choice", takes_note=True)
