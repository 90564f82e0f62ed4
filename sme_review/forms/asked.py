"""Fields that are asked for but may be left empty for now: a draft is saved whatever is missing.

`required` stays on, so that the page does not call the question optional; completeness is checked where it matters,
when a rating is submitted, a recommendation sent or a decision written.
"""

from typing import Any

from django import forms


class _Asked:
    """Lets an empty answer through."""

    empty_values: Any

    def validate(self, value: Any) -> None:
        """Check what was filled in; an empty answer is nobody's mistake yet."""
        if value not in self.empty_values:
            super().validate(value)  # type: ignore[misc]


class AskedIntegerField(_Asked, forms.IntegerField):
    """A whole number."""


class AskedCharField(_Asked, forms.CharField):
    """Text."""


class AskedChoiceField(_Asked, forms.ChoiceField):
    """One of several."""


class AskedTypedChoiceField(_Asked, forms.TypedChoiceField):
    """One of several, as a number."""
