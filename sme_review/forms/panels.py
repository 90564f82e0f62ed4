"""Setting up a panel."""

from collections.abc import Sequence
from typing import Any

from django import forms

from certifications.models import Certification, Program
from core.files.table_reader import read_table
from core.problems import Problem
from sme_review.forms.due_dates import due_day
from sme_review.forms.fields import ConditionalCharField
from sme_review.forms.panelist_lines import LIMITS, as_lines
from sme_review.models import Material, Panel, PanelCertification, Panelist
from sme_review.selectors.panel_certifications import addable_certifications
from sme_review.selectors.programs import programs
from sme_review.selectors.standards import standards_versions

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _ProgramField(forms.ModelChoiceField):
    """Programs, with a word on those that have nothing yet to rate by."""

    def label_from_instance(self, program: Any) -> str:
        """The program as it is written everywhere; takes what `selectors.panels.programs` adds."""
        return str(program) if program.has_standards else f"{program} - no standards yet"


class NewPanelForm(forms.Form):
    """The few things that a panel starts with; everything else has a default."""

    program = _ProgramField(
        queryset=Program.objects.none(),
        label="Program",
        empty_label="Choose a program",
        help_text="Listed by CIP code (Classification of Instructional Programs), the federal program code. One "
        "without "
        "standards needs them first: import them from its page in the catalog.",
    )
    title = forms.CharField(
        label="Title of the panel",
        max_length=150,
        help_text="Panelists see it. For example: Welding certifications, fall 2026.",
    )
    kind = forms.ChoiceField(label="Kind of group", choices=Panel.Kind)
    standards_version = forms.ChoiceField(
        label="Version of the program's standards",
        help_text="Panelists compare each certification with these technical standards.",
    )
    due_date = forms.DateField(
        label="Answers are due by", widget=DATE, help_text="Two weeks or more give panelists a fair chance."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = programs()  # type: ignore[attr-defined]
        versions = standards_versions()
        self.fields["standards_version"].choices = [(version, version) for version in versions]  # type: ignore[attr-defined]

    def clean_due_date(self) -> Any:
        """The due date lies ahead, and not too far."""
        return due_day(self.cleaned_data["due_date"])

    def clean(self) -> dict[str, Any]:
        """The program has standards in the version chosen."""
        program, version = self.cleaned_data.get("program"), self.cleaned_data.get("standards_version")
        if program and version:
            has = standards_versions(program)
            if version not in has:
                known = (
                    f"It has: {', '.join(has)}."
                    if has
                    else "It has none yet, and a panel needs them to rate by: import them from the program's "
                    "page in the catalog."
                )
                self.add_error("standards_version", f"{program} has no standards in the version “{version}”. {known}")
        return self.cleaned_data


class AddCertificationsForm(forms.Form):
    """Certifications of the catalog, several at once; those that are ticked stay in sight beside what is searched
    for.
    """

    certifications = forms.ModelMultipleChoiceField(
        queryset=Certification.objects.none(),
        label="Certifications of the catalog",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one certification."},
    )

    def __init__(self, data: Any = None, *, panel: Panel, words: str, ticked: Sequence[int]) -> None:
        super().__init__(data, initial={"certifications": ticked})
        field = self.fields["certifications"]
        field.queryset = addable_certifications(panel, words=words, ticked=ticked)  # type: ignore[attr-defined]
        field.label_from_instance = _certification_label  # type: ignore[attr-defined]


def _certification_label(certification: Certification) -> str:
    listed = " - listed for this program" if getattr(certification, "listed_for_program", 0) else ""
    return f"{certification} ({certification.entity}){listed}"


class SearchForm(forms.Form):
    """Words to look for in the catalog."""

    words = forms.CharField(
        label="Search by name, awarding entity or code",
        required=False,
        max_length=100,
        help_text="What you ticked stays ticked.",
    )


class SheetForm(forms.ModelForm):
    """What panelists read about a certification, and its place in the list."""

    class Meta:
        model = Material
        fields = ("information_sheet", "blueprint", "link")
        widgets = {
            "information_sheet": forms.Textarea(attrs={"rows": 14}),
            "blueprint": forms.Textarea(attrs={"rows": 6}),
        }

    link = forms.URLField(label="Web page of the certification", required=False, assume_scheme="https")
    position = forms.IntegerField(
        label="Order",
        min_value=1,
        max_value=999,
        help_text="1 comes first in the results. Each panelist rates in an order of their own.",
    )

    def __init__(self, *args: Any, entry: PanelCertification, **kwargs: Any) -> None:
        kwargs |= {"instance": entry.material, "initial": {"position": entry.position}}
        super().__init__(*args, **kwargs)


class PanelistForm(forms.ModelForm):
    """One panelist."""

    class Meta:
        model = Panelist
        fields = ("name", "email", "group", "title", "organization")


class WithdrawForm(forms.Form):
    """Why somebody is taken off."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="OCTE staff see it; the panelist does not. For example: changed jobs.",
        error_messages={"required": "Say why, in a few words."},
    )


class PutAwayForm(forms.Form):
    """Why a panel is put away."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Kept with the panel. For example: all decisions are released. Or: the program ends this year.",
        error_messages={"required": "Say why, in a few words."},
    )


class ReplaceForm(PanelistForm):
    """Who takes somebody's place, and why."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="OCTE staff see it; the panelists do not. For example: changed jobs.",
        error_messages={"required": "Say why, in a few words."},
    )
    field_order = ("reason", "name", "email", "group", "title", "organization")

    def __init__(self, *args: Any, person: Panelist, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "group": person.group,
            "organization": person.organization,
            "reason": person.withdrawal_reason,
        }
        super().__init__(*args, **kwargs)


class ReminderForm(forms.Form):
    """Who gets a reminder."""

    opened_at = forms.DateTimeField(widget=forms.HiddenInput)
    include_recent = forms.BooleanField(required=False)


class PasteForm(forms.Form):
    """Several panelists, one a line, or a table of them."""

    lines = ConditionalCharField(
        label="Panelists, one on each line",
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "wrap": "off"}),
        error_messages={
            "null_characters_not_allowed": "Some characters here are not text. Copy the cells again as plain text."
        },
        help_text="Name, e-mail address, group; after that job title and organization, if you have them. Groups: "
        "secondary, postsecondary, business. For example: Dana Whitcomb, dana@example.edu, secondary. "
        "Rows copied from a spreadsheet fit too, with or without their headings.",
    )
    file = forms.FileField(
        label="Or a file: spreadsheet (XLSX) or CSV",
        required=False,
        allow_empty_file=True,
        help_text="Its rows are put into the box above, after what is there, so that you can fix them.",
    )

    def clean(self) -> dict[str, Any]:
        """Something is given; a file's rows join the lines."""
        given, file = self.cleaned_data, self.cleaned_data.get("file")
        lines = given.get("lines", "")
        if file:
            try:
                read = as_lines(read_table(content=file.read(), limits=LIMITS))
            except Problem as problem:
                self.add_error("file", problem.message)
            else:
                given["lines"] = f"{lines.rstrip()}\n{read}" if lines.strip() else read
        elif not lines.strip() and not self.errors:
            self.add_error("lines", "Type or paste at least one line, or choose a file.")
        return given
