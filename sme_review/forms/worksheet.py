"""The worksheet of question 1 as a form field: one row of marks for each standard of the program."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from sme_review.models import StandardMark
from sme_review.selectors.ratings import Segment, by_segment
from sme_review.selectors.worksheets import Sheet

# The buttons inside the worksheet: take its share, mark what is left as not covered, begin anew.
WORKSHEET_BUTTONS = ("use", "rest", "clear")
_HELP = (
    "Say for each standard how far the certification covers it. Your marks suggest a share for the first "
    "question; your "
    "own number counts."
)
_HELP_REQUIRED = f"This panel asks everybody to fill it in. {_HELP}"


class WorksheetWidget(forms.Widget):
    """Standards by segment, each with the marks to choose from, and what they come to.

    The rows are named by the standard's primary key, never by their place, so that no mark lands on another standard.
    """

    use_fieldset = True

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet

    def id_for_label(self, id_: str) -> str:
        """None of its many rows stands for the whole: errors lead to the worksheet itself."""
        return id_

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[int, str] | None:
        """Primary key of ProgramStandard -> mark; None where the page had no worksheet."""
        if data.get(name) != "shown":
            return None
        given = {standard.pk: data.get(f"mark_{standard.pk}", "") for standard in self.sheet.standards}
        return {pk: mark for pk, mark in given.items() if mark in StandardMark.Mark.values}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The rows, unfolded once something is marked or must be."""
        marks: Mapping[int, str] = value or {}
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "described_by": (attrs or {}).get("aria-describedby", ""),
            "segments": [_segment_rows(segment, marks) for segment in by_segment(self.sheet.standards)],
            "choices": StandardMark.Mark.choices,
            "words": share_in_words(self.sheet, marks),
            "unfolded": bool(marks) or self.sheet.required,
            "marked": len(marks),
            "total": len(self.sheet.standards),
        }
        return render_to_string("sme_review/link/_worksheet.html", context)


def _segment_rows(segment: Segment, marks: Mapping[int, str]) -> dict[str, Any]:
    rows = [
        {"standard": standard, "name": f"mark_{standard.pk}", "mark": marks.get(standard.pk, "")}
        for standard in segment.standards
    ]
    return {"code": segment.code, "title": segment.title, "rows": rows}


def share_in_words(sheet: Sheet, marks: Mapping[int, str]) -> str:
    """What the marks come to, or how many are still to be made, in a sentence."""
    share = sheet.suggested(marks)
    if share.proportion is not None:
        return f"Your marks come to {share.proportion} percent of the standards."
    left = "1 standard is" if share.left == 1 else f"{share.left} of {len(sheet.standards)} standards are"
    return f"{left} not marked yet. When all are marked, a share is suggested here."


def pressed(typed: QueryDict, sheet: Sheet | None) -> QueryDict:
    """What was typed, with what the worksheet's button that was pressed does to it; other buttons do nothing here.

    "Use" takes the suggested share as the answer to question 1, once all standards are marked.
    """
    action = typed.get("action")
    if sheet is None or action not in WORKSHEET_BUTTONS:
        return typed
    data = typed.copy()
    for standard in sheet.standards:
        row = f"mark_{standard.pk}"
        if action == "clear":
            data.pop(row, None)
        elif action == "rest" and data.get(row) not in StandardMark.Mark.values:
            data[row] = StandardMark.Mark.NONE
    if action == "use":
        marks = WorksheetWidget(sheet).value_from_datadict(data, None, "worksheet") or {}
        share = sheet.suggested(marks).proportion
        if share is not None:
            data["proportion"] = str(share)
    return data


class WorksheetField(forms.Field):
    """Marks of the standards; what is not marked is simply not there."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(
            required=sheet.required,
            label="Worksheet: mark standard by standard",
            help_text=_HELP_REQUIRED if sheet.required else _HELP,
            widget=WorksheetWidget(sheet),
        )

    def validate(self, value: Any) -> None:
        """A draft is kept whatever is missing; what a finished rating lacks is said by `what_is_missing`."""
