"""Forms of records: correcting a returned one, giving a reason."""

from typing import Any

from django import forms

from certifications.models import StudentCertification
from certifications.presenters.records import Comparison
from certifications.validators.attempt import COLUMNS, Typed
from certifications.validators.dates import show_date
from certifications.validators.scores import show_number

_DATE_HELP = "For example 5/14/2027."


class JudgedField(forms.CharField):
    """A box that is not marked as optional: whether it may stay empty, the validators say, from the other boxes."""

    def validate(self, value: Any) -> None:
        """Nothing is judged here."""


class RecordForm(forms.Form):
    """The fields of a returned record, as text: the validators read them and say what is wrong."""

    result = forms.ChoiceField(label=COLUMNS["result"], choices=StudentCertification.Result.choices)
    score = JudgedField(label=COLUMNS["score"])
    date_earned = JudgedField(label=COLUMNS["date_earned"], help_text=_DATE_HELP)
    date_tested = forms.CharField(
        label=COLUMNS["date_tested"], required=False, help_text=f"{_DATE_HELP} May be left empty for a pass."
    )
    certificate_number = forms.CharField(label=COLUMNS["certificate_number"], required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def typed(self) -> Typed:
        """What was typed, for the validators."""
        return Typed.from_mapping(self.cleaned_data)


def saved_values(record: StudentCertification) -> dict[str, Any]:
    """A record's fields as a person would type them."""
    return {
        "result": record.result,
        "score": "" if record.score is None else show_number(record.score),
        "date_earned": show_date(record.date_earned) if record.date_earned else "",
        "date_tested": show_date(record.date_tested) if record.date_tested else "",
        "certificate_number": record.certificate_number,
        "version": record.version,
    }


def compare(form: RecordForm, record: StudentCertification) -> list[Comparison]:
    """What a person typed beside what somebody else saved meanwhile."""
    saved = saved_values(record)
    results = dict(StudentCertification.Result.choices)
    rows = []
    for name, field in form.fields.items():
        if name != "version":
            typed, current = str(form.data.get(name, "")), str(saved[name])
            rows.append(
                Comparison(str(field.label), str(results.get(typed, typed)), str(results.get(current, current)))
            )
    return rows


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        help_text="No student names or UICs, please; the reason is kept in the record's history.",
        error_messages={"required": "Give the reason."},
    )
