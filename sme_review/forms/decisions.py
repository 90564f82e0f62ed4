"""What the consultant recommends and the approver decides: one small form for each certification.

Each form's fields carry the key of their certification or recommendation, never its place on the page, so that an
answer cannot land on a neighbor when the order changes while somebody types (a known fault of such pages).
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from certifications.models import ProgramCertification
from core import school_year
from sme_review.enums import Suggestion
from sme_review.forms.fields import ConditionalCharField, DraftCharField, DraftChoiceField, DraftTypedChoiceField
from sme_review.models import ListingDecision, PanelCertification, Recommendation

_YEARS_AHEAD = 3
_LAST_YEARS_AHEAD = 11


class RecommendationTextForm(forms.Form):
    """The recommendation as a whole."""

    use_required_attribute = False

    text = DraftCharField(
        label="The recommendation in a few sentences",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Approvers read this first: who took part, what the panel thinks, what OCTE should weigh.",
    )


_RATED = [choice for choice in Suggestion.choices if choice[0] != Suggestion.SET_ASIDE]
_NOT_RATED = [(Suggestion.SET_ASIDE.value, Suggestion.SET_ASIDE.label)]


class ChoiceForm(forms.Form):
    """The recommendation for one certification; what nobody rated can only be set aside."""

    use_required_attribute = False

    choice = DraftChoiceField(label="Recommendation", choices=_RATED, widget=forms.RadioSelect)
    note = ConditionalCharField(
        label="Note",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed if you differ from the suggested reading, or if there is none.",
    )
    position = forms.IntegerField(
        label="Place in the list",
        min_value=1,
        max_value=99,
        required=False,
        help_text="Leave it empty to keep its place.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        entry: PanelCertification,
        recommendation: Recommendation | None,
        place: int,
        is_rated: bool = True,
        sent_back: ListingDecision | None = None,
    ) -> None:
        initial = {
            "choice": recommendation.choice if recommendation else "",
            "note": recommendation.note if recommendation else "",
            "position": recommendation.position if recommendation else place,
        }
        super().__init__(data, initial=initial, prefix=f"certification-{entry.pk}")
        self.entry = entry
        self.sent_back = sent_back
        if not is_rated:
            self.fields["choice"].choices = _NOT_RATED  # type: ignore[attr-defined]
            self.fields["note"].help_text = "Say why it was not rated. Approvers read it."
        # The messages stand together above a page of many such forms, so each says which one it is about.
        wrong_place = f"Place in the list of {entry}: enter a whole number from 1 to 99."
        self.fields["position"].error_messages |= {"invalid": wrong_place}
        self.fields["position"].validators = [MinValueValidator(1, wrong_place), MaxValueValidator(99, wrong_place)]

    def clean_position(self) -> int:
        """The place that it has where none is given: an emptied box is no reason not to save the rest.

        A page without the box is from before the certification joined the panel.
        """
        given = self.cleaned_data["position"]
        if self.add_prefix("position") not in self.data:
            raise ValidationError(
                f"{self.entry} joined the panel since you opened this page. It is now listed below with the "
                "others. Nothing is "
                "saved yet. Check it, then save again."
            )
        return int(self.initial["position"]) if given is None else given


# What an approver writes besides the outcome; a decision that was undone gives it back.
_WRITTEN = ("reason", "first_school_year", "last_school_year", "type", "counts_federally")


class _Decision(forms.Form):
    """The parts of a decision: what, why, and how an approval is listed."""

    use_required_attribute = False

    reason = DraftCharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Saved with the decision. Panelists and districts can read it.",
    )
    first_school_year = DraftTypedChoiceField(
        label="First school year",
        coerce=int,
        empty_value=None,
        help_text="For an approval. Any other decision takes effect in the next school year.",
    )
    last_school_year = forms.TypedChoiceField(
        label="Last school year",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="For an approval, if you know it.",
    )
    type = DraftChoiceField(label="Type", choices=ProgramCertification.Type, help_text="For an approval.")
    counts_federally = forms.BooleanField(
        label="Counts for federal reporting (indicator 5S1)", required=False, help_text="Only if approved."
    )

    def offer_years(self, *more: int | None) -> None:
        """The school years from this one on, and those that the catalog names."""
        this_year = school_year.current()
        years = sorted({*range(this_year, this_year + _YEARS_AHEAD), *(year for year in more if year)})
        last = [(year, school_year.label(year)) for year in range(this_year, this_year + _LAST_YEARS_AHEAD)]
        self.fields["first_school_year"].choices = [(year, school_year.label(year)) for year in years]  # type: ignore[attr-defined]
        self.fields["last_school_year"].choices = [("", "No end"), *last]  # type: ignore[attr-defined]

    def check(self, about: str) -> None:
        """Only an approval counts federally, and a box that was ticked before anybody looked says nothing; years run
        forward.
        """
        data = self.cleaned_data
        outcome = data.get("outcome")
        approved = outcome == ListingDecision.Outcome.APPROVED
        if data.get("counts_federally") and outcome and not approved and "counts_federally" in self.changed_data:
            self.add_error(
                "counts_federally",
                f"Only an approved certification can count for federal reporting. Approve {about}, or clear this box.",
            )
        data["type"] = data.get("type") or ProgramCertification.Type.APPROVED
        first, last = data.get("first_school_year"), data.get("last_school_year")
        if approved and not first and "first_school_year" not in self.errors:
            self.add_error("first_school_year", f"Choose the first school year of {about}.")
        if approved and first and last and last < first:
            self.add_error("last_school_year", f"The last school year of {about} must not come before the first.")


class DecisionForm(_Decision):
    """OCTE's decision on one certification; left without an outcome it decides nothing."""

    outcome = DraftChoiceField(
        label="Decision",
        choices=[("", "Not yet"), *ListingDecision.Outcome.choices],
        widget=forms.RadioSelect,
    )
    field_order = ("outcome", "reason")

    def __init__(
        self,
        data: Any = None,
        *,
        recommendation: Recommendation,
        listed: ProgramCertification | None,
        undone: ListingDecision | None = None,
    ) -> None:
        initial: dict[str, Any] = {
            "outcome": "",
            "first_school_year": listed.first_school_year if listed else school_year.current(),
            "type": listed.type
            if listed and listed.status == ProgramCertification.Status.APPROVED
            else ProgramCertification.Type.APPROVED,
            "counts_federally": listed.counts_federally if listed else False,
        }
        if undone is not None:
            # All but the outcome, so that nothing is decided again by pressing the button for another certification.
            written = {name: getattr(undone, name) for name in _WRITTEN}
            initial |= {name: value for name, value in written.items() if value is not None}
        super().__init__(data, initial=initial, prefix=f"recommendation-{recommendation.pk}")
        self.offer_years(listed.first_school_year if listed else None, undone.first_school_year if undone else None)
        self.recommendation = recommendation

    def clean(self) -> dict[str, Any]:
        """A decision has a reason; a reason has a decision."""
        data = self.cleaned_data
        if data.get("outcome") and not data.get("reason", "").strip():
            self.add_error("reason", f"Give the reason for the decision on {self.recommendation}.")
        self.check(str(self.recommendation))
        if data.get("reason", "").strip() and not data.get("outcome"):
            self.add_error("outcome", f"Choose a decision for {self.recommendation}, or clear its reason.")
        return data

    @property
    def decides(self) -> bool:
        """The approver chose an outcome here."""
        return self.is_valid() and bool(self.cleaned_data["outcome"])


class SeveralForm(_Decision):
    """One decision for all certifications that are ticked."""

    ticked = forms.MultipleChoiceField(
        label="Certifications",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick at least one certification.",
            "invalid_choice": "One that you ticked was decided since you opened this page. Look at the list again.",
        },
    )
    outcome = forms.ChoiceField(
        label="Decision",
        choices=ListingDecision.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the decision."},
    )
    field_order = ("ticked", "outcome", "reason")

    def __init__(self, data: Any = None, *, waiting: Sequence[Recommendation]) -> None:
        super().__init__(data, initial={"first_school_year": school_year.current()})
        self._waiting = {str(item.pk): item for item in waiting}
        self.fields["ticked"].choices = [  # type: ignore[attr-defined]
            (key, f"{item} (recommendation: {item.get_choice_display()})") for key, item in self._waiting.items()
        ]
        self.offer_years()

    def clean_ticked(self) -> list[Recommendation]:
        """The recommendations themselves."""
        return [self._waiting[key] for key in self.cleaned_data["ticked"]]

    def clean(self) -> dict[str, Any]:
        """A decision has a reason; only approvals count federally."""
        if not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", "Give the reason for the decision.")
        self.check("them")
        return self.cleaned_data
