"""Forms with which state staff review a listing. The saving is done by the services."""

from typing import Any

from django import forms

from certifications.models import Certification, ProgramCertification
from certifications.selectors import listings
from certifications.selectors.catalog import fingerprint
from core import school_year

_YEARS_AHEAD = 5


def _choices(first: int, last: int) -> list[tuple[int, str]]:
    return [(year, school_year.label(year)) for year in range(first, last + 1)]


class DueForm(forms.Form):
    """Which listings are due."""

    year = forms.TypedChoiceField(label="Due by school year", coerce=int)
    cluster = forms.ModelChoiceField(
        label="Career cluster", required=False, queryset=listings.clusters(), to_field_name="code", empty_label="Any"
    )

    def __init__(self, data: Any) -> None:
        now = school_year.current()
        chosen = data.copy()
        chosen.setdefault("year", str(now))
        super().__init__(chosen)
        self.fields["year"].choices = _choices(now, now + _YEARS_AHEAD)  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {"year": school_year.current()} | self.cleaned_data


class ReviewForm(forms.Form):
    """A form about one listing that remembers how the listing stood when the page was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, listing: ProgramCertification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = fingerprint(listing)

    def ask_again(self, listing: ProgramCertification) -> None:
        """Go on from how the listing stands now, with what was typed."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed[self.add_prefix("seen")] = fingerprint(listing)
        self.data = typed


class KeepForm(ReviewForm):
    """Keep it, and when to look again."""

    review_school_year = forms.TypedChoiceField(label="Look at it again in", coerce=int)
    reason = forms.CharField(
        label="Why it is kept",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: employers still ask for it, and the standards have not changed.",
    )

    def __init__(self, *args: Any, listing: ProgramCertification, **kwargs: Any) -> None:
        super().__init__(*args, listing=listing, **kwargs)
        now = school_year.current()
        first = max(now, listing.first_school_year) + 1
        self.fields["review_school_year"].choices = _choices(first, now + 2 * _YEARS_AHEAD)  # type: ignore[attr-defined]
        self.initial["review_school_year"] = max(first, now + ProgramCertification.REVIEWED_AFTER)


class RetireForm(ReviewForm):
    """Retire it: until when, why, and what takes its place."""

    last_school_year = forms.TypedChoiceField(
        label="Last school year", coerce=int, help_text="Districts enter results as before until it ends."
    )
    replaced_by = forms.ModelChoiceField(
        label="Replaced by",
        required=False,
        queryset=Certification.objects.none(),
        empty_label="No other certification",
        help_text="If another certification takes its place. Districts see it, and so does everybody on the "
        "public list.",
    )
    reason = forms.CharField(label="Why it is retired", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, listing: ProgramCertification, **kwargs: Any) -> None:
        super().__init__(*args, listing=listing, **kwargs)
        first = max(school_year.current(), listing.first_school_year)
        self.fields["last_school_year"].choices = _choices(first, first + _YEARS_AHEAD)  # type: ignore[attr-defined]
        self.fields["replaced_by"].queryset = listings.could_replace(listing.certification)  # type: ignore[attr-defined]
        self.initial["replaced_by"] = listing.certification.replaced_by_id
