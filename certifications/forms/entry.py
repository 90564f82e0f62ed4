"""Forms of district entry: the sheet of students, and the PDF."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from certifications.models import EntryDraft, EvidenceDocument
from certifications.selectors.sheet import ROW_FIELDS


def typed_rows(data: QueryDict, allowed: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What was typed on the students page, for those students of the sheet that were on the page.

    A row was on the page when its text boxes came back; a box that is not ticked does not come back at all.
    """
    rows: dict[int, dict[str, Any]] = {}
    for key in allowed:
        given = {name: data[f"{name}-{key}"] for name in ROW_FIELDS if f"{name}-{key}" in data}
        if given:
            rows[key] = {**given, "ticked": f"tick-{key}" in data}
    return rows


def without_filled_later(
    rows: dict[int, dict[str, Any]], *, draft: EntryDraft, data: QueryDict
) -> tuple[dict[int, dict[str, Any]], int]:
    """The rows to save, and how many are left out: empty on this page, but filled in since it was opened.

    The page says which rows had something when it was opened (`filled`). Without this, a page left open in a second
    window would wipe what was typed in the first.
    """
    if "filled" not in data:
        return rows, 0
    filled_then = set(str(data["filled"]).split())
    to_save = {
        key: row for key, row in rows.items() if str(key) in filled_then or str(key) not in draft.rows or _has(row)
    }
    return to_save, len(rows) - len(to_save)


def _has(row: dict[str, Any]) -> bool:
    """Whether a person ticked the row or typed in it."""
    return bool(row["ticked"]) or any(str(row.get(name, "")).strip() for name in ROW_FIELDS if name != "result")


def typed_pages(data: QueryDict, ticked: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The pages typed on the PDF's page; the students stay ticked."""
    return {key: {"page": data[f"page-{key}"], "ticked": True} for key in ticked if f"page-{key}" in data}


class EvidenceForm(forms.Form):
    """One PDF. What is wrong with the file is said by `services.evidence`, which looks into it."""

    kind = forms.ChoiceField(
        label="What is in the PDF?",
        choices=EvidenceDocument.Kind.choices,
        widget=forms.RadioSelect,
        initial=EvidenceDocument.Kind.CERTIFICATE,
    )
    upload = forms.FileField(
        label="PDF file",
        error_messages={"required": "Choose the PDF of the certificates or the roster."},
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
        help_text=(
            f"One PDF for all students of this entry, at most {settings.EVIDENCE_MAX_MEGABYTES} megabytes (MB), "
            "without a password."
        ),
    )

    def __init__(self, *args: Any, is_required: bool = True, **kwargs: Any) -> None:
        """Without a file where one is here already."""
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = is_required
