"""Who is asked to rate what."""

from typing import Any

from django import forms

from sme_review.models import Panel


class NumbersForm(forms.Form):
    """The numbers by which certifications are shared out, and the mark of what a proposal was made from."""

    wanted = forms.IntegerField(
        label="Ratings wanted for each certification",
        min_value=1,
        max_value=100,
        required=False,
        help_text="Only where they are shared out. At least the quorum, so that the numbers can be read.",
    )
    most = forms.IntegerField(
        label="Most certifications for one panelist",
        min_value=1,
        max_value=1000,
        required=False,
        help_text="Leave empty for no limit.",
    )
    minimum_per_group = forms.IntegerField(
        label="Fewest raters from each stakeholder group",
        min_value=0,
        max_value=20,
        help_text="Also a rule of the panel: with fewer the page suggests no reading. Default 1.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def shares_out(self) -> bool:
        """Whether numbers are needed."""
        return True

    def clean(self) -> dict[str, Any]:
        """Sharing out needs a number of ratings."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.shares_out() and not cleaned.get("wanted") and "wanted" not in self.errors:
            self.add_error("wanted", "Say how many ratings each certification should get.")
        return cleaned


class AssignmentForm(NumbersForm):
    """Everyone everything, or a set number of ratings with limits."""

    assignment = forms.ChoiceField(label="Who rates what", choices=Panel.Assignment, widget=forms.RadioSelect)
    field_order = ("assignment", "wanted", "most", "minimum_per_group")

    def __init__(self, data: Any = None, *, panel: Panel) -> None:
        initial = {
            "assignment": panel.assignment,
            "wanted": panel.ratings_wanted or panel.quorum,
            "most": panel.most_per_panelist,
            "minimum_per_group": panel.minimum_per_group,
        }
        super().__init__(data, initial=initial)

    def shares_out(self) -> bool:
        """Not where everyone rates everything."""
        return self.cleaned_data.get("assignment") == Panel.Assignment.BALANCED


class PairsForm(forms.Form):
    """The boxes of one certification or one panelist: keys that were shown, keys that were ticked."""

    seen = forms.CharField()
    on_page = forms.TypedMultipleChoiceField(coerce=int, required=False)
    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("on_page", "ticked"):
            # Any number is let through: what it stands for is looked up on this panel when it is saved.
            self.fields[name].valid_value = str.isdecimal  # type: ignore[attr-defined]
