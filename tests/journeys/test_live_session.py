"""A live session: a facilitator and three panelists on phones, two rounds, and on to a listing in force.

The panelists' pages follow by themselves: nothing here reloads one.
"""

import re
from dataclasses import dataclass

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from certifications.models import ProgramCertification
from sme_review.models import Ballot, Discussion, Panel, Rating
from sme_review.services import ballots, panelists, panels
from sme_review.services.discussions import save_notes
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory
from tests.journeys import deciding
from tests.journeys.conftest import look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}
SHEET = "What it covers: everyday work in the shop.\n\nHow it is earned: one written test."
PEOPLE = [
    ("Dana Whitcomb", "dana@example.edu", "secondary"),
    ("Luis Ferrara", "luis@example.edu", "postsecondary"),
    ("Renee Oakley", "renee@example.org", "business"),
]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def soon(page: Page, text: str) -> None:
    """The page shows this after a while, by itself."""
    expect(page.locator("main")).to_contain_text(text)


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Given a panel with two certifications and three panelists that is not open yet."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    ProgramStandardFactory(program=program, version="2026", code="A.1", statement="Choose the lens shade.")
    panel = PanelFactory(program=program, title="Welding, fall 2026", quorum=3, created_by=consultant)
    panels.add_certifications(
        by=consultant,
        panel=panel,
        certifications=[
            CertificationFactory(name="Welder Sense", information_sheet=SHEET),
            CertificationFactory(name="Welder Level 1", information_sheet=SHEET),
        ],
    )
    for name, email, group in PEOPLE:
        panelists.add_panelist(by=consultant, panel=panel, name=name, email=email, group=group)
    return panel


@dataclass
class Room:
    """The facilitator's page, the projector and the panelists' phones."""

    facilitator: Page
    screen: Page
    phones: list[Page]


def link_of(email: str) -> str:
    message = next(message for message in mail.outbox if message.to == [email])
    return re.search(r"/link/panel/\S+", message.body).group(0)


@pytest.fixture
def room(panel, page, browser, sign_in, consultant, live_server, check_page):
    """When the facilitator starts the session and everybody joins."""
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/")
    page.get_by_role("link", name="Live session").click()
    press(page, "Start the live session")
    soon(page, "Nothing is on the screen")
    screen = page.context.new_page()
    screen.goto(f"/panels/{panel.pk}/live/screen/")
    phones = []
    for _, email, _ in PEOPLE:
        phone = browser.new_context(viewport=PHONE, base_url=live_server.url).new_page()
        phone.goto(link_of(email))
        if not phones:
            check_page(phone)
        phone.get_by_role("link", name="Join the live session").click()
        soon(phone, "We will begin in a moment")
        phones.append(phone)
    yield Room(page, screen, phones)
    for phone in phones:
        phone.context.close()


def rate(phone: Page, share: str, employers: str) -> None:
    soon(phone, "Please rate it now")
    phone.get_by_label("What proportion would you estimate").fill(share)
    phone.get_by_role("group", name="employers").get_by_label(re.compile(f"^{employers} - ")).check()
    phone.get_by_role("group", name="postsecondary").get_by_label(re.compile("^3 - ")).check()
    press(phone, "Submit")
    soon(phone, "Your rating is in.")


def take_notes(desk: Page) -> None:
    """Notes are saved by themselves, and saving leaves the cursor where it is."""
    box = desk.get_by_label("What the panel says about Welder Sense")
    box.fill("Employers differ by region.")
    soon(desk, "Notes saved.")
    assert Discussion.objects.get().notes == "Employers differ by region."
    desk.wait_for_timeout(2500)
    expect(box).to_be_focused()
    desk.keyboard.type(" Much.")
    expect(box).to_have_value("Employers differ by region. Much.")


def assert_both_rounds_are_kept(panel: Panel) -> None:
    shares = Rating.objects.filter(state=Rating.State.LOCKED, panel_certification=panel.certifications.first())
    shares = shares.values_list("round__number", "proportion")
    assert sorted(shares) == [(1, 40), (1, 60), (1, 80), (2, 55), (2, 60), (2, 65)]


def recommend_and_release(desk: Page, panel: Panel, sign_in, approver, check_page) -> None:
    """Then the consultant sends the packet, and the approver decides and releases."""
    choices = {"Welder Sense": "Recommend", "Welder Level 1": "Do not recommend"}
    deciding.recommend(desk, panel.pk, choices, check_page)
    sign_in(desk, approver)
    deciding.decide(desk, {"Welder Sense": "Approve", "Welder Level 1": "Decline"}, check_page)
    deciding.release(desk, check_page)
    listing = ProgramCertification.objects.in_force(2027).get()
    assert (listing.program.cip_code, listing.certification.name) == ("48.0508", "Welder Sense")


def outcome_link_of(email: str) -> str:
    """The link of the mail that tells what was decided."""
    message = next(message for message in mail.outbox[::-1] if message.to == [email])
    assert message.subject.startswith("What OCTE decided")
    return re.search(r"/link/panel/\S+/outcome/", message.body).group(0)


def everybody_learns_what_was_decided(phone: Page, check_page) -> None:
    """The public sees the listing; a panelist sees the outcome, and nobody's name."""
    phone.goto("/approved/48.0508/")
    soon(phone, "Welder Sense")
    phone.goto(outcome_link_of(PEOPLE[0][1]))
    for words in ("The panel's median is 60", "Your answer: 55 percent", "Reason: As the panel found."):
        soon(phone, words)
    check_page(phone)
    page = phone.content()
    assert [name for person in PEOPLE for name in person[:2] if name in page] == []


def test_a_live_session_runs_through_two_rounds_to_a_listing(room, panel, sign_in, approver, check_page):
    desk, screen, phones = room.facilitator, room.screen, room.phones
    for each in (desk, screen, phones[0]):
        check_page(each)

    press(desk, "Open Welder Sense")
    soon(screen, "Open: please rate now")
    soon(phones[0], "Please rate it now")
    check_page(phones[0])
    check_page(screen)
    for phone, share, employers in zip(phones, ["40", "60", "80"], "345", strict=True):
        if employers == "5":
            soon(phone, "Please rate it now")
            phone.get_by_label("Why this value to employers?").fill("Every shop asks for it.")
        rate(phone, share, employers)
    soon(desk, "3 of 3 have answered")
    soon(screen, "3 of 3 have answered")
    check_page(desk)
    check_page(phones[0])
    expect(screen.locator("main")).not_to_contain_text("Middle")

    press(desk, "Close the rating Welder Sense")
    for phone in phones:
        soon(phone, "The facilitator will show the panel's spread.")
    press(desk, "Show the spread Welder Sense")
    for each in (screen, *phones):
        soon(each, "Middle 60")
        check_page(each)
    take_notes(desk)
    check_page(desk)

    press(desk, "Open again for round 2 Welder Sense")
    soon(phones[0], "Round 1: your answers and the panel's spread")
    check_page(phones[0])
    for phone, share, employers in zip(phones, ["55", "60", "65"], "445", strict=True):
        rate(phone, share, employers)
    soon(desk, "3 of 3 have answered")
    press(desk, "Close the rating Welder Sense")
    soon(phones[2], "The facilitator will show the panel's spread.")
    press(desk, "Show the spread Welder Sense")
    soon(screen, "1 went up, 1 went down, 1 stayed. Those who answered both times came closer together.")
    check_page(screen)
    for phone in phones:
        soon(phone, "Since round 1:")
    check_page(phones[1])

    press(desk, "Open Welder Level 1")
    for phone in phones:
        rate(phone, "50", "3")
    desk.on("dialog", lambda dialog: dialog.accept())
    press(desk, "End the live session")
    soon(desk, "Every certification was rated.")
    check_page(desk)
    for phone in phones:
        soon(phone, "No live session is running")
    assert_both_rounds_are_kept(panel)

    recommend_and_release(desk, panel, sign_in, approver, check_page)
    everybody_learns_what_was_decided(phones[0], check_page)


def goes_on_after_it_was_closed_too_early(desk: Page, phone: Page) -> None:
    """Somebody types while it is closed and opened again: nothing is lost, and the first press submits it."""
    press(desk, "Closed too early: go on with round 1 Welder Sense")
    soon(phone, "Please rate it now")
    phone.get_by_label("Why this share?").fill("Typed before the close")
    look(desk, "closed-too-early")
    press(desk, "Close the rating Welder Sense")
    soon(phone, "The facilitator closed this certification.")
    press(desk, "Closed too early: go on with round 1 Welder Sense")
    soon(phone, "Please rate it now")
    expect(phone.get_by_text("Go on to what is on the screen now")).to_be_hidden()
    soon(phone, "Draft saved.")
    phone.get_by_label("What proportion would you estimate").fill("40")
    phone.get_by_role("group", name="employers").get_by_label(re.compile("^4 - ")).check()
    phone.get_by_role("group", name="postsecondary").get_by_label(re.compile("^3 - ")).check()
    press(phone, "Submit")
    soon(phone, "Your rating is in.")
    assert Rating.objects.get(proportion=40).proportion_reason == "Typed before the close"


def test_typing_survives_the_close_and_the_pages_recover(room, panel, check_page):
    desk, phone, other = room.facilitator, room.phones[0], room.phones[1]
    press(desk, "Open Welder Sense")
    soon(phone, "Please rate it now")
    rate(other, "50", "4")
    soon(desk, "1 of 3 have answered")
    expect(phone.get_by_role("slider")).to_have_count(1)
    box = phone.get_by_label("Why this share?")
    box.fill("Typed with care")
    box.focus()
    press(desk, "Close the rating Welder Sense")
    soon(phone, "The facilitator closed this certification.")
    expect(phone.get_by_role("status").first).to_contain_text("closed")
    expect(box).to_have_value("Typed with care")
    expect(box).to_be_focused()
    expect(phone.get_by_text("Go on to what is on the screen now")).to_be_in_viewport()
    expect(phone.get_by_text("Please rate it now")).to_be_hidden()
    look(phone, "closed-while-typing")
    check_page(phone)
    press(phone, "Submit")
    soon(phone, "nothing was saved")
    expect(box).to_have_value("Typed with care")
    check_page(phone)
    assert Rating.objects.count() == 1
    phone.get_by_role("link", name="Go on to what is on the screen now").or_(
        phone.get_by_role("link", name="Your list of certifications")
    ).last.click()

    goes_on_after_it_was_closed_too_early(desk, room.phones[2])
    soon(other, "You can change it until the facilitator closes it.")
    press(desk, "Close the rating Welder Sense")
    soon(other, "The facilitator will show the panel's spread.")
    other.context.set_offline(True)
    soon(other, "Connection lost, trying again.")
    check_page(other)
    press(desk, "Show the spread Welder Sense")
    other.context.set_offline(False)
    soon(other, "Fewer than three gave a rating")
    expect(other.get_by_text("Connection lost, trying again.")).to_be_hidden()

    press(other, "Pause updates")
    soon(other, "Updates are paused.")
    press(desk, "Open again for round 2 Welder Sense")
    soon(room.phones[2], "Please rate it now")
    other.wait_for_timeout(3500)
    expect(other.locator("main")).to_contain_text("Fewer than three gave a rating")
    press(other, "Follow again")
    soon(other, "Please rate it now")


def test_half_written_notes_stay_with_their_certification(room, panel, consultant):
    desk = room.facilitator
    press(desk, "Put on the screen Welder Sense")
    box = desk.get_by_label("What the panel says about Welder Sense")
    box.fill("First half")
    soon(desk, "Notes saved.")
    ballots.put_on_screen(by=consultant, panel_certification=panel.certifications.get(position=2))
    expect(desk.locator("main")).to_contain_text("Something has changed.")
    desk.keyboard.press("End")
    desk.keyboard.type(", second half")
    soon(desk, "Notes saved.")
    desk.get_by_role("link", name="Projector view").focus()
    expect(desk.get_by_label("What the panel says about Welder Level 1")).to_have_value("")
    assert [(str(held.panel_certification), held.notes) for held in Discussion.objects.all()] == [
        ("Welder Sense", "First half, second half")
    ]


def test_of_two_facilitators_both_pages_follow_and_the_second_is_told(
    room, panel, browser, sign_in, approver, live_server, check_page
):
    desk = room.facilitator
    second = browser.new_context(base_url=live_server.url).new_page()
    sign_in(second, approver)
    second.goto(f"/panels/{panel.pk}/live/")
    press(desk, "Open Welder Level 1")
    soon(second, "0 of 3 have answered")
    rate(room.phones[0], "50", "4")
    soon(second, "1 of 3 have answered")
    box = second.get_by_label("What the panel says about Welder Level 1")
    box.fill("Mine")
    entry = Ballot.objects.get().panel_certification
    save_notes(by=panel.created_by, panel_certification=entry, notes="Theirs", version=0)
    box.press_sequentially(", with more")
    soon(second, "has saved other notes")
    expect(box).to_have_value("Mine, with more")
    press(second, "Save notes")
    soon(second, "Not saved: Welder Level 1")
    expect(second.get_by_label("Your notes on Welder Level 1")).to_have_value("Mine, with more")
    soon(second, "Theirs")
    check_page(second)
    press(second, "Close the rating Welder Level 1")
    soon(desk, "Closed, spread not shown yet")
    second.context.close()


def test_a_live_session_works_without_javascript(panel, room, page_without_javascript, sign_in, consultant, check_page):
    plain = page_without_javascript
    sign_in(plain, consultant)
    plain.goto(f"/panels/{panel.pk}/live/")
    expect(plain.get_by_role("link", name="Refresh")).to_be_visible()
    press(plain, "Open Welder Sense")
    soon(plain, "0 of 3 have answered")
    plain.goto(link_of(PEOPLE[1][1]) + "live/")
    expect(plain.get_by_role("link", name="Refresh")).to_be_visible()
    rate(plain, "50", "4")
    plain.get_by_role("link", name="Refresh").click()
    soon(plain, "Your rating is in.")
    plain.goto(f"/panels/{panel.pk}/live/screen/")
    soon(plain, "1 of 3 have answered")
