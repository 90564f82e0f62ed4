"""Answers: their shapes, what is wrong with one, one in words."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_collection.enums import AnswerType
from data_collection.validators import answers

JORDAN = {"name": "Jordan Lee", "email": "jordan@example.org"}


@dataclass
class Asked:
    answer_type: str
    required: bool = False
    options: list = field(default_factory=lambda: [("csv", "CSV file"), ("xml", "XML file"), ("none", "None of these")])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "Anything"), ("long_text", "Two\nlines"), ("choice", "csv"), ("yes_no", "csv"),
        ("multi_choice", ["csv", "xml"]), ("multi_choice", ["none"]), ("number", "10"), ("number", "1,250"),
        ("number", "0.5"), ("date", "2027-03-04"), ("date", "3/4/2027"), ("date", "March 4, 2027"), ("contact", JORDAN),
        ("contact", {**JORDAN, "backup_email": "sam@example.org"}), ("table", [["Welding", "", "1"], ["Brakes"]]),
    ],
)  # fmt: skip
def test_a_good_answer_stands(kind, value):
    assert answers.problem_with(Asked(kind), value) == ""
    assert answers.is_answered(Asked(kind), value)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("text", "x" * 4001, "at most 4000 characters"),
        ("text", ["list"], "as text"),
        ("choice", "smoke", "Choose one"),
        ("choice", ["csv"], "Choose one"),
        ("multi_choice", ["smoke"], "Choose from"),
        ("multi_choice", "csv", "Choose from"),
        ("multi_choice", [["csv"]], "Choose from"),
        ("multi_choice", ["none", "csv"], "None of these"),
        ("number", "ten", '"ten" is not a number'),
        ("number", "-1", "not below zero"),
        ("number", "NaN", "not below zero"),
        ("date", "soon", '"soon" is not a date'),
        ("contact", "Jordan", "name and an e-mail"),
        ("contact", {"name": "Jordan"}, "at least a full name"),
        ("contact", {**JORDAN, "email": "nowhere"}, '"nowhere" is not an e-mail'),
        ("contact", {**JORDAN, "backup_email": "nowhere"}, '"nowhere" is not an e-mail'),
        ("table", "Welding", "one row"),
        ("table", [["Welding"]] * 61, "at most 60 rows"),
        ("table", [["Welding", "a", "b", "c"]], "Row 1 has 4 cells"),
        ("table", [["Welding"], ["", "2025"]], 'Row 2: fill in "CSV file"'),
    ],
)
def test_a_wrong_answer_is_told(kind, value, message):
    assert message in answers.problem_with(Asked(kind), value)
    assert not answers.is_answered(Asked(kind), value)


@pytest.mark.parametrize("nothing", ["", [], {}, [["", ""]], {"name": ""}, None])
def test_nothing_is_no_problem_unless_it_is_required(nothing):
    assert answers.is_empty(nothing)
    assert answers.problem_with(Asked("text"), nothing) == ""
    assert answers.missing_or_wrong(Asked("text"), nothing) == ""
    assert answers.missing_or_wrong(Asked("text", required=True), nothing) == "Answer this question."
    assert answers.in_words(Asked("text"), nothing) == []


def test_values_are_tidied():
    assert answers.tidy(" a\x00b\r\nc ") == "ab\nc"
    assert answers.tidy([["Welding ", ""], ["", " "]]) == [["Welding", ""]]
    assert answers.tidy({"name": " Jordan", "phone": " "}) == {"name": "Jordan"}
    assert answers.tidy(["csv", "xml"]) == ["csv", "xml"]


texts = st.text(max_size=20)
shapes = st.one_of(texts, st.lists(texts), st.lists(st.lists(texts)), st.dictionaries(texts, texts))


@given(shapes, st.sampled_from(AnswerType))
def test_whatever_was_typed_is_judged_and_shown_without_an_error(value, kind):
    kept = answers.tidy(value)
    assert answers.tidy(kept) == kept
    assert isinstance(answers.problem_with(Asked(kind), kept), str)
    assert all(isinstance(line, str) for line in answers.in_words(Asked(kind), kept))


def test_answers_in_words():
    assert answers.in_words(Asked("choice"), "csv") == ["CSV file"]
    assert answers.in_words(Asked("multi_choice"), ["csv", "old"]) == ["CSV file", "old"]
    assert answers.in_words(Asked("table"), [["Welding", "2025"], ["Brakes", ""]]) == ["Welding; 2025", "Brakes"]
    assert answers.in_words(Asked("text", options=[]), "one\ntwo") == ["one", "two"]
    assert answers.in_words(Asked("contact"), {**JORDAN, "backup_name": "Sam Ortiz"}) == [
        "Jordan Lee; jordan@example.org",
        "Backup: Sam Ortiz",
    ]


def test_answers_from_a_file():
    assert answers.from_text(Asked("multi_choice"), "csv; xml") == ["csv", "xml"]
    assert answers.from_text(Asked("table"), "Welding; 2025\nBrakes; current\n") == [
        ["Welding", "2025"],
        ["Brakes", "current"],
    ]
    assert answers.from_text(Asked("choice"), "csv ") == "csv"
    text = "Jordan Lee, Records Manager, one@example.org, 555-0100. Backup: Sam Ortiz, two@example.org, 555-0101"
    assert answers.from_text(Asked("contact"), text) == {
        "name": "Jordan Lee",
        "title": "Records Manager",
        "email": "one@example.org",
        "phone": "555-0100",
        "backup_name": "Sam Ortiz",
        "backup_email": "two@example.org",
        "backup_phone": "555-0101",
    }
    assert answers.from_text(Asked("contact"), "Jordan Lee, , one@example.org")["email"] == "one@example.org"


def test_dates_are_read_as_americans_write_them():
    assert answers.parse_date("3/4/2027").isoformat() == "2027-03-04"
    assert answers.parse_date("2027-13-01") is None
