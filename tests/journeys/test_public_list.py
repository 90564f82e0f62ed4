"""The public list in the browser: found, searched by keyboard and without scripts, and up to date after a
retirement.
"""

import pytest
from playwright.sync_api import Page, expect

from certifications.models import Certification, Program
from tests.factories.certifications import (
    CertificationAliasFactory,
    CertificationFactory,
    CertificationPartFactory,
    ProgramCertificationFactory,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def listed(program: Program) -> Certification:
    """A welder's certification due for review, one that ended, and sixty others."""
    listing = ProgramCertificationFactory(
        program=program,
        certification__name="Certified Welder",
        certification__code="AWS-CW",
        certification__is_sample=True,
        certification__link="https://example.org/welder",
        first_school_year=2022,
        review_school_year=2027,
    )
    CertificationPartFactory(certification=listing.certification, name="Bend test")
    CertificationAliasFactory(certification=listing.certification, alias="Torch ticket")
    CertificationFactory(name="Welder of the new standard")
    ProgramCertificationFactory(
        program=program, certification__name="Old torch", status="retired", last_school_year=2026
    )
    for number in range(60):
        ProgramCertificationFactory(
            program__cip_code=f"12.{number:04d}", certification__name=f"Other {number:02d}", first_school_year=2027
        )
    return listing.certification


def test_a_visitor_finds_a_certification_by_keyboard(page: Page, listed, check_page):
    page.goto("/")
    page.get_by_role("link", name="See the approved certifications").click()
    expect(page.locator(".data-table__count")).to_have_text("1-50 of 61")
    check_page(page)

    page.get_by_label("Search words").focus()
    page.keyboard.type("torch ticket")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    check_page(page)

    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Certified Welder":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Certified Welder")
    expect(page.get_by_text("It is not part of Michigan's list.")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="48.0508").click()
    expect(page.get_by_role("heading", name="Ended")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="What changed").click()
    expect(page.get_by_role("heading", name="Added (60)")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="Data for programmers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data for programmers")
    check_page(page)

    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="approved certifications", exact=True).first.click()
    expect(page).to_have_url("/approved/")


def test_the_list_works_without_scripts(page_without_javascript: Page, listed):
    page = page_without_javascript
    page.goto("/approved/")
    page.get_by_label("Career cluster").select_option(label=listed.listings.get().program.cluster.title)
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("tbody tr")).to_have_count(1)

    page.get_by_role("link", name="Clear filters").click()
    page.get_by_role("link", name="Certification", exact=True).click()
    expect(page.get_by_role("columnheader", name="Certification")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Page 2").click()
    expect(page.locator(".data-table__count")).to_have_text("51-61 of 61")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel (XLSX)").click()
    assert download.value.suggested_filename == "approved-2027.xlsx"


def test_nothing_matches_is_said(page: Page, listed, check_page):
    page.goto("/approved/?q=nothing-like-this")
    expect(page.get_by_text("No approved certification matches")).to_be_visible()
    check_page(page)


def test_a_consultant_reviews_what_is_due_and_the_public_sees_it(page: Page, listed, consultant, sign_in, check_page):
    sign_in(page, consultant)
    page.goto("/")
    page.get_by_role("link", name="Review 1 listing").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    check_page(page)

    page.get_by_role("link", name="Certified Welder").click()
    check_page(page)
    page.get_by_role("button", name="Retire the listing").click()
    expect(page.locator(".error-summary")).to_be_focused()
    check_page(page)

    page.get_by_label("Last school year").select_option(label="2027-28")
    page.get_by_label("Why it is retired").fill("Nobody asks for it any more.")
    page.get_by_role("button", name="Retire the listing").click()
    expect(page.get_by_text("Retired. Its last school year is 2027-28.")).to_be_visible()
    check_page(page)

    page.goto("/approved/48.0508/")
    expect(page.get_by_role("row", name="Certified Welder")).to_contain_text("2021-22 to 2027-28")
    expect(page.locator("body")).not_to_contain_text("Nobody asks for it any more.")
    expect(page.locator("body")).not_to_contain_text(consultant.name)

    page.goto(f"/catalog/listings/{listed.listings.get().pk}/review/")
    page.get_by_role("button", name="Undo the retirement").click()
    expect(page.get_by_text("The listing is approved as before.")).to_be_visible()


def test_a_listing_is_kept_without_scripts(page_without_javascript: Page, listed, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto("/catalog/listings/due/")
    page.get_by_role("link", name="Certified Welder").click()
    page.get_by_label("Why it is kept").fill("Employers still ask for it.")
    page.get_by_role("button", name="Keep the listing").click()
    expect(page.get_by_text("The listing was kept. Its next review is due in 2031-32.")).to_be_visible()
