"""A panel asked a second time by mail: planned, opened, given more time and closed, in a real browser, with and
without scripts.
"""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from sme_review.models import Panel, Round
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.validators import Answers
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory
from tests.journeys.conftest import look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

NAMES = ["Welder Sense", "Welder Level 1 with Gas Metal Arc and Flux-Cored Arc Processes", "Shop Safety Card"]
GROUPS = ["secondary", "postsecondary", "business", "secondary", "postsecondary", "business"]
LIKES = Answers(proportion=80, employer_value=4, postsecondary_value=4)
DOUBTS = Answers(proportion=20, proportion_reason="Only safety.", employer_value=2, postsecondary_value=2)


def in_days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Six panelists and three certifications, nothing opened yet."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    ProgramStandardFactory(program=program, version="2026", code="A.1", statement="Choose the lens shade.")
    panel = PanelFactory(program=program, title="Welding, fall 2026", created_by=consultant, due_date=in_days(14))
    found = [CertificationFactory(name=name, information_sheet="Everyday work in the shop.") for name in NAMES]
    panels.add_certifications(by=consultant, panel=panel, certifications=found)
    for number, group in enumerate(GROUPS):
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Expert {number}", email=f"expert{number}@example.org", group=group
        )
    return panel


def rate(panel: Panel, answers: dict[str, list[Answers]]) -> None:
    """Panelists answer by name of the certification, one after the other; who has no answer has not answered."""
    for name, given in answers.items():
        entry = panel.certifications.get(certification__name=name)
        for panelist, one in zip(panel.panelists.order_by("pk"), given, strict=False):
            ratings.save_rating(panelist=panelist, panel_certification=entry, answers=one, version=0)
    for panelist in panel.panelists.all():
        ratings.submit_ratings(panelist=panelist)


@pytest.fixture
def split(panel, consultant) -> Panel:
    """Round 1 was held: the panel is in two camps about the second certification."""
    held = rounds.open_round(by=consultant, panel=panel)
    rate(panel, {NAMES[0]: [LIKES] * 6, NAMES[1]: [LIKES, DOUBTS] * 3, NAMES[2]: [DOUBTS] * 6})
    rounds.close_round(by=consultant, round=held)
    mail.outbox.clear()
    return panel


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def choose_and_plan(page: Page, check_page) -> None:
    """When the consultant opens round 2 from the results, forgets the dates, and plans it for a day ahead."""
    follow(page, "Open round 2")
    expect(page.get_by_label(NAMES[1])).to_be_checked()
    expect(page.get_by_label(NAMES[0])).not_to_be_checked()
    expect(page.get_by_text("Proposed: The panel disagrees on the share of the standards")).to_be_visible()
    check_page(page)
    look(page, "round-2-choose")
    page.get_by_label(NAMES[1]).uncheck()
    page.get_by_label("Later, at the day and time below").check()
    press(page, "Open round 2 and mail the links")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    expect(page.get_by_label("Later, at the day and time below")).to_be_checked()
    check_page(page)
    look(page, "round-2-errors")
    summary.get_by_role("link", name="Tick at least one certification.").click()
    expect(page.get_by_label(NAMES[0])).to_be_focused()
    page.get_by_label(NAMES[1]).check()
    page.get_by_label("Answers are due by").fill(in_days(17).isoformat())
    page.get_by_label("Day on which it opens").fill(in_days(3).isoformat())
    page.get_by_label("Time at which it opens").fill("08:00")
    press(page, "Open round 2 and mail the links")


def test_second_round_is_planned_opened_given_more_time_and_closed(page, split, consultant, sign_in, check_page):
    # given a closed round 1 whose panel is in two camps
    sign_in(page, consultant)
    page.goto(f"/panels/{split.pk}/results/")
    check_page(page)
    choose_and_plan(page, check_page)
    # then it is planned everywhere, and open nowhere
    expect(page.get_by_text("Until then nobody can rate, and panelists do not see round 1.")).to_be_visible()
    check_page(page)
    look(page, "round-2-planned")
    for path in (f"/panels/{split.pk}/", "/panels/", "/panels/?state=planned", "/", f"/panels/{split.pk}/live/"):
        page.goto(path)
        expect(page.locator("main")).to_contain_text("planned", ignore_case=True)
        check_page(page)
    # when it is opened before its time, panelists are told, and given more time
    page.goto(f"/panels/{split.pk}/round/")
    press(page, "Open round 2 now and mail the panelists")
    expect(page.get_by_text("Nobody has submitted anything")).to_be_visible()
    check_page(page)
    look(page, "round-2-open")
    assert "This is the second round of the panel" in mail.outbox[-1].body
    page.get_by_label("New due date").fill(in_days(-1).isoformat())
    press(page, "Change the due date")
    expect(page.locator(".error-summary")).to_be_focused()
    check_page(page)
    look(page, "round-2-due-errors")
    page.get_by_label("New due date").fill(in_days(20).isoformat())
    press(page, "Change the due date")
    expect(page.get_by_text("Answers are now due")).to_be_visible()
    # and four of six answer before it is closed
    rate(split, {NAMES[1]: [LIKES, LIKES, LIKES, LIKES]})
    page.reload()
    expect(page.get_by_text("Expert 4, 1 of 1 left")).to_be_visible()
    check_page(page)
    page.get_by_label("Yes, close round 2 now").check()
    press(page, "Close the round")
    expect(page.get_by_text("All planned rounds are over.")).to_be_visible()
    check_page(page)
    look(page, "round-2-results")
    page.goto(f"/panels/{split.pk}/open/")
    expect(page.get_by_role("heading", name="All planned rounds are over")).to_be_visible()
    check_page(page)
    look(page, "rounds-held")


def test_first_round_is_planned_taken_back_and_opened_without_javascript(
    page_without_javascript, panel, consultant, sign_in, base_url
):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto(f"{base_url}/panels/{panel.pk}/")
    follow(page, "Round 1")
    look(page, "round-1-choose")
    page.get_by_label("Later, at the day and time below").check()
    page.get_by_label("Day on which it opens").fill(in_days(15).isoformat())
    press(page, "Open round 1 and mail the links")
    expect(page.locator(".error-summary")).to_contain_text("answers cannot be due before that day")
    page.get_by_label("Day on which it opens").fill(in_days(2).isoformat())
    press(page, "Open round 1 and mail the links")
    expect(page.get_by_text("Until then nobody can rate")).to_be_visible()
    assert len(mail.outbox) == 6
    expect(page.get_by_label("Tell the 6 panelists by mail")).to_be_checked()
    press(page, "Cancel the planned round")
    expect(page.get_by_text("The planned round 1 is canceled.")).to_be_visible()
    assert (len(mail.outbox), Round.objects.count()) == (12, 0)
    follow(page, "Round 1")
    press(page, "Open round 1 and mail the links")
    expect(page.get_by_role("heading", name="Who has not finished")).to_be_visible()
    page.get_by_label("Yes, close round 1 now, without any answer").check()
    press(page, "Close the round")
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
