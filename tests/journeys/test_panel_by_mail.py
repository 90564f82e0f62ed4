"""A panel that rates in its own time, in a real browser: shared out evenly, a recusal, a reminder, and somebody
late.
"""

import re
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from certifications.models import ProgramStandard
from sme_review.models import Assignment, Panel, Panelist, Rating
from sme_review.services import ratings, rounds
from sme_review.validators import Answers
from tests.dates import later_due
from tests.factories.certifications import ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import MaterialFactory, PanelCertificationFactory, PanelFactory, PanelistFactory
from tests.journeys.conftest import PATIENCE, look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 800}
PEOPLE = [
    ("Dana Whitcomb", "secondary"),
    ("Luis Ferrara", "postsecondary"),
    ("Renee Oakley", "business"),
    ("Omar Haddad", "business"),
    ("Grace Lindqvist", "secondary"),
]
NAMES = ("Welder Sense", "Welder Level 1", "Pipe Basics")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what the server does after the page that asked for it has gone."""
    for _ in range(PATIENCE // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail("It never happened.")


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Given five panelists, three certifications, and a program with four standards in two segments."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    for number, (code, title) in enumerate([("A", "Safety"), ("A", "Safety"), ("B", "Arcs"), ("B", "Arcs")], start=1):
        ProgramStandardFactory(
            program=program,
            segment_code=code,
            segment_title=title,
            position=number,
            code=f"{code}.{number}",
            statement="Choose the lens shade, gloves and jacket for the process.",
        )
    made = PanelFactory(
        program=program, title="Welding, by mail", created_by=consultant, due_date=later_due(), quorum=3
    )
    for name in NAMES:
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=made, certification__name=name))
    for name, group in PEOPLE:
        PanelistFactory(panel=made, name=name, email=f"{name.split()[0].lower()}@example.org", group=group)
    return made


def share_out(desk: Page, check_page: Callable[[Page], None]) -> None:
    press(desk, "Go on")
    check_page(desk)
    press(desk, "Use this")


def open_and_mail(desk: Page, panel: Panel, check_page: Callable[[Page], None]) -> None:
    """When the consultant shares out three ratings for each certification and opens the round."""
    desk.goto(f"/panels/{panel.pk}/assignment/")
    desk.get_by_label("A set number of ratings").check()
    desk.get_by_label("Ratings wanted for each certification").fill("3")
    desk.get_by_label("Most certifications for one panelist").fill("2")
    share_out(desk, check_page)
    desk.goto(f"/panels/{panel.pk}/open/")
    desk.get_by_role("button", name=re.compile("^Open round 1")).click()
    expect(desk.get_by_role("heading", name="Round 1")).to_be_visible()


def link_of(person: Panelist) -> str:
    """The path in the latest mail to this person."""
    message = next(message for message in mail.outbox[::-1] if message.to == [person.email])
    return re.search(r"/link/panel/\S+", message.body).group(0)


@contextmanager
def phone_of(person: Panelist, browser: Browser, address: str):
    """A phone of somebody's own, with the link of the latest mail open."""
    context = browser.new_context(viewport=PHONE, base_url=address)
    page = context.new_page()
    page.goto(link_of(person))
    yield page
    context.close()


def step_back(phone: Page, name: str, check_page: Callable[[Page], None]) -> None:
    """Declare a conflict of interest with one certification."""
    follow(phone, "Start")
    phone.get_by_label(f"I have a conflict of interest with {name}", exact=False).check()
    phone.get_by_label(f"What the conflict is: {name}").fill("I sell the training for it")
    press(phone, "Save and go on")
    expect(phone.get_by_text("You stepped back")).to_be_visible()
    check_page(phone)


def number_assigned(person: Panelist) -> list[str]:
    """The names of what somebody is asked for."""
    pairs = Assignment.objects.filter(panelist=person).order_by("panel_certification__position")
    return list(pairs.values_list("panel_certification__certification__name", flat=True))


def rate_own(phone: Page, person: Panelist, check_page: Callable[[Page], None]) -> None:
    """Rate what one is asked for; the worksheet suggests the share, and the draft saves itself."""
    begin = phone.get_by_role("link", name="Start", exact=True)
    if begin.count():
        begin.click()
        press(phone, "Save and go on")
    expect(phone.locator("main")).to_contain_text(f"0 of {len(number_assigned(person))} done")
    expect(phone.get_by_role("heading", name="You may rate these too")).to_be_visible()
    check_page(phone)
    look(phone, "link-list")
    phone.get_by_role("link", name=re.compile("|".join(number_assigned(person)))).first.click()
    for number in range(len(number_assigned(person))):
        answer(phone, by_worksheet=number == 0, check_page=check_page)
        press(phone, "Save and next")
    expect(phone.get_by_role("heading", name="Check your answers")).to_be_visible()
    check_page(phone)
    look(phone, "link-review")
    press(phone, "Submit all")
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


def answer(phone: Page, *, by_worksheet: bool, check_page: Callable[[Page], None]) -> None:
    if by_worksheet:
        phone.get_by_text("Show the 4 standards").click()
        rows = phone.get_by_role("radiogroup")
        for row, mark in zip(rows.all(), ("Full", "Full", "Part"), strict=False):
            row.get_by_label(mark).check()
        expect(phone.get_by_text("1 standard is not marked yet.", exact=False)).to_be_visible()
        press(phone, "Mark the rest as none")
        expect(phone.get_by_text("Your marks come to 63 percent of the standards.")).to_be_visible()
        check_page(phone)
        look(phone, "link-rate")
        press(phone, "Use the share from my marks")
        expect(phone.get_by_label("What proportion would you estimate")).to_have_value("63")
    else:
        phone.get_by_label("What proportion would you estimate").fill("60")
    phone.get_by_role("group", name="employers").get_by_label("4 - Preferred").check()
    phone.get_by_role("group", name="postsecondary").get_by_label("Cannot judge").check()
    expect(phone.get_by_text("Draft saved.")).to_be_visible(timeout=PATIENCE)


def remind(desk: Page, panel: Panel) -> list[str]:
    """Send the reminders; the addresses that got one."""
    before = len(mail.outbox)
    desk.goto(f"/panels/{panel.pk}/panelists/")
    follow(desk, "Remind")
    desk.get_by_label("Also remind", exact=False).check()
    press(desk, "Send the reminders")
    expect(desk.get_by_text("A reminder goes to")).to_be_visible()
    return sorted(message.to[0] for message in mail.outbox[before:])


def test_a_panel_by_mail_with_a_recusal_a_reminder_and_somebody_late(
    page, panel, browser, sign_in, consultant, check_page, live_server
):
    desk, address = page, live_server.url
    sign_in(desk, consultant)
    open_and_mail(desk, panel, check_page)
    loads = sorted(len(number_assigned(person)) for person in panel.panelists.all())
    assert loads == [1, 2, 2, 2, 2]
    assert len(mail.outbox) == len(PEOPLE)

    # when one steps back from what was theirs, it is neither missing nor a rating, and sharing out again fills the gap
    busy = [person for person in panel.panelists.order_by("pk") if len(number_assigned(person)) == 2]
    recused = busy[0]
    left_to_others = number_assigned(recused)[0]
    with phone_of(recused, browser, address) as phone:
        step_back(phone, left_to_others, check_page)
    desk.goto(f"/panels/{panel.pk}/assignment/")
    expect(desk.get_by_text("The ratings are not shared out evenly")).to_be_visible()
    share_out(desk, check_page)
    assert left_to_others not in number_assigned(recused)
    desk.goto(f"/panels/{panel.pk}/panelists/conflicts/")
    expect(desk.get_by_text("I sell the training for it")).to_be_visible()

    # and two rate, then a reminder goes to the three others, in one mail each
    swift = [person for person in panel.panelists.order_by("pk") if person.pk != recused.pk][:2]
    for number, person in enumerate(swift):
        with phone_of(person, browser, address) as phone:
            rate_own(phone, person, check_page if number == 0 else lambda _: None)
    others = panel.panelists.exclude(pk__in=[person.pk for person in swift]).order_by("pk")
    assert remind(desk, panel) == sorted(person.email for person in others)
    assert "certification" in mail.outbox[-1].body

    # and two more come by the reminder's link
    *reminded, late = others
    for person in reminded:
        with phone_of(person, browser, address) as phone:
            phone.goto(phone.url.split("/link/")[0] + link_of(person) + "ratings/")
            rate_own(phone, person, lambda _: None)

    # and the last one types while the round is closed
    with phone_of(late, browser, address) as phone:
        phone.goto(link_of(late) + "ratings/")
        phone.get_by_role("link", name=number_assigned(late)[0]).click()
        why = phone.get_by_label("Why this share?")
        why.fill("Typed in the last minute")
        expect(phone.get_by_text("Draft saved.")).to_be_visible(timeout=PATIENCE)
        desk.goto(f"/panels/{panel.pk}/round/")
        desk.get_by_label("Yes, close round 1 now").check()
        press(desk, "Close the round")
        expect(desk.get_by_role("heading", name="Results", exact=True)).to_be_visible()
        why.press_sequentially(", and a word more")
        expect(phone.get_by_text("This certification is closed for rating", exact=False)).to_be_visible()
        press(phone, "Save and next")
        expect(
            phone.get_by_role("heading", name="This certification is closed").or_(phone.locator(".alert-danger"))
        ).to_be_visible()
        expect(phone.get_by_label("Why this share?")).to_have_value("Typed in the last minute, and a word more")
        check_page(phone)
        look(phone, "link-late")

    # then only what was submitted in time counts, and the recusal stands beside it
    counted = Rating.objects.counted().filter(round__panel=panel)
    assert set(counted.values_list("panelist_id", flat=True)) == {person.pk for person in [*swift, *reminded]}
    assert counted.filter(panelist=recused, panel_certification__certification__name=left_to_others).count() == 0
    assert Rating.objects.get(panelist=late).state == Rating.State.DRAFT
    check_page(desk)
    look(desk, "results-by-mail")


@pytest.fixture
def round_2(panel, consultant) -> Panel:
    """Everybody rated in round 1, worksheets included; round 2 asks for the first certification again."""
    held = rounds.open_round(by=consultant, panel=panel)
    standards = ProgramStandard.objects.order_by("position")
    for number, person in enumerate(panel.panelists.order_by("pk")):
        answers = Answers(
            proportion=20 + 15 * number, proportion_reason="As I see it", employer_value=4, postsecondary_value=3
        )
        for entry in panel.certifications.all():
            marks = {standard.pk: "part" for standard in standards}
            ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0, marks=marks)
        ratings.submit_ratings(panelist=person)
    rounds.close_round(by=consultant, round=held)
    mail.outbox.clear()
    rounds.open_round(by=consultant, panel=panel, entries=panel.certifications.all()[:1])
    return panel


def test_round_2_is_rated_beside_round_1_without_javascript(round_2, page_without_javascript, page, check_page):
    person = round_2.panelists.order_by("pk").first()
    plain = page_without_javascript
    plain.goto(link_of(person))
    expect(plain.get_by_text("This is round 2.")).to_be_visible()
    plain.goto(plain.url + "ratings/")
    expect(plain.get_by_role("heading", name="Not rated in this round")).to_be_visible()
    follow(plain, "Welder Sense")
    expect(plain.get_by_text("Round 1: your answers and the panel's spread")).to_be_visible()
    expect(plain.get_by_label("What proportion would you estimate")).to_have_value("20")
    expect(plain.get_by_text("4 of 4 standards marked")).to_be_visible()
    for address in (plain.url.split("ratings/")[0], plain.url.split("ratings/")[0] + "ratings/", plain.url):
        page.goto(address)
        check_page(page)
    look(page, "link-round-2")
    plain.get_by_role("radiogroup").first.get_by_label("Full").check()
    plain.get_by_label("What proportion would you estimate").fill("7")
    plain.get_by_label("What proportion would you estimate").press("Enter")
    expect(plain.get_by_text("Saved your answers on Welder Sense.")).to_be_visible()
    press(plain, "Use the share from my marks")
    expect(plain.get_by_label("What proportion would you estimate")).to_have_value("63")
    press(plain, "Save and next")
    expect(plain.get_by_role("heading", name="Check your answers")).to_be_visible()
    press(plain, "Submit all")
    expect(plain.get_by_role("heading", name="Thank you")).to_be_visible()
    kept = Rating.objects.filter(panelist=person, panel_certification__certification__name="Welder Sense")
    assert list(kept.order_by("round__number").values_list("proportion", flat=True)) == [20, 63]


def test_drafts_wait_for_each_other_and_survive_leaving_the_page(round_2, page):
    person = round_2.panelists.order_by("pk").last()
    page.goto(link_of(person) + "ratings/")
    follow(page, "Welder Sense")
    why = page.get_by_label("Why this share?")

    # when the button is pressed while a draft is on its way: the server takes its time
    with transaction.atomic():
        Panelist.objects.select_for_update().get(pk=person.pk)
        with page.expect_request(lambda request: "x-autosave" in request.headers):
            why.fill("First")
        why.press_sequentially(" and more")
        page.get_by_role("button", name="Save draft", exact=True).click(no_wait_after=True)
        page.wait_for_timeout(300)
    # then the button's text is kept, and nobody is told of another window
    expect(page.get_by_text("Saved your answers on Welder Sense.")).to_be_visible()
    kept = Rating.objects.filter(panelist=person, round__number=2)
    assert kept.get().proportion_reason == "First and more"

    # and what was typed just before leaving is kept too
    why.fill("Typed and left at once")
    follow(page, "Back to your list")
    expect(page.get_by_role("heading", name="Certifications to rate")).to_be_visible()
    follow(page, "Welder Sense")
    expect(page.get_by_label("Why this share?")).to_have_value("Typed and left at once")

    # also what was typed while a draft was on its way
    with transaction.atomic():
        Panelist.objects.select_for_update().get(pk=person.pk)
        with page.expect_request(lambda request: "x-autosave" in request.headers):
            why.fill("On its way")
        why.press_sequentially(" and still more")
        follow(page, "Back to your list")
    wait_until(page, lambda: kept.get().proportion_reason == "On its way and still more")


def test_a_button_pressed_without_a_connection_keeps_what_was_typed(round_2, page):
    person = round_2.panelists.order_by("pk").last()
    page.goto(link_of(person) + "ratings/")
    follow(page, "Welder Sense")
    page.context.set_offline(True)
    page.get_by_label("Why this share?").fill("Typed in the elevator")
    page.get_by_role("button", name="Save draft", exact=True).click()
    expect(page.get_by_text("There is no connection, so nothing was sent.")).to_be_visible()
    expect(page.get_by_label("Why this share?")).to_have_value("Typed in the elevator")

    page.context.set_offline(False)
    page.get_by_role("button", name="Save draft", exact=True).click()
    expect(page.get_by_text("Saved your answers on Welder Sense.")).to_be_visible()
    assert Rating.objects.get(panelist=person, round__number=2).proportion_reason == "Typed in the elevator"
