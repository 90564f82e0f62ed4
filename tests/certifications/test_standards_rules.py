"""The rules for a table of technical standards: what is read from honest rows, and why a row stays out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifications.validators.standards import COLUMNS, CheckedStandard, check_rows, plain, read_weight
from core.files.table_reader import map_headings, read_text

HEAD = "Segment code;Segment title;Segment weight;Code;Statement"


def checked(*lines: str, head: str = HEAD) -> list[CheckedStandard]:
    table = read_text("\n".join([head, *lines]))
    return check_rows(table.rows, map_headings(table, COLUMNS))


def refusals(*lines: str, head: str = HEAD) -> list[list[str]]:
    return [[refusal.words for refusal in row.refusals] for row in checked(*lines, head=head)]


def test_a_good_row_is_read():
    (row,) = checked("A;Safety;10%;A.1; Weld flat ")
    assert (row.row.number, row.refusals) == (2, ())
    assert row.given.__dict__ == {
        "segment_code": "A",
        "segment_title": "Safety",
        "weight": Decimal(10),
        "code": "A.1",
        "statement": "Weld flat",
    }


def test_title_and_weight_may_stand_on_one_row_of_the_segment():
    rows = checked("A;;;A.1;x", "A;Safety;10;A.2;y", "A;;;A.3;z")
    assert [(row.given.segment_title, row.given.weight, row.refusals) for row in rows] == [("Safety", 10, ())] * 3


def test_headings_in_other_words_and_order_are_found():
    (row,) = checked("Weld;A.1;A;Safety;2019", head="Standard;Standard No.;Segment;SEGMENT NAME;Year")
    assert (row.given.code, row.given.statement, row.given.segment_title, row.given.weight) == (
        "A.1",
        "Weld",
        "Safety",
        None,
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";Safety;;A.1;x", "Segment code: This is empty. Enter the segment code in this row."),
        ("A;;;A.1;x", "Segment title: This is empty. Enter the segment title in this row."),
        ("A;Safety;;;x", "Code: This is empty. Enter the code in this row."),
        ("A;Safety;;A.1;", "Statement: This is empty. Enter the statement in this row."),
        (f"A;Safety;;{'1' * 31};x", f"Code “{'1' * 31}”: This has 31 characters; at most 30 are allowed. Shorten it."),
        ("A;Safety;-1;A.1;x", "Segment weight “-1”: A weight must be a number greater than 0. Enter a number such as 10 or 12.5, or leave it empty."),
        ("A;Safety;much;A.1;x", "Segment weight “much”: A weight must be a number greater than 0. Enter a number such as 10 or 12.5, or leave it empty."),
        ("A;Safety;;2026-01-02;x", "Code “2026-01-02”: The spreadsheet program turned this code into a date. Format the column as text in the spreadsheet program, and type the code again."),
        ("A;Safety;;A.1;Weld; flat", "Beyond the last heading “flat”: The row has more cells than there are headings. In a CSV file, put quotation marks around text that contains a comma."),
    ],
)  # fmt: skip
def test_a_row_stays_out_with_the_reason(line, words):
    assert refusals(line) == [[words]]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("A;Safety;;A.1;x", "A;Safety;;a.1;y", "Code “a.1”: Row 2 already has this code. Give each standard a code of its own."),
        ("A;Safety;;A.1;x", "A;Tools;;A.2;y", "Segment title “Tools”: Segment A is “Safety” on row 2. Use one title for the segment, or another segment code."),
        ("A;Safety;10;A.1;x", "A;Safety;11;A.2;y", "Segment weight “11”: Row 2 gives segment A a weight of 10. Use one weight for the segment."),
        ("A;Safety;10;A.1;x", "B;Tools;;B.1;y", "Segment weight: Other segments have a weight, and segment B has none. Give every segment a weight, or leave the whole column empty."),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_another_stays_out(first, second, words):
    assert refusals(first, second) == [[], [words]]


def test_equal_weights_written_differently_are_equal():
    assert refusals("A;Safety;10;A.1;x", "A;Safety;10.00 %;A.2;y") == [[], []]


@pytest.mark.parametrize(
    ("text", "weight"),
    [("10", 10), ("12.5%", Decimal("12.5")), ("0", None), ("0.001", None), ("10000", None), ("NaN", None), ("1e999999", None), ("", None)],
)  # fmt: skip
def test_weights(text, weight):
    assert read_weight(text) == weight


@given(st.text(max_size=20))
def test_any_text_is_a_weight_or_none(text):
    weight = read_weight(text)
    assert weight is None or 0 < weight < 10_000


def test_the_guard_of_our_own_files_is_taken_off():
    assert [plain(text) for text in ("'=A1", "'-1 to 1", " 'tis ", "'@x ")] == ["=A1", "-1 to 1", "'tis", "@x"]
