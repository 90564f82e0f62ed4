"""Answers: what is wrong with one, and that nothing typed breaks anything."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_collection.question_types import QUESTION_TYPES
from data_collection.validators import answers

JORDAN = {"name": "Jordan Lee", "email": "jordan@example.org"}


@dataclass
class Question:
    answer_type: str
    code: str = "Q1"
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
def test_a_good_answer_is_valid(kind, value):
    assert answers.problem_with(Question(kind), value) == ""
    assert answers.is_answered(Question(kind), value)


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
        ("number", "-1", "zero or more"),
        ("number", "NaN", "zero or more"),
        ("date", "soon", '"soon" is not a date'),
        ("contact", "Jordan", "at least a full name"),
        ("contact", {"name": "Jordan"}, "at least a full name"),
        ("contact", {**JORDAN, "email": "nowhere"}, '"nowhere" is not an e-mail'),
        ("contact", {**JORDAN, "backup_email": "nowhere"}, '"nowhere" is not an e-mail'),
        ("table", "Welding", "at least one row"),
        ("table", [["Welding"]] * 61, "at most 60 rows"),
        ("table", [["Welding", "a", "b", "c"]], "Row 1 has 4 cells"),
        ("table", [["Welding"], ["", "2025"]], 'Row 2: fill in "CSV file"'),
    ],
)
def test_a_wrong_answer_is_refused_with_a_way_to_fix_it(kind, value, message):
    assert message in answers.problem_with(Question(kind), value)
    assert not answers.is_answered(Question(kind), value)


@pytest.mark.parametrize("nothing", ["", [], {}, [["", ""]], {"name": ""}, None])
def test_nothing_is_no_problem_unless_it_is_required(nothing):
    assert answers.is_empty(nothing)
    assert answers.problem_with(Question("text"), nothing) == ""
    assert answers.missing_or_wrong(Question("text"), nothing) == ""
    assert answers.missing_or_wrong(Question("text", required=True), nothing) == "Answer this question."
    assert answers.in_words(Question("text"), nothing) == []


def test_values_are_tidied():
    assert answers.tidy(" a\x00b\r\nc ") == "ab\nc"
    assert answers.tidy([["Welding ", ""], ["", " "]]) == [["Welding", ""]]
    assert answers.tidy({"name": " Jordan", "phone": " "}) == {"name": "Jordan"}
    assert answers.tidy(["csv", "xml"]) == ["csv", "xml"]


texts = st.text(max_size=20)
cells = st.lists(texts, max_size=4)
shapes = st.one_of(texts, cells, st.lists(cells, max_size=4), st.dictionaries(texts, texts, max_size=4))


@given(shapes, st.sampled_from(sorted(QUESTION_TYPES)))
def test_whatever_was_typed_is_judged_and_shown_without_an_error(value, kind):
    tidied = answers.tidy(value)
    assert answers.tidy(tidied) == tidied
    assert isinstance(answers.problem_with(Question(kind), tidied), str)
    assert all(isinstance(line, str) for line in answers.in_words(Question(kind), tidied))
