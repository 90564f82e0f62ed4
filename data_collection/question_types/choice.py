"""One of several answers. The value is that of the choice."""

from typing import Any

from django.core.exceptions import ValidationError

from data_collection.question_types.base import AnyQuestion, Control, QuestionType


class ChoiceType(QuestionType):
    """Radio buttons."""

    def check(self, question: AnyQuestion, value: Any) -> None:
        """One of the choices."""
        if value not in [option for option, _ in question.options]:
            raise ValidationError("Choose one of the answers listed.")

    def words(self, question: AnyQuestion, value: Any) -> list[str]:
        """The labels of what was chosen; a value that is no longer offered stands for itself."""
        labels = dict(question.options)
        return [labels.get(option, option) for option in chosen_values(value)]

    def passes_gate(self, value: Any, passes_when: Any) -> bool:
        """Whether anything chosen is among the values that pass."""
        return any(option in passes_when for option in chosen_values(value))

    def control_rows(self, question: AnyQuestion, value: Any, _row_count: int) -> list[list[Control]]:
        """A button for each choice; what was stored but is not offered any more is not shown."""
        chosen = chosen_values(value)
        return [
            [
                Control(f"{question.code}-{number}", question.code, label, option, is_chosen=option in chosen)
                for number, (option, label) in enumerate(question.options, start=1)
            ]
        ]


def chosen_values(value: Any) -> list[str]:
    """The values chosen, from one value or a list of them; what has another shape chooses nothing."""
    if isinstance(value, list):
        return [option for option in value if isinstance(option, str) and option]
    return [value] if isinstance(value, str) and value else []


CHOICE = ChoiceType(code="choice", label="One of several", template="choice", needs_choices=True, takes_note=True)
