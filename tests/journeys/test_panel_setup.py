"""Setting up a panel in a real browser: who rates what, who sits on it, its rules and materials, and reminders."""

import pytest
from playwright.sync_api import Page, expect

from sme_review.models import Assignment, Panel
from tests.dates import later_due
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
    made = PanelFactory(title="Welding, fall 2026", created_by=consultant, due_date=later_due())
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
    press(page, "Use this")
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
    expect(page.get_by_text("The ratings are not shared out evenly")).to_be_visible()
    press(page, "Go on")
    press(page, "Use this")
    expect(page.get_by_text("The ratings are not shared out evenly")).not_to_be_visible()


def test_certifications_are_shared_out_without_javascript(page_without_javascript, panel, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/assignment/")
    page.get_by_label("A set number of ratings").check()
    press(page, "Go on")
    press(page, "Use this")
    follow(page, "Expert 0")
    page.get_by_label("Pipe Basics").set_checked(not page.get_by_label("Pipe Basics").is_checked())
    press(page, "Save")
    expect(page.get_by_text("Saved:")).to_be_visible()


@pytest.fixture
def replaced(panel):
    """The catalog has replaced one certification of the panel; a newer version of the standards is there."""
    entry = panel.certifications.get(certification__name="Pipe Basics")
    entry.certification.replaced_by = CertificationFactory(name="Pipe Complete", information_sheet="All about pipes.")
    entry.certification.save(update_fields=["replaced_by"])
    ProgramStandardFactory(program=panel.program, version="2027")
    return entry


@pytest.mark.usefixtures("replaced")
def test_a_panel_is_copied(page, panel, consultant, sign_in, check_page):
    # given an earlier panel, chosen on the page of a new one
    sign_in(page, consultant)
    page.goto("/panels/new/")
    check_page(page)
    press(page, "Go on to copy it")
    expect(page.get_by_text("Choose the panel to copy.").first).to_be_visible()
    check_page(page)
    page.get_by_label("Earlier panel", exact=True).select_option(
        label=f"{panel.program.cip_code} Welding, fall 2026 (Being set up)"
    )
    press(page, "Go on to copy it")
    check_page(page)
    # when nothing is filled in, each thing that is missing is said, and nothing is copied
    press(page, "Set up the new panel")
    expect(page.get_by_role("link", name="Give the new panel a title.")).to_be_visible()
    check_page(page)
    # when it is
    page.get_by_label("Title of the new panel").fill("Welding, fall 2027")
    page.get_by_label("Answers are due by").fill(str(later_due()))
    expect(page.get_by_label("Version of the program's standards")).to_have_value("2027")
    press(page, "Set up the new panel")
    # then the new panel has all of it, with what replaced one certification, and asks nobody yet
    expect(page.get_by_text("with 3 certifications and 5 panelists")).to_be_visible()
    check_page(page)
    follow(page, "Certifications")
    expect(page.get_by_role("rowheader", name="Pipe Complete")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Pipe Basics")).to_have_count(0)
    copy = Panel.objects.get(title="Welding, fall 2027")
    assert (copy.copied_from, copy.panelists.filter(invited_at=None).count()) == (panel, 5)
    # and the same button again, after the way back, makes no second one
    page.goto(f"/panels/{panel.pk}/copy/")
    page.get_by_label("Title of the new panel").fill("Welding, fall 2027")
    page.get_by_label("Answers are due by").fill(str(later_due()))
    press(page, "Set up the new panel")
    expect(page.get_by_text("no second one was made")).to_be_visible()
    assert Panel.objects.count() == 2


@pytest.mark.usefixtures("replaced")
def test_a_panel_is_copied_without_javascript(page_without_javascript, panel, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/")
    follow(page, "Copy this panel")
    page.get_by_label("Title of the new panel").fill("Welding, fall 2027")
    page.get_by_label("Answers are due by").fill(str(later_due()))
    page.get_by_label("Its people").uncheck()
    page.get_by_label("Pipe Complete").uncheck()
    press(page, "Set up the new panel")
    expect(page.get_by_text("with 2 certifications and no panelists")).to_be_visible()
    expect(
        page.get_by_text("Pipe Basics was left out: the catalog has replaced it with Pipe Complete.")
    ).to_be_visible()


def test_rules_are_changed_and_their_defaults_filled_in(page, panel, consultant, sign_in, check_page):
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/")
    follow(page, "Details and rules")
    check_page(page)
    # when one rule is wrong, it is said at its place and the others stay as typed
    page.get_by_label("Quorum").fill("1")
    page.get_by_label("One round").check()
    page.get_by_label("Ask every panelist to fill it in").check()
    press(page, "Save")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
    expect(page.get_by_label("One round")).to_be_checked()
    check_page(page)
    page.get_by_label("Quorum").fill("7")
    page.get_by_label("Quorum").press("Enter")
    # then the panel's page shows every rule
    expect(page.get_by_text("The panel is changed.")).to_be_visible()
    expect(page.get_by_text("7 raters, at least 1 in each stakeholder group")).to_be_visible()
    check_page(page)
    # and the defaults come back, saved only by the button for it
    follow(page, "Details and rules")
    press(page, "Fill in the defaults")
    expect(page.get_by_text("Nothing is changed until you save")).to_be_visible()
    check_page(page)
    expect(page.get_by_label("Quorum")).to_have_value("5")
    press(page, "Save")
    expect(page.get_by_text("5 raters, at least 1 in each stakeholder group")).to_be_visible()


def test_a_panel_that_will_never_be_finished_is_put_away(page, panel, consultant, sign_in, check_page):
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/")
    follow(page, "Put this panel away")
    check_page(page)
    press(page, "Put this panel away")
    expect(page.get_by_role("link", name="Say why, in a few words.")).to_be_visible()
    check_page(page)
    page.get_by_label("Why").fill("The program ends this year.")
    press(page, "Put this panel away")
    expect(page.get_by_text("The program ends this year.")).to_be_visible()
    check_page(page)
    # then the list leaves it out until it is asked for
    follow(page, "Panels")
    expect(page.get_by_role("link", name=panel.title)).to_have_count(0)
    page.get_by_label("Put away").select_option(label="Only those put away")
    press(page, "Apply filters")
    expect(page.get_by_role("link", name=panel.title)).to_be_visible()
    check_page(page)
