"""Lists of panelists as people really paste and send them."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.files.table_reader import read_text
from core.problems import Problem
from sme_review.forms.panelist_lines import as_lines, left_over, read_lines
from sme_review.models import Panelist
from sme_review.services import panelists

FIVE_PARTS = (
    "There are more than five parts: name, e-mail address, group, job title, organization. Put quote marks around a "
    "part that has a comma in it."
)
HEADINGS = "First name\tLast name\tE-mail\tSchool\tGroup"


def read(text, **taken):
    return read_lines(text, taken=taken.get("taken", {}))


def people(lines):
    return [(line.person.name, line.person.email, line.person.group) for line in lines if line.person]


def problems(text, **taken):
    return [line.problem for line in read(text, **taken) if line.problem]


def test_commas_semicolons_and_tabs_are_read():
    text = 'Ann A, ANN@example.org, Secondary\nB, Bo; bo@example.org; industry\n"C, Cy", cy@example.org, business\n'
    assert people(read(text + "Di D\tdi@example.org\tpostsecondary\tDean\tDelta, Inc.")) == [
        ("Ann A", "ann@example.org", "secondary"),
        ("B, Bo", "bo@example.org", "business"),
        ("C, Cy", "cy@example.org", "business"),
        ("Di D", "di@example.org", "postsecondary"),
    ]


def test_headings_say_what_the_columns_are():
    lines = read(f"{HEADINGS}\nAnn\tAble\tann@example.org\tDelta High\tsecondary\n\nBo\t\tbo@example.org")
    assert [line.is_headings for line in lines] == [True, False, False]
    assert people(lines) == [("Ann Able", "ann@example.org", "secondary")]
    assert (lines[1].person.organization, lines[2].number) == ("Delta High", 4)
    assert left_over(lines) == f"{HEADINGS}\nBo\t\tbo@example.org"


def test_nothing_is_left_over_when_all_are_good():
    assert left_over(read("Name,E-mail,Group\nAnn,ann@example.org,secondary")) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Ann", "Give three things, separated by commas: name, e-mail address, group."),
        ("Ann, ann, secondary", "“ann” is not an e-mail address. It reads like name@example.org."),
        ("Ann, a@example.org, boss", "“boss” is not a group. Write secondary, postsecondary or business."),
        (f"Ann, a@example.org, secondary, {'x' * 151}", "The job title is too long. Write at most 150 characters."),
        (
            "A, a@example.org, secondary, b, c, d",
            FIVE_PARTS,
        ),
    ],
)
def test_line_says_what_is_wrong(line, said):
    assert problems(line) == [said]


def test_endless_lines_and_stray_line_ends_are_borne():
    assert problems("x" * 200_000 + "\nAnn\rAble, ann@example.org, secondary") == [
        "Give three things, separated by commas: name, e-mail address, group."
    ]


def test_headings_that_mean_the_same_are_refused():
    with pytest.raises(Problem, match="mean the same column"):
        read("Name,Full name,E-mail\nAnn,Ann,ann@example.org")


def test_address_counts_once():
    text = "Ann, ann@example.org, secondary\nAnn, Ann@Example.org, business\nBo, bo@example.org, business"
    assert problems(text, taken={"bo@example.org": "already on this panel"}) == [
        "ann@example.org is also on line 1. Remove this line.",
        "bo@example.org is already on this panel. Remove this line.",
    ]


def test_more_than_five_hundred_lines_are_refused():
    with pytest.raises(Problem, match="501 lines; at most 500"):
        read("\n".join(f"P {n}, p{n}@example.org, business" for n in range(501)))
    assert read(" \n ") == []


def test_table_keeps_its_row_numbers_in_the_box():
    table = read_text("Our panel\n\nAnn,ann@example.org,secondary")
    assert as_lines(table) == "Our panel\n\nAnn\tann@example.org\tsecondary"
    far = read_text("\n" * 2000 + "Ann,ann@example.org,secondary")
    assert as_lines(far) == "Ann\tann@example.org\tsecondary"


@pytest.fixture
def send(client, drafted, consultant):
    client.force_login(consultant)

    def post(lines="", file=None, action="check"):
        data = {"lines": lines, "action": action} | ({"file": file} if file else {})
        return client.post(reverse("sme_review:paste_panelists", args=[drafted.panel.pk]), data)

    return post


def spreadsheet(name="people.xlsx"):
    book = openpyxl.Workbook()
    for row in (["Name", "E-mail", "Group"], ["Ann", "ann@example.org", "secondary"], ["Bo", "bo", "business"]):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile(name, kept.getvalue())


@pytest.mark.parametrize("name", ["people.xlsx", "people.csv"])
def test_spreadsheet_is_read_by_what_it_is(send, drafted, name):
    checked = send(file=spreadsheet(name))
    assert (checked.context["good"], checked.context["bad"]) == (1, 1)
    box = checked.context["form"]["lines"].value()
    added = send(box, action="add")
    assert Panelist.objects.filter(panel=drafted.panel, email="ann@example.org").count() == 1
    assert added.context["form"]["lines"].value() == "Name\tE-mail\tGroup\nBo\tbo\tbusiness"


def test_file_joins_what_is_in_the_box(send):
    checked = send("Cy, cy@example.org, business", file=SimpleUploadedFile("a.csv", b"Di;di@example.org;business"))
    assert [line.person.name for line in checked.context["lines"]] == ["Cy", "Di"]


@pytest.mark.parametrize(
    ("lines", "content", "field", "said"),
    [
        ("", b"", "file", "The file is empty. Choose the file again."),
        ("", b"%PDF-1.7", "file", "This is a PDF, and no table can be read from it. Send the spreadsheet it was made from."),
        ("", None, "lines", "Type or paste at least one line, or choose a file."),
        ("A\x00, a@example.org, business", None, "lines", "Some characters here are not text. Copy the cells again as plain text."),
        ("\n".join(["x"] * 501), None, "lines", "There are 501 lines; at most 500 are read at once. Add them in parts."),
    ],
)  # fmt: skip
def test_refusals_lose_nothing(send, lines, content, field, said):
    file = SimpleUploadedFile("a.csv", content) if content is not None else None
    answer = send(lines, file=file)
    assert answer.context["form"].errors == {field: [said]}
    assert answer.context["form"]["lines"].value() == lines


def test_pressing_add_twice_adds_once_and_says_so(send, drafted):
    text = "Ann, ann@example.org, secondary"
    assert send(text, action="add").status_code == 302
    again = send(text, action="add")
    assert [line.problem for line in again.context["lines"]] == [
        "ann@example.org is already on this panel. Remove this line."
    ]
    assert Panelist.objects.filter(email="ann@example.org").count() == 1


def test_somebody_taken_off_is_told_apart(send, drafted, consultant):
    panelists.withdraw_panelist(by=consultant, panelist=drafted.panelists[0], reason="Moved")
    checked = send("Again, expert0@example.org, secondary")
    assert [line.problem for line in checked.context["lines"]] == [
        "expert0@example.org is the address of somebody who was taken off this panel. Remove this line."
    ]


def test_closed_panel_keeps_the_lines(send, closed):
    answer = send("Ann, ann@example.org, secondary", action="add")
    assert "The round is closed" in str(next(iter(answer.context["messages"])))
    assert answer.context["form"]["lines"].value() == "Ann, ann@example.org, secondary"
