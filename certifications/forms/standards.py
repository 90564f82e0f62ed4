"""Forms of technical standards: sending a table, and bringing it in. The saving is done by the services."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from certifications.services.standards import LIMITS

_LONGEST_PASTE = 1_000_000


class VersionForm(forms.Form):
    """Which version of the standards a table is for."""

    version = forms.CharField(
        label="Version",
        max_length=40,
        help_text="To change a version that is already here, use its name. For a new version, use a new name, "
        "for example 2026-27.",
    )


class StandardsForm(VersionForm):
    """A table, as a file or pasted."""

    file = forms.FileField(
        label="File",
        required=False,
        help_text="A spreadsheet (XLSX) or a CSV file, up to 5 MB and 2,000 rows.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    pasted = forms.CharField(
        label="Or paste the rows",
        required=False,
        max_length=_LONGEST_PASTE,
        strip=False,
        help_text="Copy them in your spreadsheet program, with the row of headings.",
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, and not more than can be read."""
        cleaned: dict[str, Any] = super().clean() or {}
        file, pasted = cleaned.get("file"), cleaned.get("pasted", "").strip()
        if self.errors.keys() & {"file", "pasted"}:
            return cleaned
        if not file and not pasted:
            self.add_error("file", "Choose a file, or paste the rows.")
        elif file and pasted:
            self.add_error("file", "Choose a file or paste the rows, but not both.")
        elif file and file.size > LIMITS.size:
            self.add_error("file", f"The file has {file.size / 1024 / 1024:.1f} MB; at most 5 MB are read.")
        return cleaned

    def sent(self) -> tuple[bytes | str, str, str]:
        """The content, the file's name, and the field that it stood in."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file:
            return file.read(), file.name or "", "file"
        return self.cleaned_data["pasted"], "", "pasted"


class ApplyForm(forms.Form):
    """What the preview showed, and what becomes of the standards that the table leaves out."""

    seen = forms.CharField(widget=forms.HiddenInput)
    remove_missing = forms.BooleanField(required=False)
