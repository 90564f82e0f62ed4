"""A consultant invites a coordinator, who opens the link in the mail, chooses a password and sees their home page.

Every page on the way passes the accessibility check, wide and at 320 px; so do the catalog and the audit trail.
"""

import re

import pytest

from accounts.models import Membership
from certifications.selectors.listing_requests import listing_requests_visible_to
from tests.factories.certifications import (
    CertificationAliasFactory,
    CertificationPartFactory,
    ProgramCertificationFactory,
    ProgramStandardFactory,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PASSWORD = "seven green lanterns hum"


@pytest.fixture
def page_of(live_server, page, sign_in, check_page):
    """Open an address as somebody, and check the page."""

    def go(path, user=None):
        if user:
            sign_in(page, user)
        page.goto(live_server.url + path)
        check_page(page)
        return page

    return go


def test_a_consultant_invites_a_coordinator_who_accepts(home_district, consultant, page_of, check_page, mailoutbox):
    page = page_of("/people/", consultant)
    page.get_by_role("link", name="Invite somebody").click()
    check_page(page)
    page.get_by_label(re.compile("District coordinator")).check()
    page.get_by_role("button", name="Continue").click()
    check_page(page)
    page.get_by_label("District").select_option(label=f"Adams Public Schools ({home_district.district.code})")
    page.get_by_label("E-mail address").fill("Cora.Newcomer@example.org")
    page.get_by_role("button", name="Send the invitation").click()
    # The name was left out: the message says so, and what was typed is still there.
    check_page(page)
    assert page.get_by_label("E-mail address").input_value() == "Cora.Newcomer@example.org"
    page.get_by_label("Full name").fill("Cora Newcomer")
    page.get_by_role("button", name="Send the invitation").click()
    check_page(page)
    page.get_by_role("link", name="Cora Newcomer").click()
    check_page(page)

    [mail] = mailoutbox
    link = re.search(r"/link/invitation/\S+", mail.body)[0]
    page.context.clear_cookies()
    page_of(link)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("The same password again").fill("something else entirely")
    page.get_by_role("button", name="Accept and sign in").click()
    check_page(page)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Accept and sign in").click()
    page.wait_for_url("**/")
    check_page(page)
    assert "You are now District coordinator, Adams Public Schools" in page.inner_text("main")
    page.context.clear_cookies()
    page_of(link)
    assert "accepted already" in page.inner_text("main")
    page_of("/link/invitation/unknown-secret/")


def test_ending_a_role_and_reading_its_history(home_district, consultant, page_of, check_page, live_server):
    person = home_district.coordinator
    page = page_of(f"/people/{person.pk}/", consultant)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="End: District coordinator").click()
    page.get_by_text("is no longer District coordinator").wait_for()
    check_page(page)
    membership = Membership.objects.get(user=person)
    for path in (
        f"/people/{person.pk}/role/",
        f"/people/{person.pk}/role/building_reporter/",
        "/audit/",
        "/audit/rows/",
        f"/audit/person/{consultant.pk}/",
        f"/audit/accounts.membership/{membership.pk}/",
    ):
        page_of(path)


def test_the_catalog_is_read_and_kept(home_district, consultant, page_of, check_page):
    program = home_district.offering.program
    listing = ProgramCertificationFactory(program=program, certification__is_sample=True)
    CertificationPartFactory(certification=listing.certification)
    CertificationAliasFactory(certification=listing.certification)
    ProgramStandardFactory(program=program)
    pk, code = listing.certification_id, listing.certification.entity.code
    page = page_of("/catalog/request/", home_district.coordinator)
    page.get_by_label("Program (CIP code)").select_option(label="48.0508 Welding Technology")
    page.get_by_label("Name of the certification").fill("Pipe Welding")
    page.get_by_label("Who awards it").fill("Pipe Guild")
    page.get_by_label("Why should it be listed?").fill("Three shipyards ask for it.")
    page.get_by_role("button", name="Send the request").click()
    check_page(page)
    [asked] = listing_requests_visible_to(home_district.coordinator)
    for path in (
        "/",
        "/catalog/",
        f"/catalog/certifications/{pk}/",
        f"/catalog/certifications/{pk}/edit/",
        f"/catalog/certifications/{pk}/parts/add/",
        f"/catalog/certifications/{pk}/names/add/",
        "/catalog/programs/",
        f"/catalog/programs/{program.cip_code}/",
        "/catalog/entities/",
        f"/catalog/entities/{code}/",
        f"/catalog/entities/{code}/edit/",
        "/catalog/requests/",
        f"/catalog/requests/{asked.pk}/",
    ):
        page_of(path, consultant)
    page.get_by_label("Answer it").check()
    page.get_by_label("In a few sentences").fill("It goes to the next panel.")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("will get an e-mail").wait_for()
    check_page(page)
