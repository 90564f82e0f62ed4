"""CSV downloads that are safe to open in a spreadsheet: one rule for every file that leaves here."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

# A cell that starts so would run as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What tables show for "nothing"; alone it is no formula.
_NOTHING = "-"


def safe_cell(value: Any) -> str:
    """The cell as text, with an apostrophe before what a spreadsheet program would take for a formula.

    A number is no formula, though it may start with a minus.
    """
    text = "" if value is None else str(value)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text != _NOTHING and text.startswith(_FORMULA_STARTS) else text


def csv_response(*, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV file as an attachment, with a byte-order mark so that spreadsheets read it as UTF-8."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(headings)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response
