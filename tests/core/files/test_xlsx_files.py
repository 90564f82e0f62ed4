"""Spreadsheet downloads: read back by another library, they hold what went in, and never a formula."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from core.files.csv_files import safe_cell
from core.files.xlsx_files import CONTENT_TYPE, Sheet, cell_value, xlsx_bytes, xlsx_response

# Characters that XML holds as they are.
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)
NUMBERS = st.integers(-(10**12), 10**12) | st.decimals(-1000, 1000, places=2)


def read_back(data: bytes, sheet: int = 0) -> list[list]:
    """What calamine reads from a sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


@given(rows=st.lists(st.tuples(TEXTS, NUMBERS), max_size=8))
def test_rows_come_back_as_they_went_in(rows):
    read = read_back(xlsx_bytes(title="Sample", sheets=[Sheet("Rows", ["Text", "Number"], rows)]))
    assert read[0] == ["Text", "Number"]
    assert [row[0] for row in read[1:]] == [safe_cell(text) for text, _ in rows]
    assert [row[1] for row in read[1:]] == [float(number) for _, number in rows]


@given(start=st.sampled_from("=+-@\t\r"), rest=TEXTS)
def test_a_cell_that_would_run_is_text(start, rest):
    data = xlsx_bytes(title="Sample", sheets=[Sheet("Rows", [f"{start}A1"], [[start + rest]])])
    book = load_workbook(io.BytesIO(data))
    for row in (1, 2):
        assert book.active.cell(row, 1).data_type == "s"
    assert book.active.cell(2, 1).value[0] == "'"


@given(rows=st.lists(st.tuples(TEXTS, NUMBERS), max_size=5))
def test_the_same_rows_give_the_same_bytes(rows):
    made = []
    for day in ("2026-11-24", "2027-03-01"):
        with time_machine.travel(datetime.fromisoformat(day).replace(tzinfo=UTC), tick=False):
            made.append(xlsx_bytes(title="Sample", sheets=[Sheet("Rows", ["Text", "Number"], rows)]))
    assert made[0] == made[1]


def test_another_row_gives_other_bytes():
    first, second = (xlsx_bytes(title="Sample", sheets=[Sheet("Rows", ["A"], [[cell]])]) for cell in ("1", "2"))
    assert first != second


def test_headings_are_bold_frozen_and_filtered_and_the_document_says_what_it_is():
    made_at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    sheets = [Sheet("First", ["Name", "Long"], [["a", "x" * 200]]), Sheet("Second/half", ["B"], [])]
    book = load_workbook(io.BytesIO(xlsx_bytes(title="Approved list", sheets=sheets, made_at=made_at)))
    first = book["First"]
    assert first["A1"].font.b
    assert first.freeze_panes == "A2"
    assert first.auto_filter.ref == "A1:B2"
    assert (first.column_dimensions["A"].width, first.column_dimensions["B"].width) == (8, 60)
    assert first["B2"].alignment.wrap_text
    assert book.sheetnames == ["First", "Second half"]
    assert (book.properties.title, book.properties.language) == ("Approved list", "en-US")
    assert book.properties.created == book.properties.modified == made_at.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (None, None),
        (-3, -3),
        (True, True),
        (2.5, 2.5),
        (float("nan"), "nan"),
        (Decimal("-70.00"), Decimal("-70.00")),
        (date(2026, 10, 1), date(2026, 10, 1)),
        (datetime(2026, 10, 1, 8, tzinfo=UTC), datetime(2026, 10, 1, 8)),  # noqa: DTZ001
        (datetime(2026, 10, 1, 8), datetime(2026, 10, 1, 8)),  # noqa: DTZ001
        ("-", "-"),
        ("-3", "'-3"),
        ("#N/A", "#N/A"),
        ("bell\x07", "bell"),
        ("two\r\nlines", "two\nlines"),
        ("x" * 40_000, "x" * 32_767),
    ],
)
def test_cell_value(given_value, kept):
    assert cell_value(given_value) == kept


def test_an_error_code_typed_as_text_stays_text():
    data = xlsx_bytes(title="Sample", sheets=[Sheet("Rows", ["A"], [["#N/A"], ["two\nlines"]])])
    assert read_back(data) == [["A"], ["#N/A"], ["two\nlines"]]


def test_a_title_of_forbidden_characters_alone_becomes_a_plain_one():
    book = load_workbook(io.BytesIO(xlsx_bytes(title="Sample", sheets=[Sheet("[?]", ["A"], [])])))
    assert book.sheetnames == ["Sheet"]


def test_the_response_is_an_attachment_named_as_asked():
    response = xlsx_response(name="approved-2027.xlsx", sheets=[Sheet("Approved", ["A"], [["b"]])])
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Content-Disposition"] == 'attachment; filename="approved-2027.xlsx"'
    assert read_back(response.content) == [["A"], ["b"]]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 7, 1, 0, 0, 0)}
