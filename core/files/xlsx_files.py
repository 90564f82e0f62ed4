"""Spreadsheet downloads (XLSX): the cells safe to open by the rule of `csv_files`, the bytes the same for the same
rows.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from core.files.csv_files import safe_cell

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a file says of when it was made, unless told: a day that is the same for all, so that its bytes are too.
_MADE_AT = datetime(2026, 7, 1, tzinfo=UTC)
_ZIPPED_AT = (2026, 7, 1, 0, 0, 0)
_LONGEST_TEXT = 32_767
_LONGEST_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\\*?:/\[\]]")
_NARROWEST, _WIDEST = 8, 60


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the headings of its columns, and its rows."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def xlsx_bytes(*, title: str, sheets: Sequence[Sheet], made_at: datetime = _MADE_AT) -> bytes:
    """The workbook's bytes; the same sheets and time always give the same.

    Args:
        title: of the document, as programs and screen readers say it.
        sheets: at least one. Numbers and dates stay what they are; all other cells are text, and text that would run
            as a formula gets an apostrophe before it, as in our CSV files.
        made_at: the time that the document's properties tell.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    made = made_at.astimezone(UTC).replace(tzinfo=None)
    properties = book.properties
    properties.title, properties.creator, properties.language = title, "OCTE Certs", "en-US"
    properties.created = made
    written = io.BytesIO()
    book.save(written)
    properties.modified = made  # saving has set it to now
    return _zipped_again(written, core=tostring(properties.to_tree()))


def xlsx_response(*, name: str, sheets: Sequence[Sheet], title: str = "") -> HttpResponse:
    """A workbook as an attachment; its document title is the first sheet's unless one is given."""
    response = HttpResponse(xlsx_bytes(title=title or sheets[0].title, sheets=sheets), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def cell_value(value: Any) -> str | float | Decimal | date | None:
    """What a cell holds: numbers, dates and nothing as they are; all else as text that no program takes for a
    formula.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, bool | int | date):
        return value
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value).replace("\r\n", "\n"))
    return safe_cell(text)[:_LONGEST_TEXT]


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    """Headings in bold that stay in sight and can be filtered by, then the rows."""
    page = book.create_sheet(_NOT_IN_TITLES.sub(" ", sheet.title)[:_LONGEST_TITLE].strip(" '") or "Sheet")
    rows = [[cell_value(value) for value in row] for row in sheet.rows]
    columns = len(sheet.headings)
    page.freeze_panes = "A2"
    for number, heading in enumerate(sheet.headings, start=1):
        longest = max([len(heading) + 3, *(_width(row[number - 1]) for row in rows)])
        page.column_dimensions[get_column_letter(number)].width = min(max(longest, _NARROWEST), _WIDEST)
    page.auto_filter.ref = f"A1:{get_column_letter(columns)}{len(rows) + 1}"
    page.append([_cell(page, heading, font=Font(bold=True)) for heading in sheet.headings])
    for row in rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: Any, font: Font | None = None) -> Any:
    """A cell that is text where the value is text, whatever it looks like; long text is wrapped."""
    if font is None and not isinstance(value, str):
        return value
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if font:
        cell.font = font
    if _width(value) > _WIDEST or (isinstance(value, str) and "\n" in value):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(value: Any) -> int:
    """How many characters wide a value is shown."""
    return max((len(line) for line in str("" if value is None else value).split("\n")), default=0) + 1


def _zipped_again(written: io.BytesIO, *, core: bytes) -> bytes:
    """The archive's files in the same order, with one time for all and the properties as given."""
    again = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=_ZIPPED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, core if name == ARC_CORE else old.read(name))
    return again.getvalue()
