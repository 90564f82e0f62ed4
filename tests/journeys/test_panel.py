"""A panel from its first page to a listing in force, in a real browser; panelists rate on a phone."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from certifications.models import ProgramCertification
from sme_review.models import Rating
from tests.dates import later_due
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.journeys.conftest import at
from tests.journeys.deciding import release

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}
SHEET = "What it covers: everyday work in the shop.\n\nHow it is earned: one written test.\n\nCost: modest."
PEOPLE = [
    ("Dana Whitcomb", "dana@example.edu", "Secondary educator"),
    ("Luis Ferrara", "luis@example.edu", "Postsecondary educator"),
    ("Renee Oakley", "renee@example.org", "Business and industry"),
]


@pytest.fixture
def program(transactional_db):
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    for number, (code, title) in enumerate([("A", "Safety"), ("A", "Safety"), ("B", "Arc welding")], start=1):
        ProgramStandardFactory(
            program=program,
            version="2026",
            segment_code=code,
            segment_title=title,
            position=number,
            code=f"{code}.{number}",
            statement="Choose the lens shade, gloves and jacket for the process.",
        )
    CertificationFactory(name="Welder Sense", entity__name="American Welding Society", information_sheet=SHEET)
    CertificationFactory(name="Welder Level 1", entity__name="Trades Institute", information_sheet=SHEET)
    return program


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def set_up(page: Page, check_page) -> None:
    """Given a panel with two certifications and three panelists."""
    page.goto("/panels/")
    check_page(page)
    follow(page, "New panel")
    page.get_by_label("Program", exact=False).first.select_option(label="48.0508 Welding Technology")
    page.get_by_label("Title of the panel").fill("Welding, fall 2026")
    page.get_by_label("Answers are due by").fill(str(later_due()))
    check_page(page)
    press(page, "Set up the panel")
    check_page(page)
    follow(page, "Details and rules")
    page.get_by_label("Quorum", exact=False).fill("3")
    check_page(page)
    press(page, "Save")
    follow(page, "Certifications")
    page.get_by_label("Search by name").fill("welder")
    press(page, "Search")
    page.get_by_label("Welder Sense (American Welding Society)").check()
    page.get_by_label("Welder Level 1 (Trades Institute)").check()
    press(page, "Add to the panel")
    check_page(page)
    follow(page, "Edit Welder Sense")
    check_page(page)
    follow(page, "Welding, fall 2026")
    follow(page, "Panelists")
    for name, email, group in PEOPLE[:2]:
        page.get_by_label("Full name").fill(name)
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Stakeholder group", exact=True).select_option(label=group)
        press(page, "Add to the panel")
    follow(page, "Add several")
    page.get_by_label("Panelists, one on each line").fill("Renee Oakley; renee@example.org; business\nBo, bo, business")
    press(page, "Check the lines")
    check_page(page)
    press(page, "Add 1 person")
    follow(page, "Panelists")
    check_page(page)
    follow(page, "Welding, fall 2026")
    follow(page, "Round 1")
    check_page(page)
    press(page, "Open round 1 and mail the links")
    expect(page.get_by_role("heading", name="Round 1")).to_be_visible()
    check_page(page)


def look_away(page: Page) -> None:
    """In place of `check_page`, for pages that were checked before."""


def link_of(email: str) -> str:
    """The path in the mail to this address."""
    message = next(message for message in mail.outbox if message.to == [email])
    return re.search(r"/link/panel/\S+", message.body).group(0)


def rate_all(page: Page, check_page, *, conflict: bool) -> None:
    """When a panelist opens the link on a phone, rates everything and submits."""
    check_page(page)
    follow(page, "Start")
    if conflict:
        page.get_by_label("I have a conflict of interest with Welder Level 1", exact=False).check()
        press(page, "Save and go on")
        check_page(page)
        page.get_by_label("What the conflict is: Welder Level 1").fill("I write its test questions for pay")
    press(page, "Save and go on")
    check_page(page)
    follow(page, "The program's technical standards")
    page.locator("details").first.click()
    check_page(page)
    follow(page, "Back to your list")
    page.locator(".task__title[href]").first.click()
    for number in range(1 if conflict else 2):
        page.get_by_label("What proportion would you estimate").fill("about 60")
        page.get_by_label("Why this share?").fill("Covers the shop basics.")
        if number == 0:
            press(page, "Save and next")
            expect(page.get_by_label("Why this share?")).to_have_value("Covers the shop basics.")
            check_page(page)
        page.get_by_label("What proportion would you estimate").fill("70")
        page.get_by_role("group", name="employers").get_by_label("4 - Preferred").check()
        page.get_by_role("group", name="postsecondary").get_by_label("Cannot judge").check()
        check_page(page)
        press(page, "Save and next")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    check_page(page)
    press(page, "Submit all")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    check_page(page)
    follow(page, "Back to your list")
    check_page(page)


@pytest.fixture
def staff(program, consultant, approver):
    """Those who sign in, with the program and its catalog in place."""
    return {"consultant": consultant, "approver": approver}


def test_panel_ends_in_a_listing_in_force(page, browser, sign_in, check_page, staff):
    sign_in(page, staff["consultant"])
    set_up(page, check_page)

    for number, (_, email, _) in enumerate(PEOPLE):
        with_phone = browser.new_context(viewport=PHONE, base_url=page.url.split("/panels")[0])
        phone = with_phone.new_page()
        phone.goto(link_of(email))
        rate_all(phone, check_page if number == 0 else look_away, conflict=number == 0)
        with_phone.close()
    assert Rating.objects.filter(state=Rating.State.SUBMITTED).count() == 5

    page.reload()
    page.get_by_label("Yes, close round 1 now").check()
    press(page, "Close the round")
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    check_page(page)
    follow(page, "Write the recommendation")
    page.get_by_label("The recommendation in a few sentences").fill("Welder Sense fits; the other needs more raters.")
    for section in page.locator("section").all():
        section.get_by_label("Recommend", exact=True).check()
        section.get_by_label("Note").fill("The panel was of one mind.")
    check_page(page)
    press(page, "Save and send to the approvers")
    check_page(page)

    sign_in(page, staff["approver"])
    page.goto("/")
    page.get_by_role("link", name=re.compile("Decide on the recommendation")).first.click()
    first = page.locator("section").first
    first.get_by_label("Approve", exact=True).check()
    check_page(page)
    press(page, "Save these decisions")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    check_page(page)
    first.get_by_label("Reason").fill("Strong on every question.")
    first.get_by_label("First school year").select_option(label="2026-27")
    first.get_by_label("Counts for federal reporting").check()
    last = page.locator("section").last
    last.get_by_label("Decline", exact=True).check()
    last.get_by_label("Reason").fill("The first covers it.")
    press(page, "Save these decisions")
    check_page(page)
    assert not ProgramCertification.objects.exists()
    release(page, check_page)
    assert ProgramCertification.objects.in_force(2027).get().program.cip_code == "48.0508"

    with at(page, PHONE):
        page.goto(link_of(PEOPLE[0][1]))
        follow(page, "See what was decided")
        check_page(page)
