"""Fields that are asked for but may be left empty for now: a draft is saved whatever is missing.

`required` stays on, so that the page does not call the question optional; completeness is checked where it matters,
when a rating is submitted, a recommendation sent or a decision written.
"""

from typing import Any

from django import forms

# The most characters of a reason or a note: about two pages. Longer ones are no reasons, and burden every packet.
LONGEST = 6_000


class _MayWait:
    """Lets an empty answer through."""

    empty_values: Any

    def validate(self, value: Any) -> None:
        """Check what was filled in; an empty answer is nobody's mistake yet."""
        if value not in self.empty_values:
            super().validate(value)  # type: ignore[misc]


class DraftIntegerField(_MayWait, forms.IntegerField):
    """A whole number; of a share people write the percent sign, too."""

    def to_python(self, value: Any) -> int | None:
        """45 % is 45."""
        return super().to_python(value.strip().removesuffix("%") if isinstance(value, str) else value)


class LongCharField(forms.CharField):
    """Text of some sentences. Too much is refused in words: a limit in the browser would cut off what is pasted."""

    def __init__(self, *, max_length: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without the browser's limit."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class ConditionalCharField(LongCharField):
    """Text that only some answers need: it may be empty, and the page does not call it optional."""

    # Read by templates/bootstrap5/field.html.
    sometimes_needed = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class DraftCharField(_MayWait, LongCharField):
    """Text."""


class DraftChoiceField(_MayWait, forms.ChoiceField):
    """One of several."""


class DraftTypedChoiceField(_MayWait, forms.TypedChoiceField):
    """One of several, as a number."""
