"""Forms of the state's staff."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from certifications.models import AwardingEntity, Certification
from core import school_year
from core.problems import Problem
from data_collection.enums import Method, VerifyWhen
from data_collection.models import CollectionDecision, DataSharingAgreement

ANSWER_WITHIN = timedelta(weeks=4)

METHOD_WORDS = {
    Method.DIRECT: "The awarding entity sends its results to OCTE. Districts enter nothing.",
    Method.DISTRICT: "Districts enter each result and upload a PDF of the certificate or roster.",
    Method.BOTH: "The awarding entity sends its results, and districts enter any that are missing.",
    Method.INTERIM: "Districts enter results until there is a permanent way.",
    Method.UNDECIDED: "Nobody sends or enters results yet. District entry stays closed.",
}


class PlainDate(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def take(form: forms.Form, problem: Problem) -> None:
    """Show a service's refusal at its field, or above the form."""
    form.add_error(problem.field if problem.field in form.fields else None, problem.message)


class SendForm(forms.Form):
    """Who answers, and by when."""

    contact_name = forms.CharField(label="Contact's full name", max_length=150)
    contact_email = forms.EmailField(
        label="Contact's e-mail address", help_text="The link goes to this address. Anyone who has the link can answer."
    )
    due = forms.DateField(label="Answers due by", widget=PlainDate(), help_text="Four weeks is typical.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due"].initial = timezone.localdate() + ANSWER_WITHIN

    def clean_due(self) -> Any:
        """A mail must not ask for answers by a day that has passed."""
        if self.cleaned_data["due"] < timezone.localdate():
            raise forms.ValidationError("The due date has passed. Choose today or a later day.")
        return self.cleaned_data["due"]


class ReasonForm(forms.Form):
    """A reason, in words."""

    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, label: str = "Reason", help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class DecideForm(forms.Form):
    """OCTE's decision on the method."""

    school_year = forms.TypedChoiceField(label="School year", coerce=int)
    certification = forms.ModelChoiceField(
        queryset=Certification.objects.none(), required=False, label="This decision applies to"
    )
    method = forms.ChoiceField(label="Where results come from", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text="Write a sentence or two that will still make sense in three years.",
    )
    verify_when = forms.ChoiceField(
        label="When the data that districts enter are verified",
        choices=VerifyWhen.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text="Needed only if districts enter results.",
    )
    verify_on = forms.DateField(label="Date when verification starts", required=False, widget=PlainDate())
    verify_note = forms.CharField(
        label="Note on verification", required=False, max_length=300, help_text="For example: July 15 to August 15."
    )
    agreement = forms.ModelChoiceField(
        queryset=DataSharingAgreement.objects.none(),
        required=False,
        label="Data sharing agreement",
        empty_label="None",
    )
    review_by = forms.DateField(
        label="Review by",
        required=False,
        widget=PlainDate(),
        help_text="When to look at this decision again. Leave empty to look at it again next school year.",
    )

    def __init__(self, *args: Any, entity: AwardingEntity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = school_year.current()
        fields: dict[str, Any] = self.fields
        fields["school_year"].choices = [
            (year, school_year.label(year)) for year in (current, current + 1, current - 1)
        ]
        fields["school_year"].initial = current
        fields["method"].choices = [(method, f"{method.label}. {words}") for method, words in METHOD_WORDS.items()]
        fields["certification"].queryset = entity.certifications.all()
        fields["certification"].empty_label = f"All certifications of {entity}"
        fields["agreement"].queryset = entity.agreements.all()


class AgreementForm(forms.Form):
    """A data sharing agreement that was signed."""

    title = forms.CharField(label="Title", max_length=200)
    signed_on = forms.DateField(label="Signed on", widget=PlainDate())
    starts_on = forms.DateField(label="In force from", widget=PlainDate())
    ends_on = forms.DateField(
        label="In force until", required=False, widget=PlainDate(), help_text="Leave empty if it has no end."
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class WindowForm(forms.Form):
    """The dates of a school year's collection."""

    opens_on = forms.DateField(label="District entry opens", widget=PlainDate())
    preliminary_district_due = forms.DateField(label="Preliminary: due from districts", widget=PlainDate())
    preliminary_octe_due = forms.DateField(
        label="Preliminary: due at OCTE", widget=PlainDate(), help_text="Usually a week after the districts' due date."
    )
    final_district_due = forms.DateField(label="Final: due from districts", widget=PlainDate())
    final_octe_due = forms.DateField(label="Final: due at OCTE", widget=PlainDate())


def decision_as_initial(decision: CollectionDecision | None) -> dict[str, Any]:
    """The decision form filled with an earlier decision."""
    names = ("certification", "method", "reason", "verify_when", "verify_on", "verify_note", "agreement", "review_by")
    return {name: getattr(decision, name) for name in names} if decision else {}
