"""Reading tables that people send: what comes out of honest files, and that hostile ones get a sentence and no more."""

import csv
import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.files.csv_files import csv_response
from core.files.spreadsheet_child import cell_text, look
from core.files.table_reader import Column, Limits, Row, Table, map_headings, matched, read_table, read_text
from core.files.xlsx_files import Sheet, xlsx_bytes
from core.problems import Problem

COLUMNS = [
    Column("segment_code", "Segment code", ("segment",)),
    Column("code", "Code", ("standard no.",)),
    Column("weight", "Weight", required=False),
]


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


def workbook(*rows, sheets: int = 1) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet().append(["elsewhere"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_is_read_whatever_wrote_it(separator, encoding, end):
    text = end.join(["Code{0}Statement", "A.1{0}“Weld” safély", '"A{0}2"{0}Cut', ""]).format(separator)
    read = read_table(content=text.encode(encoding))
    assert cells(read) == [("Code", "Statement"), ("A.1", "“Weld” safély"), (f"A{separator}2", "Cut")]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows():
    read = read_text('Code,Text\n\n"A\nB",two lines\n , \nC,x,,\n')
    assert read.rows == (
        Row(1, ("Code", "Text")),
        Row(3, ("A\nB", "two lines")),
        Row(5, ("C", "x")),
    )
    assert cells(read_table(content=workbook(["Code"], [], ["A"]))) == [("Code",), ("A",)]
    assert [row.number for row in read_table(content=workbook(["Code"], [], ["A"])).rows] == [1, 3]


def test_cells_of_a_spreadsheet_come_out_as_seen():
    content = workbook(
        [
            "001",
            1.0,
            1.5,
            0.1 + 0.2,
            12345678901234567890,
            True,
            date(2026, 1, 2),
            datetime(2026, 1, 2, 3, 4),  # noqa: DTZ001 - spreadsheets know no time zones
            None,
            " x ",
        ],
        [None, "=1+1", time(3, 4), timedelta(hours=30)],
    )
    first, second = cells(read_table(content=content))
    assert first == (
        "001", "1", "1.5", "0.3", "1.23456789012346e+19", "TRUE", "2026-01-02", "2026-01-02 03:04:00", "", "x",
    )  # fmt: skip
    assert second == ("", "", "03:04:00", "1 day, 6:00:00")
    assert (cell_text(False), cell_text(None), cell_text(-0.0), cell_text(7)) == ("FALSE", "", "0", "7")


def test_the_first_sheet_that_holds_something_is_read_and_named():
    book = Workbook()
    book.active.title = "Notes"
    book.create_sheet("Hidden").append(["not this"])
    book["Hidden"].sheet_state = "hidden"
    book.create_sheet("Standards").append(["Code"])
    written = io.BytesIO()
    book.save(written)
    read = read_table(content=written.getvalue())
    assert (read.sheet, cells(read)) == ("Standards", [("Code",)])
    assert read_table(content=workbook(["Code"])).sheet == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b" \r\n\t", "The file is empty"),
        (b";;\n;;", "no row with text"),
        (workbook(), "no row with text"),
        (b"%PDF-1.7 ...", "This is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1 Workbook", "older spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"<html><table><tr><td>Code", "web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither a CSV file nor a spreadsheet"),
        (b"Code,\x81\x8d", "neither a CSV file nor a spreadsheet"),
        (b"PK\x03\x04 and no archive", "could not be read as a spreadsheet"),
        (b'Code,Text\nA,"never closed\nB,x', "Row 2: the quote marks do not fit"),
        (b'Code,Text\nA,"6" pipe"\n', "Row 2: the quote marks do not fit"),
        (b"a," * 61 + b"a", "Row 1 has 62 columns; at most 60"),
        (b"Code\n" + b"x" * 10_001, "Row 2: a cell holds more than 10,000 characters"),
        (b'Code\n"' + b"x" * 200_000 + b'"', "Row 2: the quote marks do not fit"),
        (b"x\n" * 5_001, "more than 5,000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "The file has 5.0 MB; at most 5 MB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, words):
    with pytest.raises(Problem, match=words.replace("(", r"\(")):
        read_table(content=content)


def test_limits_are_the_callers():
    with pytest.raises(Problem, match="more than 2 rows"):
        read_table(content=workbook(["a"], ["b"], ["c"]), limits=Limits(rows=2))
    assert len(read_table(content=workbook(["a"], ["b"]), limits=Limits(rows=2)).rows) == 2


def test_quote_marks_in_a_paste_are_text():
    read = read_text('Code\tStatement\nA.1\t"Hot" work on 6" pipe\n')
    assert cells(read) == [("Code", "Statement"), ("A.1", '"Hot" work on 6" pipe')]
    assert cells(read_text('Code\tStatement\nA.1\t"two\nlines"\n')) == [("Code", "Statement"), ("A.1", "two\nlines")]


def archive(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def changed_sheet(content: bytes, change) -> bytes:
    """The workbook with its sheet's XML changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            inside = old.read(name)
            new.writestr(name, change(inside) if name.endswith("sheet1.xml") else inside)
    return written.getvalue()


def test_an_archive_of_endless_zeros_is_refused_unread():
    content = archive(**{"xl/worksheets/sheet1.xml": b"0" * (101 * 1024 * 1024)})
    assert len(content) < 200_000
    with pytest.raises(Problem, match="far larger inside than it looks"):
        read_table(content=content)


def test_an_archive_that_is_no_spreadsheet_is_refused():
    with pytest.raises(Problem, match="could not be read as a spreadsheet"):
        read_table(content=archive(**{"word/document.xml": b"<w/>"}))


def test_a_cell_at_the_far_corner_breaks_only_the_reader():
    content = changed_sheet(workbook(["x", "y"]), lambda xml: xml.replace(b'r="B1"', b'r="XFD1048576"'))
    with pytest.raises(Problem, match="could not be read as a spreadsheet"):
        read_table(content=content)


def test_entities_that_multiply_do_no_harm():
    def bomb(xml: bytes) -> bytes:
        steps = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        assert b"<v>1</v>" in xml
        return b'<!DOCTYPE x [<!ENTITY a0 "ha">' + steps + b"]>" + xml.replace(b"<v>1</v>", b"<v>&a9;</v>")

    try:
        read = read_table(content=changed_sheet(workbook([1]), bomb))
    except Problem:
        return
    assert all(len(cell) < 100 for row in read.rows for cell in row.cells)


def test_the_reader_says_what_it_finds():
    assert look(workbook(["a"], ["b"], sheets=2), most_rows=1)["rows"] == [(1, ["a"]), (2, ["b"])]
    assert look(b"nothing", most_rows=1) == {"finding": "broken"}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_problem(content):
    try:
        read = read_table(content=content.replace(b"PK\x03\x04", b""))
    except Problem:
        return
    assert all(row.cells and row.cells[-1] for row in read.rows)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12)
PLAIN = TEXT.map(lambda text: text.replace("\xa0", " ").replace("\ufeff", "").strip())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(PLAIN, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_a_csv_writer_writes_is_read_back(rows, separator):
    rows = [["Code", "Text", "More", "End"], *rows]
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)

    def bare(row):
        while row and not row[-1]:
            row = row[:-1]
        return tuple(row)

    assert cells(read_text(written.getvalue())) == [bare(row) for row in rows if bare(row)]


def test_our_own_downloads_are_read_back():
    headings, rows = ("Code", "Text"), [("001", "Weld “flat”, then up"), ("2", "-")]
    expected = [headings, *rows]
    sheet = xlsx_bytes(title="x", sheets=[Sheet("Standards", headings, rows)])
    assert cells(read_table(content=sheet)) == expected
    assert cells(read_table(content=csv_response(name="x.csv", headings=headings, rows=rows).content)) == expected


def test_headings_are_found_by_their_words():
    table = read_text("Welding standards 2026\n\nStandard No.;SEGMENT_CODE;Notes\nA.1;A;x")
    found = map_headings(table, COLUMNS)
    assert (found.row.number, found.columns, found.unread) == (3, {"code": 0, "segment_code": 1}, ["Notes"])
    assert found.pairs(COLUMNS) == [("Segment code", "SEGMENT_CODE"), ("Code", "Standard No.")]
    row = Row(4, ("A.1",))
    assert (row.cell(0), row.cell(1), row.cell(None)) == ("A.1", "", "")


def test_missing_and_doubled_headings_are_told():
    with pytest.raises(Problem, match=r"headings Segment code, Code. Not found: Code\."):
        map_headings(read_text("Segment,Text\nA,B"), COLUMNS)
    with pytest.raises(Problem, match="“Segment” and “Segment code” mean the same column"):
        matched(Row(1, ("Segment", "Segment code")), COLUMNS)
