"""Pictures: the same bytes for the same input, said in letters and not by color alone, and safe as files."""

import re
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string

from core.pictures import width_of
from core.templatetags import look
from sme_review import figures
from sme_review.figures.coverage import cell_of, coverage_map
from sme_review.figures.worksheet import StandardLine
from sme_review.presenters import charts
from sme_review.presenters.results import Spread

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
        assert names <= {"svg", "title", "desc", "g", "rect", "text", "tspan", "line"}
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


def test_rows_without_ratings_say_so():
    svg = charts.draw_spreads([("A", None), ("B", figures.summarize([2, 4]))], low=1, high=5, title="T")
    assert texts(svg).count("No ratings") == 1


def test_letters_have_contrast_on_every_shade():
    assert [
        shade.words for shade in [*charts.SHADES, charts.NOT_MARKED] if contrast(shade.ink, shade.color) < 4.5
    ] == []


def contrast(one, other):
    """As the Web Content Accessibility Guidelines count it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color):
    parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def numbers_of(svg, tag):
    return [element.attrib for element in parsed(svg).iter(f"{{http://www.w3.org/2000/svg}}{tag}")]


def test_columns_are_narrower_where_there_are_many():
    few, many = (drawn(names=["A"] * count, keys=range(count)) for count in (8, 9))
    widths = [{box["width"] for box in numbers_of(svg, "rect")} for svg in (few, many)]
    assert ["64" in found for found in widths] == [True, False]
    assert ["38" in found for found in widths] == [False, True]


def test_each_disagreement_has_a_frame():
    frames = [box for box in numbers_of(drawn(), "rect") if "fill" not in box]
    assert len(frames) == 1


def test_long_names_of_columns_are_cut_and_the_picture_has_room_for_them():
    long = "Entry-Level Certification: Maintenance and Light Repair of Trucks and Buses in Cold Weather and Deep Snow"
    svg = drawn(names=(long, "Short"))
    [name] = [text for text in texts(svg) if text and text.startswith("Entry")]
    assert name.endswith("…")
    assert 240 < width_of(name, 12) <= 260
    assert float(parsed(svg).get("width")) > 260 * 0.76


def test_a_name_with_control_characters_is_still_a_picture():
    assert "A  B" in texts(drawn(names=("A\x00\x0bB", "\ud800")))


def test_pictures_say_what_they_show_to_those_who_do_not_see_them():
    for svg in (drawn(), charts.draw_spreads([("A", None)], low=1, high=5, title="T")):
        root = parsed(svg)
        assert root.get("role") == "img"
        assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]


def test_page_and_packet_draw_the_same_spread():
    """Each by the one template: the marks of one row are those of the component, as far as the widths allow."""
    numbers = Spread(low=1, high=5, minimum=1, q1=2, median=3, q3=4.5, maximum=5)
    page = render_to_string("pictures/spread.svg", {"at": look.spread_picture(numbers)})
    summary = figures.summarize([1, 2, 3, 4.5, 5])
    sheet = charts.draw_spreads([("A", summary)], low=1, high=5, title="T").decode()
    strip = re.compile(r' (x|x1|x2|width)="[\d.]+"')
    assert strip.sub("", page).strip() in strip.sub("", sheet)
