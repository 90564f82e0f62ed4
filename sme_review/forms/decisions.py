"""What the consultant recommends and the approver decides: one small form for each certification.

Each form's fields carry the key of their certification or recommendation, never its place on the page, so that an
answer cannot land on a neighbour when the order changes while somebody types (a known fault of such pages).
"""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from certifications import school_year
from certifications.models import ProgramCertification
from sme_review.enums import Suggestion
from sme_review.forms.asked import AskedCharField, AskedChoiceField
from sme_review.models import ListingDecision, PanelCertification, Recommendation

_YEARS_AHEAD = 3


class RecommendationTextForm(forms.Form):
    """The recommendation as a whole."""

    use_required_attribute = False

    text = AskedCharField(
        label="The recommendation in a few sentences",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Approvers read this first: who took part, what the panel thinks, what OCTE should weigh.",
    )


class ChoiceForm(forms.Form):
    """The recommendation for one certification."""

    use_required_attribute = False

    choice = AskedChoiceField(label="Recommendation", choices=Suggestion, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Note",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed if you differ from the suggested reading.",
    )
    position = forms.IntegerField(label="Place in the list", min_value=1, max_value=99)

    def __init__(
        self, data: Any = None, *, entry: PanelCertification, recommendation: Recommendation | None, place: int
    ) -> None:
        initial = {
            "choice": recommendation.choice if recommendation else "",
            "note": recommendation.note if recommendation else "",
            "position": recommendation.position if recommendation else place,
        }
        super().__init__(data, initial=initial, prefix=f"certification-{entry.pk}")
        self.entry = entry
        # The messages stand together above a page of many such forms, so each says which one it is about.
        wrong_place = f"Place in the list of {entry}: enter a whole number from 1 to 99."
        self.fields["position"].error_messages |= {"required": wrong_place, "invalid": wrong_place}
        self.fields["position"].validators = [MinValueValidator(1, wrong_place), MaxValueValidator(99, wrong_place)]


class DecisionForm(forms.Form):
    """OCTE's decision on one certification; left without an outcome it decides nothing."""

    use_required_attribute = False

    outcome = AskedChoiceField(
        label="Decision",
        choices=[("", "Not yet"), *ListingDecision.Outcome.choices],
        widget=forms.RadioSelect,
    )
    reason = AskedCharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the decision. The panelists can read it too.",
    )
    first_school_year = forms.TypedChoiceField(label="First school year", coerce=int, empty_value=None)
    type = forms.ChoiceField(label="Type", choices=ProgramCertification.Type)
    counts_federally = forms.BooleanField(
        label="Counts for federal reporting (indicator 5S1)", required=False, help_text="Only if approved."
    )

    def __init__(
        self, data: Any = None, *, recommendation: Recommendation, listed: ProgramCertification | None
    ) -> None:
        this_year = school_year.current()
        years = set(range(this_year, this_year + _YEARS_AHEAD))
        if listed:
            years.add(listed.first_school_year)
        initial = {
            "outcome": "",
            "first_school_year": listed.first_school_year if listed else this_year,
            "type": listed.type
            if listed and listed.status == ProgramCertification.Status.APPROVED
            else ProgramCertification.Type.APPROVED,
            "counts_federally": listed.counts_federally if listed else False,
        }
        super().__init__(data, initial=initial, prefix=f"recommendation-{recommendation.pk}")
        field = self.fields["first_school_year"]
        field.choices = [(year, school_year.label(year)) for year in sorted(years)]  # type: ignore[attr-defined]
        self.recommendation = recommendation

    def clean(self) -> dict[str, Any]:
        """A decision has a reason; only an approval counts federally."""
        data = self.cleaned_data
        if data.get("outcome") and not data.get("reason", "").strip():
            self.add_error("reason", f"Give the reason for the decision on {self.recommendation}.")
        if data.get("counts_federally") and data.get("outcome") in {"declined", "deferred"}:
            self.add_error(
                "counts_federally",
                f"Only an approved certification can count for federal reporting. Approve {self.recommendation}, or clear "
                "this box.",
            )
        if data.get("reason", "").strip() and not data.get("outcome"):
            self.add_error("outcome", f"Choose a decision for {self.recommendation}, or empty its reason.")
        return data

    @property
    def decides(self) -> bool:
        """The approver chose an outcome here."""
        return self.is_valid() and bool(self.cleaned_data["outcome"])
