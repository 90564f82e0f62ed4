"""Setting up a panel from an earlier one."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sme_review.forms.due_dates import due_day
from sme_review.forms.panels import DATE
from sme_review.models import Panel
from sme_review.selectors.copies import Proposal, Replaced
from sme_review.services.copies import Parts


class EarlierPanelForm(forms.Form):
    """Which panel to copy."""

    copy = forms.ModelChoiceField(
        queryset=Panel.objects.none(),
        label="Earlier panel",
        empty_label="Choose a panel",
        error_messages={
            "required": "Choose the panel to copy.",
            "invalid_choice": "This panel is not in the list. Choose another one.",
        },
    )
    # The form beside it on the page has a field of the same name.
    program = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "id_earlier_program"}))

    def __init__(self, *args: Any, panels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["copy"]
        field.queryset = panels  # type: ignore[attr-defined]
        field.label_from_instance = _panel_label  # type: ignore[attr-defined]


def _panel_label(panel: Panel) -> str:
    away = ", put away" if panel.put_away_at else ""
    return f"{panel.program.cip_code} {panel.title} ({panel.get_state_display()}{away})"


class CopyForm(forms.Form):
    """What the new panel is called, by when answers are due, and what it takes along."""

    use_required_attribute = False
    PARTS = ("rules", "certifications", "replacements", "people")

    title = forms.CharField(
        label="Title of the new panel",
        max_length=150,
        error_messages={"required": "Give the new panel a title."},
    )
    due_date = forms.DateField(
        label="Answers are due by",
        widget=DATE,
        help_text="Two weeks or more give panelists a fair chance.",
        error_messages={"required": "Choose the day by which answers are due."},
    )
    standards_version = forms.ChoiceField(label="Version of the program's standards")
    rules = forms.BooleanField(
        label="Its rules",
        required=False,
        initial=True,
        help_text="Quorum and groups, who rates what in which numbers, rounds, what panelists see, the "
        "worksheet, and how the "
        "numbers are read. Without them the new panel has the defaults.",
    )
    certifications = forms.BooleanField(required=False, initial=True)
    replacements = forms.TypedMultipleChoiceField(
        label="Take these instead",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="The catalog names them as replacements. What panelists read about them comes from the "
        "catalog; check it.",
    )
    people = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        self.fields["title"].help_text = f"Panelists see it. The earlier panel is called “{proposal.source.title}”."
        self._offer_versions()
        self._offer_certifications()
        people = self.fields["people"]
        people.label = f"Its people ({len(proposal.people)})"
        people.help_text = (
            "Name, e-mail address, group, job title and organization. Nobody is mailed until you open a round. "
            "Those taken "
            "off the panel stay out, and so do links, conflicts of interest and ratings."
        )
        if not proposal.people:
            del self.fields["people"]

    def _offer_versions(self) -> None:
        field = self.fields["standards_version"]
        versions = self.proposal.versions
        field.choices = [(version, version) for version in versions]  # type: ignore[attr-defined]
        field.initial = versions[0] if versions else ""
        earlier = self.proposal.source.standards_version
        field.help_text = f"The earlier panel rated by version {earlier}."
        if not versions:
            field.error_messages["required"] = (
                f"{self.proposal.source.program} has no standards now; a panel needs them to rate by. Import "
                "them first."
            )

    def _offer_certifications(self) -> None:
        entries, replaced = self.proposal.entries, self.proposal.replaced
        field = self.fields["certifications"]
        field.label = f"Its certifications ({len(entries)})"
        names = f"{'; '.join(str(entry) for entry in entries)}. " if entries else ""
        field.help_text = f"{names}With the latest version of what panelists read."
        if replaced:
            left_out = "; ".join(str(each.entry) for each in replaced)
            field.help_text += f" Left out, because the catalog has replaced them: {left_out}."
        if not entries and not replaced:
            del self.fields["certifications"]
        offered = self.fields["replacements"]
        offered.choices = [(each.by.pk, _replacement_label(each)) for each in self.proposal.replacements]  # type: ignore[attr-defined]
        offered.initial = [each.by.pk for each in self.proposal.replacements]
        if not self.proposal.replacements:
            del self.fields["replacements"]

    def about(self) -> list[Any]:
        """The fields on the new panel itself."""
        return [self[name] for name in self.fields if name not in self.PARTS]

    def along(self) -> list[Any]:
        """The fields on what is taken along."""
        return [self[name] for name in self.PARTS if name in self.fields]

    def clean_title(self) -> str:
        """Not the earlier panel's title."""
        title: str = self.cleaned_data["title"]
        if title.casefold() == self.proposal.source.title.casefold():
            raise ValidationError(
                "The earlier panel has this title. Choose another one, so that you can tell them apart."
            )
        return title

    def clean_due_date(self) -> Any:
        """The due date lies ahead, and not too far."""
        return due_day(self.cleaned_data["due_date"])

    def clean(self) -> dict[str, Any]:
        """Something is taken along."""
        if not any(self.cleaned_data.get(name) for name in ("rules", "certifications", "people")):
            self.add_error("rules", "Tick at least one part to take along, or set up a new panel instead.")
        return self.cleaned_data

    def chosen(self) -> dict[str, Any]:
        """What was asked for, by the service's own names."""
        given = self.cleaned_data
        parts = Parts(
            rules=given["rules"],
            certifications=given.get("certifications", False),
            replacements=given.get("replacements", ()),
            people=given.get("people", False),
        )
        return {name: given[name] for name in ("title", "due_date", "standards_version")} | {"parts": parts}


def _replacement_label(each: Replaced) -> str:
    return f"{each.by} ({each.by.entity}), in place of {each.entry}"
