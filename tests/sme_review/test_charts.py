"""Pictures: the same bytes for the same input, said in letters and not by color alone, and safe as files."""

from xml.etree import ElementTree as ET

import pytest

from sme_review import figures
from sme_review.figures.coverage import cell_of, coverage_map
from sme_review.figures.worksheet import StandardLine
from sme_review.presenters import charts

LINES = [StandardLine("A1", "A"), StandardLine("A2", "A"), StandardLine("B1", "B")]
MARKS = {
    ("A1", 10): ["full", "full"],
    ("A2", 10): ["full", "part"],
    ("B1", 10): ["none", "full", "part"],
    ("A1", 20): ["none"],
    ("A2", 20): ["part", "none"],
}


def drawn(names=("Welder <1>", "Welder <1>"), lines=LINES, keys=(10, 20)):
    return charts.draw_coverage(coverage_map(lines, keys, MARKS), names, title='Coverage of "47.0604" & more')


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own picture


def texts(svg):
    return [element.text for element in parsed(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("marks", "letters", "words"),
    [
        ([], "", "Not marked"),
        (["none"], "N", "None"),
        (["none", "part"], "n-p", "Between none and part"),
        (["part"], "P", "Part"),
        (["part", "full"], "p-f", "Between part and full"),
        (["full"], "F", "Full"),
        (["full", "none"], "P", "Part"),
        (["full", "none", "part"], "P!", "Part"),
    ],
)
def test_each_cell_says_its_mark_in_letters_and_words(marks, letters, words):
    cell = cell_of(marks)
    assert (charts.letters_of(cell), charts.shade_of(cell).words) == (letters, words)


def test_shades_have_colors_and_letters_of_their_own():
    shades = [*charts.SHADES, charts.NOT_MARKED]
    assert len({shade.color for shade in shades}) == len({shade.letters for shade in shades}) == 6


def test_same_coverage_gives_the_same_bytes():
    assert drawn() == drawn()


def test_coverage_picture_holds_letters_names_and_a_title():
    svg = drawn()
    found = texts(svg)
    assert [found.count(word) for word in ("F", "p-f", "P!", "N", "n-p")] == [1, 1, 1, 1, 1]
    assert found.count("Welder <1>") == 2
    assert [code for code in found if code in {"A1", "A2", "B1"}] == ["A1", "A2", "B1"]
    root = parsed(svg)
    assert root.find("{http://www.w3.org/2000/svg}title").text == 'Coverage of "47.0604" & more'


def test_pictures_load_nothing_and_run_nothing():
    for svg in (drawn(), charts.draw_spreads([("A", None)], low=1, high=5, title="T")):
        names = {element.tag.rpartition("}")[2] for element in parsed(svg).iter()}
        assert names <= {"svg", "title", "g", "rect", "path", "text", "tspan", "line", "defs", "clipPath"}
        assert b"href" not in svg
        assert b"style=" not in svg


def test_a_picture_for_a_page_brings_its_font():
    svg = drawn()
    page = charts.with_font(svg)
    names = [element.tag.rpartition("}")[2] for element in parsed(page)]
    assert names[:2] == ["title", "style"]
    assert b'@font-face{font-family:"Public Sans"' in page
    assert b"href" not in page
    assert texts(page) == texts(svg)


def test_long_names_of_spreads_go_on_in_a_second_line():
    long = "Entry-Level Certification: Maintenance and Light Repair of Trucks and Buses in Cold Weather and Deep Snow"
    svg = charts.draw_spreads([(long, figures.summarize([1, 3])), ("Short", None)], low=1, high=5, title="T")
    lines = [line.text for line in parsed(svg).iter("{http://www.w3.org/2000/svg}tspan")]
    assert lines == ["Entry-Level Certification: Maintenance and", "Light Repair of Trucks and Buses in Cold …"]


def test_an_empty_map_is_drawn_without_error():
    assert parsed(drawn(names=(), lines=[], keys=())).tag.endswith("svg")


def test_spreads_are_drawn_one_below_the_other():
    rows = [("First", figures.summarize([1, 3, 5])), ("Second", None), ("First", figures.summarize([4]))]
    svg = charts.draw_spreads(rows, low=1, high=5, title="Value to employers")
    assert svg == charts.draw_spreads(rows, low=1, high=5, title="Value to employers")
    assert [text for text in texts(svg) if text in {"First", "Second"}] == ["First", "Second", "First"]
    assert [text for text in texts(svg) if text in set("12345")] == ["1", "2", "3", "4", "5"]
