"""District entry in the browser: three students, one PDF; one record comes back, is corrected and resubmitted."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from certifications.models import Enrollment, StudentCertification
from certifications.services.entry import start_draft
from tests.certifications.stage import listed_certification, open_routes, pdf_bytes, three_students
from tests.factories.certifications import YEAR
from tests.journeys.conftest import NARROW, WIDE, at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
# A folder for pictures of each page at both widths, for people who want to look.
SCREENSHOTS = os.environ.get("OCTE_SCREENSHOTS", "")
CHANGELIST = "/admin/certifications/studentcertification/"


@dataclass
class Stage:
    """The open page, and how to walk about."""

    page: Page
    url: str
    sign_in: Callable[[Page, User], None]
    check_page: Callable[[Page], None]
    students: list[Enrollment]

    def open(self, path: str, *, person: User | None = None) -> None:
        """Go there, as somebody else if one is given."""
        if person is not None:
            self.sign_in(self.page, person)
        self.page.goto(self.url + path)

    def link(self, name: str) -> None:
        """Follow a link."""
        self.page.get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name).first.click()

    def box(self, column: str, student: int) -> Locator:
        """One box of the students page."""
        return self.page.locator(f"#{column}-{self.students[student].pk}")

    def said(self) -> Locator:
        """The error summary."""
        return self.page.locator(".error-summary")

    def look(self, name: str) -> None:
        """Accessible, and fitting at 320 px."""
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            if SCREENSHOTS:
                with at(self.page, size):
                    self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}.png", full_page=True)
        self.check_page(self.page)


@pytest.fixture
def stage(page, live_server, sign_in, check_page, home_district, program):
    with time_machine.travel("2026-11-24T12:00:00-05:00"), open_routes():
        listed_certification(program)
        yield Stage(page, live_server.url, sign_in, check_page, three_students(home_district.offering))


def choose_certification(stage: Stage) -> None:
    stage.look("entry-1-start")
    stage.link("48.0508")
    stage.look("entry-2-entity")
    stage.link("American Welding Society")
    stage.look("entry-3-certification")
    stage.press("Enter results")


def type_results(stage: Stage) -> None:
    """With a wrong UIC, a score below the cut score and a date in the future, each said and nothing lost."""
    one, two, _ = stage.students
    stage.page.get_by_text("Find by UIC").click()
    stage.page.get_by_label("Type or paste UICs").fill(f"{one.student.uic}\n123\n{two.student.uic}\n")
    stage.press("Save and tick")
    expect(stage.said()).to_contain_text('Line 2, column UIC: "123" is not 10 digits')
    stage.look("entry-4-uic")
    stage.page.get_by_label("Clark, Ann").check()
    stage.page.get_by_label("Same date for all ticked").fill("10/1/2026")
    stage.page.get_by_label("Same score for all ticked").fill("85")
    stage.box("score", 0).fill("12")
    stage.box("date_earned", 1).fill("5/14/2027")
    stage.press("Save and continue")
    expect(stage.said()).to_contain_text("A score of 12 is below the cut score of 70")
    expect(stage.said()).to_contain_text("5/14/2027 is in the future")
    expect(stage.box("date_earned", 2)).to_have_value("10/1/2026")
    stage.look("entry-5-problems")
    stage.box("score", 0).fill("90")
    stage.box("date_earned", 1).fill("10/2/2026")
    stage.press("Save and continue")


def add_pdf(stage: Stage, folder: Path) -> None:
    """A text file named .pdf is refused; the roster is taken."""
    fake, roster = folder / "notes.pdf", folder / "roster.pdf"
    fake.write_text("not a PDF")
    roster.write_bytes(pdf_bytes(pages=2))
    stage.page.get_by_label("PDF file").set_input_files(fake)
    stage.press("Save and continue")
    expect(stage.said()).to_contain_text("it is not a PDF inside")
    stage.look("entry-6-evidence")
    stage.page.get_by_label("PDF file").set_input_files(roster)
    stage.page.get_by_text("Which page is each student on?").click()
    stage.page.get_by_label("Abbott, Ann, page").fill("2")
    stage.press("Save and continue")


def submit(stage: Stage) -> None:
    stage.look("entry-7-check")
    stage.press("Submit")
    expect(stage.page.get_by_role("heading", name="Submitted")).to_be_visible()
    stage.look("entry-8-receipt")
    stage.link("View for printing")
    stage.look("entry-9-print")


def decide(stage: Stage, record: StudentCertification) -> None:
    """Return one with a reason, approve the two others at once."""
    stage.look("admin-1-list")
    stage.link(record.award_identifier)
    expect(stage.page.get_by_alt_text("First page of the PDF")).to_be_visible()
    stage.look("admin-2-record")
    stage.page.get_by_label("The score does not match").check()
    stage.press("Return with this reason")
    stage.open(CHANGELIST)
    stage.page.locator("#action-toggle").check()
    stage.page.locator("select[name=action]").select_option("return_selected")
    stage.press("Go")
    stage.look("admin-3-return")
    stage.link("Cancel")
    stage.page.locator("#action-toggle").check()
    stage.page.locator("select[name=action]").select_option("approve_selected")
    stage.press("Go")
    expect(stage.page.get_by_text("2 records approved.")).to_be_visible()


def correct(stage: Stage, record: StudentCertification) -> None:
    """Read the reason, correct the score; a colleague saves meanwhile."""
    stage.link("Fix 1 returned record")
    stage.look("records-1-list")
    stage.link("Abbott, Ann")
    expect(stage.page.get_by_text("The score does not match").first).to_be_visible()
    stage.look("records-2-record")
    stage.link("Add another PDF")
    stage.look("records-3-evidence")
    stage.page.go_back()
    stage.link("Withdraw")
    stage.look("records-4-withdraw")
    stage.page.go_back()
    stage.link("Correct this record")
    stage.page.get_by_label("Score").fill("500")
    stage.press("Save and resubmit")
    expect(stage.said()).to_contain_text("not on the scale")
    stage.look("records-5-edit")
    stage.page.get_by_label("Score").fill("91")
    StudentCertification.objects.filter(pk=record.pk).update(version=99, certificate_number="COLLEAGUE-1")
    stage.press("Save and resubmit")
    expect(stage.page.get_by_role("heading", name="Somebody else saved this record")).to_be_visible()
    stage.look("records-6-both")
    stage.press("Save and resubmit")
    expect(stage.page.get_by_text("Corrected and sent to OCTE again.")).to_be_visible()


def test_three_students_with_one_pdf(stage, home_district, approver, tmp_path):
    stage.open("/entry/", person=home_district.coordinator)
    choose_certification(stage)
    type_results(stage)
    add_pdf(stage, tmp_path)
    submit(stage)
    assert StudentCertification.objects.filter(state="submitted").count() == 3

    record = StudentCertification.objects.get(enrollment=stage.students[0])
    stage.open("/", person=approver)
    stage.look("home-approver")
    stage.open(CHANGELIST)
    decide(stage, record)

    stage.open("/", person=home_district.coordinator)
    stage.look("home-coordinator")
    correct(stage, record)
    record.refresh_from_db()
    assert (record.state, record.score) == ("submitted", 91)
    stage.open("/records/?state=approved")
    expect(stage.page.get_by_role("link", name="Baker, Ann")).to_be_visible()
    expect(stage.page.get_by_role("link", name="Clark, Ann")).to_be_visible()


def test_the_students_page_works_without_javascript(page_without_javascript, stage, home_district, program):
    draft = start_draft(
        by=home_district.coordinator,
        district=home_district.district,
        program=program,
        certification=program.listings.get().certification,
        school_year=YEAR,
    )
    stage.page = page_without_javascript
    stage.open(f"/entry/draft/{draft.pk}/students/", person=home_district.coordinator)
    stage.page.get_by_label("Abbott, Ann").check()
    stage.press("Save and come back later")
    expect(stage.page.get_by_text("Saved. You can continue any time.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.rows[str(stage.students[0].pk)]["ticked"] is True
