"""A CSV download that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run; a lone "-" is left as it is."""
    return f"'{cell}" if len(cell) > 1 and cell.startswith(_FORMULA_STARTS) else cell


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A file to download, in UTF-8 with the mark that Excel needs."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return response
