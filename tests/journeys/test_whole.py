"""The main job, end to end, through real pages (procedure, all steps): a panel rates, OCTE lists, the awarding entity
answers, OCTE decides that districts enter, a district enters three students with one PDF, OCTE approves in the admin,
the district sees it approved, and the twin district finds nothing of it at any address.

Each part is walked in detail, with every page checked for accessibility, in the journey of its own; this one is about
the thread that runs through all of them.
"""

import re

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import expect

from certifications.models import Certification, ProgramCertification, StudentCertification, Submission
from core.access import Kind
from octe_certs.addresses import all_addresses
from tests.certifications.stage import pdf_bytes, three_students
from tests.factories.certifications import YEAR, CertificationPartFactory
from tests.factories.data_collection import CollectionWindowFactory, standard_questionnaire
from tests.journeys import test_entry, test_panel, test_questionnaire
from tests.journeys.deciding import release

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
RATED = "Welder Sense"
program = test_panel.program


def no_check(_page):
    """Pages are checked in the journeys of the parts."""


@pytest.fixture
def welder_sense(program) -> Certification:
    """What the panel will rate, with its cut score; and what the questionnaire needs."""
    standard_questionnaire()
    CollectionWindowFactory(school_year=YEAR)
    certification = Certification.objects.get(name=RATED)
    CertificationPartFactory(certification=certification)
    return certification


def panel_lists_it(page, browser, sign_in, live_server, consultant, approver):
    """Procedure, identification: three panelists rate, the approver approves with first year and federal count."""
    sign_in(page, consultant)
    test_panel.set_up(page, no_check)
    for number, (_, email, _) in enumerate(test_panel.PEOPLE):
        context = browser.new_context(viewport=test_panel.PHONE, base_url=live_server.url)
        phone = context.new_page()
        phone.goto(test_panel.link_of(email))
        test_panel.rate_all(phone, no_check, conflict=number == 1)
        context.close()
    page.reload()
    page.get_by_label("Yes, close round 1 now").check()
    test_panel.press(page, "Close the round")
    test_panel.follow(page, "Write the recommendation")
    page.get_by_label("The recommendation in a few sentences").fill("Welder Sense fits.")
    for section in page.locator("section").all():
        section.get_by_label("Recommend", exact=True).check()
        section.get_by_label("Note").fill("Of one mind.")
    test_panel.press(page, "Save and send to the approvers")

    sign_in(page, approver)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Decide on the recommendation")).first.click()
    section = page.locator("section").filter(has_text=RATED).first
    section.get_by_label("Approve", exact=True).check()
    section.get_by_label("Reason").fill("Strong on every question.")
    section.get_by_label("First school year").select_option(label="2026-27")
    section.get_by_label("Counts for federal reporting").check()
    other = page.locator("section").filter(has_not_text=RATED).first
    other.get_by_label("Defer", exact=True).check()
    other.get_by_label("Reason").fill("OCTE waits for more districts that ask for it.")
    test_panel.press(page, "Save these decisions")
    release(page, no_check)


def entity_answers_and_octe_decides(page, live_server, sign_in, consultant, approver, entity):
    """Procedure, data collection: the standard questions, then the method "entered by districts"."""
    sign_in(page, consultant)
    link = test_questionnaire.send(page, live_server, entity, no_check)
    page.context.clear_cookies()
    test_questionnaire.answer(page, link)
    sign_in(page, approver)
    page.goto(live_server.url)
    page.get_by_role("link", name="Decide where results come from").first.click()
    page.get_by_label("Entered by districts").check()
    page.get_by_label("Reason").fill("Until the first file has been matched, districts enter the results.")
    page.get_by_label("After the districts' due date").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Entered by districts.").first).to_be_visible()


def district_enters(stage, folder):
    """Procedure, data collection step 1.3.1: CIP code, awarding entity, student, score and date, PDF."""
    stage.link("48.0508")
    stage.link("American Welding Society")
    stage.press("Enter results")
    for enrollment in stage.students:
        stage.page.get_by_label(f"{enrollment.student.last_name}, Ann").check()
    stage.page.get_by_label("Same date for all ticked").fill("10/1/2026")
    stage.page.get_by_label("Same score for all ticked").fill("85")
    stage.press("Save and continue")
    roster = folder / "roster.pdf"
    roster.write_bytes(pdf_bytes(pages=2))
    stage.page.get_by_label("PDF file").set_input_files(roster)
    stage.press("Save and continue")
    stage.press("Submit")
    expect(stage.page.get_by_role("heading", name="Submitted")).to_be_visible()


def approver_approves(stage):
    """All three at once, in the Django admin."""
    stage.open(test_entry.CHANGELIST)
    stage.page.locator("#action-toggle").check()
    stage.page.locator("select[name=action]").select_option("approve_selected")
    stage.press("Go")
    expect(stage.page.get_by_text("3 records approved.")).to_be_visible()


def what_is_found(person, rows) -> list[str]:
    """The addresses that show the person one of the students, a record or the receipt."""
    records = list(StudentCertification.objects.select_related("student"))
    reference = Submission.objects.get().reference
    marks = [reference, *(record.award_identifier for record in records)]
    marks += [text for record in records for text in (record.student.uic, f"{record.student.last_name}, Ann")]
    client = Client()
    client.force_login(person)
    paths = {
        address.path
        for row in rows
        for address in all_addresses(row=row)
        if address.access and address.access.kind is not Kind.LINK and "logout" not in address.path
    }
    found = []
    for path in sorted({*paths, f"/entry/receipt/{reference}/"}):
        response = client.get(path)
        body = b"".join(response) if response.streaming else response.content
        if response.get("Content-Type", "").startswith("application/pdf") or any(
            mark in body.decode(errors="replace") for mark in marks
        ):
            found.append(path)
    return found


def test_from_a_panels_ratings_to_an_approved_student_certification(
    page, browser, live_server, sign_in, check_page, consultant, approver, home_district, twin_district, welder_sense, tmp_path
):  # fmt: skip
    with time_machine.travel("2026-11-24T12:00:00-05:00"):
        panel_lists_it(page, browser, sign_in, live_server, consultant, approver)
        listing = ProgramCertification.objects.in_force(YEAR).get()
        assert (listing.certification, listing.counts_federally) == (welder_sense, True)

        students = three_students(home_district.offering)
        stage = test_entry.Stage(page, live_server.url, sign_in, check_page, students)
        stage.open(f"/entry/{YEAR}/48.0508/", person=home_district.coordinator)
        expect(page.get_by_role("link", name="American Welding Society")).to_have_count(0)

        entity_answers_and_octe_decides(page, live_server, sign_in, consultant, approver, welder_sense.entity)
        stage.open("/entry/", person=home_district.coordinator)
        district_enters(stage, tmp_path)
        stage.open("/", person=approver)
        approver_approves(stage)

        stage.open("/records/?state=approved", person=home_district.coordinator)
        for enrollment in students:
            expect(page.get_by_role("link", name=f"{enrollment.student.last_name}, Ann")).to_be_visible()
        check_page(page)

        rows = {pk for record in StudentCertification.objects.all() for pk in (record.pk, record.enrollment_id)}
        rows |= set(StudentCertification.objects.values_list("evidence__pk", flat=True))
        assert len(what_is_found(home_district.coordinator, rows)) >= 5
        for person in (twin_district.coordinator, twin_district.cepd, twin_district.reporter):
            assert what_is_found(person, rows) == []
