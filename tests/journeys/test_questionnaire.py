"""The questionnaire, from the consultant's first mail to an open district entry, in a real browser."""

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from certifications.models import Certification
from certifications.ports import open_for_district_entry
from data_collection.models import QuestionnaireRequest
from tests.data_collection.helpers import link_in
from tests.factories.certifications import YEAR, CertificationFactory, ProgramCertificationFactory
from tests.factories.data_collection import CollectionWindowFactory, standard_questionnaire

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def certification(transactional_db):
    standard_questionnaire()
    CollectionWindowFactory(school_year=YEAR)
    made = CertificationFactory(name="Welding Basics", entity__name="Great Lakes Trades Board")
    ProgramCertificationFactory(certification=made)
    return made


def fill_section(page):
    """Answer every question of the open section; the first choice of each passes its gate."""
    for box in page.get_by_role("textbox").all():
        name = box.get_attribute("name")
        if name.endswith("-note") or (name[:2] in {"B1", "B2"} and "-0-" not in name):
            continue
        box.fill("jordan@example.org" if name.endswith("email") else "10" if name == "E3" else f"Answer {name}")
    for group in page.get_by_role("group").filter(has=page.locator("input[type=radio], input[type=checkbox]")).all():
        group.locator("input").first.check()


def answer(page, link, check_page=lambda _page: None):
    """The contact's two visits, up to the confirmation."""
    first_visit(page, link, check_page)
    second_visit(page, link, check_page)


def first_visit(page, link, check_page):
    """Some answers, a row more in a table, one answer that cannot stand; then off for the day."""
    page.goto(link)
    check_page(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("0 of 27 questions answered").first).to_be_attached()
    check_page(page)
    page.get_by_role("link", name="A. About your organization").click()
    fill_section(page)
    check_page(page)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your certifications")

    # A row more in a table, without losing what stands in the others; then off for the day with something wrong.
    page.get_by_label("Exact name").first.fill("Welding Basics")
    page.get_by_role("button", name="Add a row to question B1").click()
    expect(page.get_by_label("Exact name").first).to_have_value("Welding Basics")
    expect(page.get_by_label("Exact name")).to_have_count(3)
    page.get_by_label("Exact name").nth(1).fill("Welding Plus")
    check_page(page)
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_text("Use the same link to come back")).to_be_visible()
    page.get_by_role("link", name="E. How results would reach us").click()
    page.get_by_label("How many days after the test is a result final?").fill("about ten")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("alert")).to_contain_text('"about ten" is not a number')
    check_page(page)


def second_visit(page, link, check_page):
    """What was typed is there; the rest is answered, checked, signed and submitted."""
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="B. Your certifications").click()
    expect(page.get_by_label("Exact name").nth(1)).to_have_value("Welding Plus")
    fill_section(page)
    for title in (
        "The records you keep", "Sharing results", "How results would reach us", "Cost", "Checking a certificate",
        "Closing",
    ):  # fmt: skip
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        fill_section(page)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    check_page(page)
    page.get_by_role("link", name="Continue to sign").click()
    page.get_by_role("button", name="Submit the answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Check the box")
    check_page(page)
    page.get_by_label("Your full name").fill("Jordan Lee")
    page.get_by_label("The answers are correct").check()
    page.get_by_role("button", name="Submit the answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Answers submitted")
    check_page(page)


def send(page, live_server, entity, check_page):
    """The consultant finds the entity, reads the mail and sends it."""
    page.goto(live_server.url + reverse("data_collection:entities"))
    check_page(page)
    page.get_by_role("link", name=entity.name).click()
    check_page(page)
    page.get_by_role("link", name="Send the questionnaire").click()
    page.get_by_label("Contact's full name").fill("Jordan Lee")
    page.get_by_label("Contact's e-mail address").fill("jordan@example.org")
    page.get_by_role("button", name="Preview the e-mail").click()
    expect(page.get_by_text("Hello Jordan Lee,")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Send the questionnaire").click()
    expect(page.get_by_text("on its way to jordan@example.org")).to_be_visible()
    check_page(page)
    return link_in(mail.outbox[-1].body).replace("http://127.0.0.1:8000", live_server.url)


def decide(page, live_server, entity, check_page):
    """The approver finds the entity on the home page and decides with the gates beside the form."""
    page.goto(live_server.url)
    page.get_by_role("link", name="Decide where results come from").click()
    expect(page.get_by_text("Suggestion: Direct from the awarding entity")).to_be_visible()
    check_page(page)
    page.get_by_label("Entered by districts").check()
    page.get_by_label("Reason").fill("Until the first file has been matched, districts enter the results.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose when the data that districts enter are verified.")
    check_page(page)
    page.get_by_label("After the districts' due date").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided for Great Lakes Trades Board, 2026-27: Entered by districts.")).to_be_visible()
    check_page(page)


def test_from_the_first_mail_to_open_district_entry(
    certification, page, live_server, sign_in, check_page, consultant, approver, home_district
):
    entity = certification.entity
    assert list(Certification.objects.filter(open_for_district_entry(YEAR))) == []
    sign_in(page, consultant)
    link = send(page, live_server, entity, check_page)

    page.context.clear_cookies()
    answer(page, link, check_page)
    questionnaire_request = QuestionnaireRequest.objects.get()
    assert (
        questionnaire_request.submitted_at is not None,
        questionnaire_request.signed_by,
        questionnaire_request.visits,
    ) == (True, "Jordan Lee", 1)

    sign_in(page, consultant)
    page.goto(live_server.url)
    page.get_by_role("link", name="Read the answers of Great Lakes Trades Board").click()
    expect(page.get_by_text("Law and consent Passed")).to_be_visible()
    check_page(page)

    sign_in(page, approver)
    decide(page, live_server, entity, check_page)
    assert list(Certification.objects.filter(open_for_district_entry(YEAR))) == [certification]

    sign_in(page, home_district.coordinator)
    page.goto(live_server.url)
    page.get_by_role("link", name="Preliminary results of 2026-27 are due").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("When results are due")
    check_page(page)


def test_the_contact_needs_no_javascript(
    certification, page_without_javascript, page, live_server, sign_in, check_page, consultant
):
    sign_in(page, consultant)
    link = send(page, live_server, certification.entity, check_page)
    answer(page_without_javascript, link)
    assert QuestionnaireRequest.objects.get().signed_by == "Jordan Lee"
    page_without_javascript.goto(link[:-10] + "zzzzzzzzz/")
    expect(page_without_javascript.get_by_role("heading", level=1)).to_have_text("This link does not work")
    page.goto(link[:-10] + "zzzzzzzzz/")
    check_page(page)
