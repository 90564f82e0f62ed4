"""Setting up a panel in a real browser: who rates what, who sits on it, its rules and materials, and reminders."""

import pytest
from playwright.sync_api import Page, expect

from sme_review.models import Assignment
from tests.factories.certifications import CertificationFactory, ProgramStandardFactory
from tests.factories.sme_review import MaterialFactory, PanelCertificationFactory, PanelFactory, PanelistFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

GROUPS = ["secondary", "postsecondary", "business", "business", "secondary"]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


@pytest.fixture
def panel(consultant):
    """Five panelists and three certifications, nothing opened yet."""
    made = PanelFactory(title="Welding, fall 2026", created_by=consultant, due_date="2100-12-18")
    ProgramStandardFactory(program=made.program)
    for name in ("Welder Sense", "Welder Level 1", "Pipe Basics"):
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=made, certification__name=name))
    for number, group in enumerate(GROUPS):
        PanelistFactory(panel=made, name=f"Expert {number}", email=f"expert{number}@example.org", group=group)
    CertificationFactory(name="Hot Work")
    return made


def test_certifications_are_shared_out(page, panel, consultant, sign_in, check_page):
    # given a panel on which everyone rates everything
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/")
    check_page(page)
    follow(page, "Who rates what")
    check_page(page)
    # when they are shared out
    page.get_by_label("A set number of ratings").check()
    page.get_by_label("Ratings wanted for each certification").fill("3")
    page.get_by_label("Most certifications for one panelist").fill("2")
    page.get_by_label("Fewest raters from each stakeholder group").fill("0")
    press(page, "Go on")
    check_page(page)
    press(page, "Keep this")
    check_page(page)
    assert Assignment.objects.count() == 9
    # and changed by hand from either side
    follow(page, "Welder Sense")
    check_page(page)
    page.get_by_role("checkbox", checked=True).first.uncheck()
    press(page, "Save")
    expect(page.get_by_text("Saved:")).to_be_visible()
    follow(page, "Expert 0")
    check_page(page)
    press(page, "Save")
    # then it says that it does not come out even, and sharing out again mends that
    expect(page.get_by_text("It does not come out even")).to_be_visible()
    press(page, "Go on")
    press(page, "Keep this")
    expect(page.get_by_text("It does not come out even")).not_to_be_visible()


def test_certifications_are_shared_out_without_javascript(page_without_javascript, panel, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/assignment/")
    page.get_by_label("A set number of ratings").check()
    press(page, "Go on")
    press(page, "Keep this")
    follow(page, "Expert 0")
    page.get_by_label("Pipe Basics").set_checked(not page.get_by_label("Pipe Basics").is_checked())
    press(page, "Save")
    expect(page.get_by_text("Saved:")).to_be_visible()
