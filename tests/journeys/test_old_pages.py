"""What a panelist meets who comes late, types early, or has an old page: nothing is lost; what is closed can be
read.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from sme_review.models import Panel
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.validators import Answers
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory
from tests.journeys.conftest import look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ANSWERS = Answers(proportion=60, employer_value=4, postsecondary_value=3, employer_reason="Every shop asks for it.")


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Two certifications, four panelists, round 1 open; panelists see spread and reasons as soon as it is closed."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    ProgramStandardFactory(program=program, version="2026", code="A.1", statement="Choose the lens shade.")
    panel = PanelFactory(program=program, title="Welding, fall 2026", created_by=consultant)
    found = [CertificationFactory(name=name, information_sheet="Everyday work.") for name in ("Welder Sense", "Safety")]
    panels.add_certifications(by=consultant, panel=panel, certifications=found)
    for number, group in enumerate(("secondary", "postsecondary", "business", "business")):
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Expert {number}", email=f"expert{number}@example.org", group=group
        )
    panel = panels.change_panel(by=consultant, panel=panel, panelists_see="reasons", visible_from="close")
    rounds.open_round(by=consultant, panel=panel)
    return panel


def everybody_else_rates(panel: Panel) -> None:
    for person in panel.panelists.order_by("pk")[1:]:
        for entry in panel.certifications.all():
            ratings.save_rating(panelist=person, panel_certification=entry, answers=ANSWERS, version=0)
        ratings.submit_ratings(panelist=person)


def open_page(page: Page, panel: Panel, base: str) -> str:
    """The first panelist's page of the first certification; its address."""
    secret = panelists.new_link(panel.panelists.order_by("pk").first()).split("/")[-2]
    address = base + reverse("sme_review:link_rate", args=[secret, panel.certifications.first().pk])
    page.goto(address)
    return address


def type_reason(page: Page) -> None:
    page.get_by_label("What proportion would you estimate").fill("45")
    page.get_by_label("Why this share?").fill("Typed with care")


def test_a_page_of_round_1_shows_what_was_typed_and_saves_it_after_another_look(
    page, panel, consultant, live_server, check_page
):
    """When round 2 opens while somebody still types in round 1, then the page says so and the next press saves."""
    open_page(page, panel, live_server.url)
    everybody_else_rates(panel)
    rounds.close_round(by=consultant, round=panel.rounds.get())
    panel.refresh_from_db()
    rounds.open_round(by=consultant, panel=panel, mail_again=False)
    type_reason(page)
    expect(page.get_by_role("status")).to_contain_text("closed and opened again")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("alert")).to_contain_text("closed and opened again after you opened this page")
    expect(page.get_by_label("Why this share?")).to_have_value("Typed with care")
    expect(page.get_by_text("Round 1: the panel's spread")).to_be_visible()
    check_page(page)
    look(page, "old-page-of-round-1")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator("main")).to_contain_text("Saved your answers on Welder Sense")
    assert panel.panelists.order_by("pk").first().ratings.get().round.number == 2


def test_what_was_typed_before_the_script_came_saves_itself_too(page, panel, live_server):
    """On a slow line somebody types while the page's scripts are still on their way."""
    held = []
    page.route(re.compile(r"/keep[^/]*\.js"), lambda route: held.append(route))  # noqa: PLW0108 - it needs a real function
    secret = panelists.new_link(panel.panelists.order_by("pk").first()).split("/")[-2]
    address = reverse("sme_review:link_rate", args=[secret, panel.certifications.first().pk])
    page.goto(live_server.url + address, wait_until="commit")
    type_reason(page)
    page.wait_for_timeout(2500)
    assert not panel.panelists.order_by("pk").first().ratings.exists()
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("status")).to_contain_text("Draft saved.")
    assert panel.panelists.order_by("pk").first().ratings.get().proportion_reason == "Typed with care"


@pytest.mark.parametrize("how", ["taken off", "stepped back"])
def test_what_was_typed_on_what_is_not_rated_any_more_is_given_back(
    how, page, panel, consultant, live_server, check_page
):
    open_page(page, panel, live_server.url)
    type_reason(page)
    entry = panel.certifications.first()
    if how == "taken off":
        panels.remove_certification(by=consultant, panel_certification=entry)
    else:
        ratings.declare_conflicts(panelist=panel.panelists.order_by("pk").first(), reasons={entry.pk: "I sell it"})
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_role("heading", name="Nothing was saved", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Typed with care")
    check_page(page)
    look(page, f"given-back-{how.replace(' ', '-')}")
    page.get_by_role("link", name="Back to your list").click()
    expect(page.get_by_role("heading", name="Certifications to rate")).to_be_visible()


def test_what_the_panel_said_is_on_the_page_as_soon_as_the_round_is_closed(
    page, panel, consultant, live_server, check_page
):
    address = open_page(page, panel, live_server.url)
    everybody_else_rates(panel)
    rounds.close_round(by=consultant, round=panel.rounds.get())
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Middle 60")
    expect(page.locator("main")).to_contain_text("Every shop asks for it.")
    expect(page.locator("main")).not_to_contain_text("Expert 1")
    check_page(page)
    look(page, "closed-and-shown")
    page.get_by_role("link", name="Back to your list").click()
    expect(page.locator("main")).to_contain_text("on the page of each certification how the panel's answers spread")
    check_page(page)
