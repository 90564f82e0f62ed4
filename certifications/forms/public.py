"""What people may ask the public list for, in the address of its page and of the API alike."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from certifications.models import Program, ProgramCertification
from core import school_year


class YearForm(forms.Form):
    """A school year; the running one when none is asked for."""

    year = forms.TypedChoiceField(label="School year", coerce=int)

    def __init__(self, data: Any, *, years: Iterable[int]) -> None:
        chosen = data.copy()
        chosen.setdefault("year", str(school_year.current()))
        super().__init__(chosen)
        self.fields["year"].choices = [(year, school_year.label(year)) for year in reversed(list(years))]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        """What was asked for and makes sense; `not_offered` names the rest."""
        self.is_valid()
        return {"year": school_year.current()} | {
            name: value for name, value in self.cleaned_data.items() if value != ""
        }

    @property
    def not_offered(self) -> list[str]:
        """What was asked for by names of filters whose value is not on the list; then nothing matches."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]


class ListForm(YearForm):
    """The filters of the public list."""

    q = forms.CharField(
        label="Search words", required=False, max_length=100, help_text="For example a name, a code or a CIP code."
    )
    cluster = forms.ChoiceField(label="Career cluster", required=False)
    cip = forms.ChoiceField(label="Program (CIP code)", required=False)
    type = forms.ChoiceField(label="Type", required=False, choices=[("", "Any"), *ProgramCertification.Type.choices])
    counts = forms.TypedChoiceField(
        label="Counts for federal reporting",
        required=False,
        choices=[("", "Any"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda word: word == "yes",
        empty_value=None,
    )
    field_order = ("q", "year", "cluster", "cip", "type", "counts")

    def __init__(self, data: Any, *, years: Iterable[int], programs: Sequence[Program]) -> None:
        super().__init__(data, years=years)
        clusters = sorted({(each.cluster.code, each.cluster.title) for each in programs}, key=lambda pair: pair[1])
        self.fields["cluster"].choices = [("", "Any"), *clusters]  # type: ignore[attr-defined]
        self.fields["cip"].choices = [("", "Any"), *((each.cip_code, str(each)) for each in programs)]  # type: ignore[attr-defined]
