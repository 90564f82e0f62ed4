"""From a packet to a release, and back to the consultant and round again; by keyboard, and without scripts."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from certifications.models import ProgramCertification
from sme_review.models import Panel
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.validators import Answers
from tests.factories.certifications import (
    CertificationFactory,
    ProgramCertificationFactory,
    ProgramFactory,
    ProgramStandardFactory,
)
from tests.factories.sme_review import PanelFactory
from tests.journeys import deciding

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

GROUPS = ("secondary", "secondary", "postsecondary", "business", "business")
SENSE, LEVEL = "Welder Sense", "Welder Level 1"


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Given a panel that five people have rated, with worksheets on the first certification, and packet 1 sent."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    standards = [
        ProgramStandardFactory(program=program, version="2026", code=f"A.{number}", statement="Choose the lens shade.")
        for number in range(1, 4)
    ]
    panel = PanelFactory(program=program, title="Welding, fall 2026", created_by=consultant, standards_version="2026")
    entries = panels.add_certifications(
        by=consultant,
        panel=panel,
        certifications=[CertificationFactory(name=name, information_sheet="Shop work.") for name in (SENSE, LEVEL)],
    )
    ProgramCertificationFactory(program=program, certification=entries[0].certification, first_school_year=2024)
    people = [
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Rater {n}", email=f"rater{n}@example.org", group=group
        )
        for n, group in enumerate(GROUPS)
    ]
    held = rounds.open_round(by=consultant, panel=panel)
    for place, person in enumerate(people):
        person.refresh_from_db()
        for entry in entries:
            answers = Answers(55 + 5 * place, "Covers the basics.", 4, postsecondary_value=3)
            marks = {standards[0].pk: "full", standards[1].pk: "part"} if entry == entries[0] else {}
            ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0, marks=marks)
        ratings.submit_ratings(panelist=person)
    rounds.close_round(by=consultant, round=held)
    panel.refresh_from_db()
    choices = [Choice(entry, "recommend", "Of one mind.", n) for n, entry in enumerate(entries, start=1)]
    save_recommendation(by=consultant, panel=panel, text="Both fit the program.", choices=choices)
    send_recommendation(by=consultant, panel=panel)
    return panel


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_what_was_typed_is_not_left_without_a_question(page, panel, sign_in, approver):
    asked = []
    sign_in(page, approver)
    page.goto(f"/panels/{panel.pk}/decide/")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    reason = page.get_by_role("region", name=SENSE).get_by_label("Reason")
    reason.press_sequentially("Typed with care.")
    page.get_by_role("link", name="Open packet 1").click(no_wait_after=True)
    expect(reason).to_have_value("Typed with care.")
    page.wait_for_function("() => document.hasFocus()")
    assert asked == ["beforeunload"]
    page.get_by_role("region", name=SENSE).get_by_label("Approve", exact=True).check()
    press(page, "Save these decisions")
    expect(page.get_by_text("1 decided and saved under your name.")).to_be_visible()
    assert asked == ["beforeunload"]


def test_several_at_once_undo_send_back_and_packet_2(page, panel, sign_in, approver, consultant, check_page):
    sign_in(page, approver)
    page.goto(f"/panels/{panel.pk}/packet/1/")
    page.get_by_text("The map: a picture and a table that says the same").click()
    check_page(page)
    page.get_by_role("link", name="To the decisions").click()
    page.get_by_role("link", name="Decide several at once").click()
    check_page(page)
    press(page, "Apply to ticked")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    check_page(page)
    for name in (SENSE, LEVEL):
        page.get_by_label(re.compile(name)).check()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_label("Reason").fill("Of one mind.")
    press(page, "Apply to ticked")
    undo = page.get_by_role("button", name=f"Undo the decision on {LEVEL}")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"The decision on {LEVEL} is undone.")).to_be_visible()
    check_page(page)
    section = page.get_by_role("region", name=LEVEL)
    section.get_by_label("Send back", exact=True).check()
    section.get_by_label("Reason").fill("Ask the employers again.")
    press(page, "Save these decisions")
    page.get_by_role("link", name="Check and release").click()
    expect(page.get_by_text("The panel goes back to the consultant")).to_be_visible()
    check_page(page)
    press(page, "Release these decisions")
    expect(page.get_by_text("The catalog is changed")).to_be_visible()
    assert ProgramCertification.objects.in_force(2027).get().certification.name == SENSE

    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/recommend/")
    expect(page.get_by_text("Ask the employers again.")).to_be_visible()
    check_page(page)
    section = page.get_by_role("region", name=LEVEL)
    section.get_by_label("Discuss", exact=True).check()
    section.get_by_label("Note").fill("Two employers wrote.")
    press(page, "Save and send to the approvers")
    page.get_by_role("link", name="Packet 2").click()
    expect(page.get_by_role("link", name="packet 1")).to_be_visible()
    check_page(page)

    sign_in(page, approver)
    deciding.decide(page, {LEVEL: "Decline"}, check_page)
    deciding.release(page, check_page)
    assert Panel.objects.get().state == Panel.State.DECIDED
    assert ProgramCertification.objects.filter(status="declined").get().certification.name == LEVEL


def test_the_approvers_page_is_walked_by_keyboard_alone(page, panel, sign_in, approver):
    sign_in(page, approver)
    page.goto(f"/panels/{panel.pk}/decide/")
    for name, way in ((SENSE, "ArrowDown"), (LEVEL, "ArrowUp")):
        section = page.get_by_role("region", name=name)
        section.get_by_label("Not yet").focus()
        page.keyboard.press(way)
        page.keyboard.press("Tab")
        expect(section.get_by_label("Reason")).to_be_focused()
        page.keyboard.type("Typed without a mouse.")
    expect(page.get_by_role("region", name=SENSE).get_by_label("Approve", exact=True)).to_be_checked()
    expect(page.get_by_role("region", name=LEVEL).get_by_label("Send back", exact=True)).to_be_checked()
    for _ in range(6):
        if page.evaluate("document.activeElement.textContent.trim()") == "Save these decisions":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Saved, not released yet")).to_be_visible()


def test_deciding_and_the_outcome_work_without_javascript(
    page_without_javascript, panel, sign_in, approver, consultant, check_page
):
    plain = page_without_javascript
    sign_in(plain, approver)
    plain.goto(f"/panels/{panel.pk}/decide/")
    for name, outcome in ((SENSE, "Approve"), (LEVEL, "Decline")):
        section = plain.get_by_role("region", name=name)
        section.get_by_label(outcome, exact=True).check()
        section.get_by_label("Reason").fill("As the panel found.")
    press(plain, "Save these decisions")
    plain.get_by_role("link", name="Check and release").click()
    press(plain, "Release these decisions")
    expect(plain.get_by_text("The catalog is changed")).to_be_visible()
    told = next(message for message in mail.outbox if message.subject.startswith("What OCTE decided"))
    plain.goto(re.search(r"/link/panel/\S+/outcome/", told.body).group(0))
    expect(plain.get_by_text("The panel's median is 65").first).to_be_visible()
    expect(plain.get_by_text("Reason: As the panel found.").first).to_be_visible()
    plain.context.clear_cookies()
    plain.goto("/approved/48.0508/")
    expect(plain.get_by_role("main")).to_contain_text(SENSE)
