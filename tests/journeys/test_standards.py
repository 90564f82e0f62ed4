"""Journeys with technical standards: a consultant brings in a table, with and without JavaScript."""

import pytest

from certifications.models import ProgramStandard
from tests.factories.certifications import ProgramStandardFactory, SegmentWeightFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ROWS = """Segment\tSegment title\tWeight\tStandard no.\tStandard\tYear
A\tSafety and shop practice\t10\tA.1\tChoose eye and hand protection that fits the job\t2019
A\t\t\tA.2\tCheck a machine, its leads and its "ground" for damage\t2019
B\tReading drawings\t12.5\tB.1\tRead a drawing and list the material\t2019
B\tReading drawings\tten\tB.2\tLay out a part\t2019
"""


def test_a_consultant_brings_in_standards(page, program, consultant, sign_in, check_page, tmp_path):
    # given: a version that is held
    ProgramStandardFactory(program=program, code="A.1", position=1, statement="Choose eye protection")
    ProgramStandardFactory(program=program, code="A.9", position=9)
    SegmentWeightFactory(program=program)
    sign_in(page, consultant)
    page.goto("/catalog/programs/48.0508/")
    page.get_by_role("link", name="Versions and downloads").click()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="as a spreadsheet").click()
    file = tmp_path / "held.xlsx"
    download.value.save_as(file)

    # when: the downloaded version is sent as it is, there is nothing to do
    page.get_by_role("link", name="Bring in a table").click()
    check_page(page)
    page.get_by_role("button", name="Look at the changes").click()
    page.get_by_role("link", name="Choose a file, or paste the rows.").click()
    check_page(page)
    page.get_by_label("Version").fill("2026")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at the changes").click()
    assert page.get_by_text("All of it is already here, word for word.").is_visible()
    page.get_by_role("button", name="Set this table aside").click()

    # then: pasted rows show what they change, and come in
    page.get_by_role("link", name="Bring in a table").click()
    page.get_by_label("Version").fill("2026")
    page.get_by_label("Or paste the rows").fill(ROWS)
    page.get_by_role("button", name="Look at the changes").click()
    assert page.get_by_text("Not read: Year").is_visible()
    assert page.get_by_role("cell", name="A weight must be a number greater than 0").is_visible()
    check_page(page)
    page.get_by_role("link", name="Change version").click()
    check_page(page)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_label("Remove it.").check()
    page.get_by_role("button", name="Bring in the good rows").click()
    page.get_by_role("heading", name="The standards are brought in").wait_for()
    check_page(page)
    rows = ProgramStandard.objects.filter(program=program).order_by("position")
    assert [(row.code, row.segment_title) for row in rows] == [
        ("A.1", "Safety and shop practice"),
        ("A.2", "Safety and shop practice"),
        ("B.1", "Reading drawings"),
    ]


def test_standards_come_in_without_javascript(page_without_javascript, program, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto("/catalog/programs/48.0508/standards/import/")
    page.get_by_label("Version").fill("2027")
    page.get_by_label("Or paste the rows").fill(ROWS)
    page.get_by_role("button", name="Look at the changes").click()
    page.get_by_role("button", name="Bring in the good rows").click()
    page.get_by_role("heading", name="The standards are brought in").wait_for()
    assert ProgramStandard.objects.filter(program=program, version="2027").count() == 3
