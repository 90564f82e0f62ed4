"""Forms of the catalog and of requests. The saving is done by the services."""

from typing import Any

from django import forms
from django.db.models import Model

from accounts.models import User
from certifications.models import (
    AwardingEntity,
    Certification,
    CertificationAlias,
    CertificationPart,
    CertificationRequest,
    Program,
)
from certifications.selectors import catalog, listing_requests


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Lines for the box."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The lines that hold something."""
        text = super().clean(value)
        return [line.strip() for line in str(text).splitlines() if line.strip()]


class SeenForm(forms.ModelForm):
    """A form that remembers which state of the row was on the screen, so that nobody overwrites unseen changes."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = catalog.fingerprint(self.instance)

    def differences(self, saved: Model) -> list[tuple[str, Any, Any]]:
        """Label, saved and typed value of the fields in which they differ."""
        rows = [(name, getattr(saved, name), self.cleaned_data[name]) for name in self.cleaned_data if name != "seen"]
        return [(str(self.fields[name].label), old, new) for name, old, new in rows if old != new]


class CertificationForm(SeenForm):
    """One certification."""

    link = forms.URLField(label="Web page", required=False, assume_scheme="https")

    class Meta:
        model = Certification
        fields = [
            "entity",
            "name",
            "version",
            "kind",
            "summary",
            "how_earned",
            "information_sheet",
            "expires_after_months",
            "renewal_rule",
            "typical_cost",
            "link",
            "credential_engine_id",
            "replaced_by",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "how_earned": forms.Textarea(attrs={"rows": 3}),
            "information_sheet": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {
            "name": "Word for word as the awarding entity writes it.",
            "version": "Leave empty where there is only one.",
            "credential_engine_id": "From the Credential Registry, for example ce-1234. Leave empty where there "
            "is none.",
            "replaced_by": "If the awarding entity has replaced it with another one.",
        }


class PartForm(SeenForm):
    """One scored part."""

    class Meta:
        model = CertificationPart
        fields = ["name", "score_min", "score_max", "cut_score", "unit"]
        labels = {"score_min": "Lowest score", "score_max": "Highest score"}
        help_texts = {"unit": "For example points, or percent."}


class AliasForm(forms.ModelForm):
    """Another name."""

    class Meta:
        model = CertificationAlias
        fields = ["alias"]
        labels = {"alias": "Another name"}
        help_texts = {"alias": "An old or informal name. Searches find it, but it cannot be chosen."}


class EntityForm(SeenForm):
    """One awarding entity."""

    website = forms.URLField(required=False, assume_scheme="https")
    aliases = LinesField(label="Other names", required=False, help_text="One on each line.")
    delivery_channels = LinesField(label="How its tests are delivered", required=False, help_text="One on each line.")

    class Meta:
        model = AwardingEntity
        fields = ["name", "short_name", "code", "kind", "website", "aliases", "delivery_channels", "source_note"]
        help_texts = {"code": "Short and in capitals, for example ASE. The codes of its certifications start with it."}
        widgets = {"source_note": forms.Textarea(attrs={"rows": 3})}


class RequestForm(forms.ModelForm):
    """A district asks for a certification that is not listed."""

    class Meta:
        model = CertificationRequest
        fields = ["district", "program", "name", "entity_name", "why"]
        labels = {
            "program": "Program (CIP code)",
            "name": "Name of the certification",
            "entity_name": "Who awards it",
            "why": "Why should it be listed?",
        }
        help_texts = {
            "program": "CIP is short for Classification of Instructional Programs.",
            "name": "As it appears on the certificate.",
            "why": "For example, which employers ask for it. Please do not include any student's name.",
        }
        widgets = {"why": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = listing_requests.districts_asking(user)
        self.fields["district"].queryset = districts  # type: ignore[attr-defined]
        self.fields["program"].queryset = Program.objects.all()  # type: ignore[attr-defined]
        for name in ("district", "program"):
            self.fields[name].empty_label = "Choose one"  # type: ignore[attr-defined]
        only = list(districts[:2])
        if len(only) == 1:
            self.initial["district"] = only[0].pk


class AnswerForm(forms.ModelForm):
    """OCTE's answer."""

    state = forms.ChoiceField(
        label="Your answer",
        choices=[("answered", "Answer it"), ("declined", "Decline it")],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = CertificationRequest
        fields = ["state", "answer", "certification"]
        labels = {"answer": "In a few sentences", "certification": "The certification in the catalog"}
        help_texts = {
            "answer": "The person who asked will get this by e-mail.",
            "certification": "If it turned out to be one that is already in the catalog. Otherwise leave this empty.",
        }
        widgets = {"answer": forms.Textarea(attrs={"rows": 4})}

    def clean_answer(self) -> str:
        """An answer has words."""
        text: str = self.cleaned_data["answer"].strip()
        if not text:
            raise forms.ValidationError("Write the answer in a sentence.")
        return text
