"""A known fault of such tools: the browser's form restore changes an answer.

In each walk somebody types without saving, somebody saves other things meanwhile, and the first comes back: by
reloading,
by the Back button with and without the browser's memory of whole pages, and by a browser that was closed and restored.
What the page then shows is what is saved, or the person's own unsaved text that is refused when sent; never a mixture.
"""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from sme_review.enums import Suggestion
from sme_review.models import ListingDecision, Panel, Panelist, Rating
from sme_review.selectors.ratings import answers_of
from sme_review.services import ballots, live, panelists, panels, ratings, rounds
from sme_review.services.decisions import decide_listing
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.services.releases import release_decisions
from sme_review.validators import Answers
from tests.conftest import Role, make_member
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

GROUPS = ("secondary", "secondary", "postsecondary", "business", "business")
SAVED = Answers(70, "Saved meanwhile", 3, False, "", 2, False, "")
# What a form would send: the radio buttons and boxes that are ticked, every text, and what is hidden.
SHOWN = """() => Object.fromEntries(
    [...document.querySelectorAll("main form input, main form textarea, main form select")]
        .filter((e) => e.name && e.name !== "csrfmiddlewaretoken")
        .filter((e) => !["radio", "checkbox"].includes(e.type) || e.checked)
        .map((e) => [e.name, e.value])
)"""
WAYS = ("reload", "back", "back from memory", "restored")


class Browser:
    """One person's browser, which can be closed and opened again on the same folder."""

    def __init__(self, playwright: Playwright, given: dict, folder: Path, way: str) -> None:
        self.way, self._folder, self._playwright = way, folder, playwright
        self._args = {**given, "args": [*given["args"], "--restore-last-session", "--hide-crash-restore-bubble"]}
        # Playwright turns this memory off, and starts on an empty page where a restored browser has its own.
        self._left_out = ["about:blank", *(["--disable-back-forward-cache"] if way == "back from memory" else [])]
        self.context = self._open()
        self.page = self.context.new_page()

    def _open(self) -> BrowserContext:
        try:
            return self._launch()
        except Error:
            # On a busy machine Chromium now and then hangs while it starts.
            return self._launch()

    def _launch(self) -> BrowserContext:
        return self._playwright.chromium.launch_persistent_context(
            self._folder,
            ignore_default_args=self._left_out,
            timezone_id="America/Detroit",
            timeout=60_000,
            **self._args,
        )

    def come_back(self, elsewhere: str) -> Page:
        """Leave the page that is open and come back to it."""
        address = self.page.url
        if self.way == "reload":
            self.page.reload()
        elif self.way == "restored":
            time.sleep(3)  # Chromium writes down what is open every two and a half seconds
            self.context.close()
            self.context = self._open()
            self.page = _page_at(self.context, address)
        else:
            self.page.goto(elsewhere)
            # A page out of memory is not loaded, so there is no load to wait for.
            self.page.go_back(wait_until="commit")
        self.page.wait_for_url(address, wait_until="commit")
        # Asked from outside: the page's security policy forbids what waits inside of it.
        while self.page.evaluate("document.readyState") != "complete":
            self.page.wait_for_timeout(50)
        return self.page


def _page_at(context: BrowserContext, address: str) -> Page:
    for _ in range(100):
        for page in context.pages:
            if page.url == address:
                return page
        time.sleep(0.1)
    raise AssertionError(f"{address} was not restored: {[page.url for page in context.pages]}")


@pytest.fixture
def browser_of(playwright, browser_type_launch_args, tmp_path) -> Iterator[Callable[[str], Browser]]:
    opened = []

    def act(way: str) -> Browser:
        opened.append(Browser(playwright, browser_type_launch_args, tmp_path / "browser", way))
        return opened[-1]

    yield act
    for one in opened:
        one.context.close()


@pytest.fixture
def panel(transactional_db, consultant) -> Panel:
    """Two certifications and five people; round 1 is open."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    ProgramStandardFactory(program=program, version="2026", code="A.1", statement="Choose the lens shade.")
    panel = PanelFactory(program=program, created_by=consultant, standards_version="2026", worksheet="off")
    names = ("Welder Sense", "Welder Level 1")
    panels.add_certifications(
        by=consultant,
        panel=panel,
        certifications=[CertificationFactory(name=name, information_sheet="Shop work.") for name in names],
    )
    for number, group in enumerate(GROUPS):
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Rater {number}", email=f"rater{number}@example.org", group=group
        )
    rounds.open_round(by=consultant, panel=panel)
    return panel


def link_of(person: Panelist) -> str:
    return re.search(r"/link/panel/[^/]+/", panelists.new_link(person)).group(0)


def save_elsewhere(person: Panelist, entry, answers: Answers) -> Rating:
    """The same person saves in another browser, whatever is saved already."""
    held = person.ratings.filter(panel_certification=entry).first()
    version = held.version if held else 0
    return ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=version)


def as_form(rating: Rating) -> dict[str, str]:
    """How the rating page shows what is saved."""
    answers = answers_of(rating)
    values = {
        "version": rating.version,
        "proportion": answers.proportion,
        "proportion_reason": answers.proportion_reason,
        "employer_value": answers.employer_value,
        "postsecondary_value": answers.postsecondary_value,
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


TYPED = {"proportion": "41", "proportion_reason": "Typed, not saved", "employer_value": "5", "postsecondary_value": ""}


def type_a_rating(page: Page) -> None:
    """What `TYPED` says, without saving it."""
    page.get_by_label("What proportion would you estimate").fill(TYPED["proportion"])
    page.get_by_label("Why this share?").fill(TYPED["proportion_reason"])
    page.get_by_role("group", name="employers").get_by_label("5 - Required").check()


def shown_on(page: Page, names) -> dict[str, str]:
    shown = page.evaluate(SHOWN)
    return {name: shown.get(name, "") for name in names}


@pytest.mark.parametrize("way", WAYS)
def test_a_rating_page_shows_what_is_saved_or_what_was_typed(way, panel, browser_of, live_server):
    person, entry = panel.panelists.first(), panel.certifications.first()
    link = live_server.url + link_of(person)
    browser = browser_of(way)
    page = browser.page
    page.goto(f"{link}ratings/{entry.pk}/")
    before = shown_on(page, ["version", "material"])
    type_a_rating(page)
    panels.change_panel_certification(
        by=panel.created_by, panel_certification=entry, information_sheet="Another sheet.", position=1
    )
    saved = as_form(save_elsewhere(person, entry, SAVED)) | {"material": "2"}
    assert before == {"version": "0", "material": "1"}
    page = browser.come_back(f"{link}standards/")
    typed = {**before, **TYPED}
    shown = shown_on(page, saved)
    assert shown in (saved, typed)
    page.get_by_role("button", name="Save draft").click()
    if shown == saved:
        expect(page.get_by_text("Saved your answers on")).to_be_visible()
    else:
        expect(page.get_by_text("saved in another window after you opened this page").first).to_be_visible()
        assert shown_on(page, TYPED) == TYPED
    assert answers_of(Rating.objects.get()) == SAVED


@pytest.mark.parametrize("way", WAYS)
def test_a_slider_never_answers_for_somebody_who_left_it_alone(way, panel, browser_of, live_server):
    person, entry = panel.panelists.first(), panel.certifications.first()
    link = live_server.url + link_of(person)
    browser = browser_of(way)
    browser.page.goto(f"{link}ratings/{entry.pk}/")
    expect(browser.page.get_by_role("slider")).to_have_value("50")
    browser.page.get_by_role("slider").focus()
    browser.page.keyboard.press("Tab")
    page = browser.come_back(f"{link}standards/")
    expect(page.get_by_role("slider")).to_be_visible()
    assert shown_on(page, ["proportion"]) == {"proportion": ""}
    page.get_by_label("Why this share?").fill("Not sure yet")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Saved your answers on")).to_be_visible()
    assert Rating.objects.get().proportion is None
    assert shown_on(page, ["proportion"]) == {"proportion": ""}
    page.get_by_role("slider").press("ArrowRight")
    assert shown_on(page, ["proportion"]) == {"proportion": "55"}


@pytest.mark.parametrize("way", WAYS)
def test_a_live_rating_shows_what_is_saved_or_what_was_typed(way, panel, browser_of, live_server, consultant):
    """In a live session the page is brought anew in pieces; a round that was opened by mail gives way to it."""
    rounds.close_round(by=consultant, round=panel.rounds.get())
    live.start_session(by=consultant, panel=panel, mail_again=False)
    person, entry = panel.panelists.first(), panel.certifications.first()
    ballots.open_ballot(by=consultant, panel_certification=entry)
    link = live_server.url + link_of(person)
    browser = browser_of(way)
    page = browser.page
    page.goto(f"{link}live/")
    before = shown_on(page, ["version"])
    type_a_rating(page)
    saved = as_form(save_elsewhere(person, entry, SAVED))
    page = browser.come_back(f"{link}standards/")
    typed = {**before, **TYPED}
    assert shown_on(page, saved) in (saved, typed)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_load_state()
    assert answers_of(Rating.objects.get()) == SAVED


@pytest.mark.parametrize("way", WAYS)
def test_boxes_of_conflicts_show_what_is_saved_or_what_was_typed(way, panel, browser_of, live_server):
    person = panel.panelists.first()
    first, second = panel.certifications.all()
    link = live_server.url + link_of(person)
    browser = browser_of(way)
    page = browser.page
    page.goto(f"{link}conflicts/")
    page.get_by_label(f"I have a conflict of interest with {first}", exact=False).check()
    page.get_by_label(f"What the conflict is: {first}").fill("Typed, not saved")
    ratings.declare_conflicts(panelist=person, reasons={second.pk: "Saved meanwhile"})
    page = browser.come_back(f"{link}standards/")
    names = [f"{part}_{entry.pk}" for entry in (first, second) for part in ("conflict", "reason")]
    assert list(shown_on(page, names).values()) in (
        ["", "", "on", "Saved meanwhile"],
        ["on", "Typed, not saved", "", ""],
    )


def rate_and_close(panel: Panel, consultant) -> list:
    """Everybody has rated both certifications, and the round is closed."""
    entries = list(panel.certifications.all())
    for person in panel.panelists.all():
        for entry in entries:
            answers = Answers(60, "", 4, postsecondary_value=3)
            ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0)
        ratings.submit_ratings(panelist=person)
    rounds.close_round(by=consultant, round=panel.rounds.get())
    panel.refresh_from_db()
    return entries


@pytest.mark.parametrize("way", WAYS)
def test_a_recommendation_page_shows_what_is_saved_or_what_was_typed(
    way, panel, browser_of, live_server, sign_in, consultant
):
    entries = rate_and_close(panel, consultant)
    browser = browser_of(way)
    sign_in(browser.page, consultant)
    page = browser.page
    address = f"{live_server.url}/panels/{panel.pk}/"
    page.goto(f"{address}recommend/")
    names = ["text", "seen", *(f"certification-{entry.pk}-{part}" for entry in entries for part in ("choice", "note"))]
    typed = shown_on(page, names)
    page.get_by_label("The recommendation in a few sentences").fill("Typed, not saved")
    section = page.get_by_role("region", name=str(entries[0]), exact=True)
    section.get_by_label("Discuss", exact=True).check()
    section.get_by_label("Note").fill("Typed, too")
    typed |= {"text": "Typed, not saved"}
    typed |= {f"certification-{entries[0].pk}-choice": "discuss", f"certification-{entries[0].pk}-note": "Typed, too"}
    choices = [Choice(entry, Suggestion.RECOMMEND, "Saved", n) for n, entry in enumerate(entries, start=1)]
    other = make_member(Role.OCTE_CONSULTANT)
    save_recommendation(by=other, panel=panel, text="Saved meanwhile", choices=choices)
    page = browser.come_back(f"{address}results/")
    shown = shown_on(page, names)
    saved = {"text": "Saved meanwhile"}
    for entry in entries:
        saved |= {f"certification-{entry.pk}-choice": "recommend", f"certification-{entry.pk}-note": "Saved"}
    is_saved = {name: value for name, value in shown.items() if name != "seen"} == saved
    assert is_saved or shown == typed
    page.get_by_role("button", name="Save", exact=True).click()
    if is_saved:
        expect(page.get_by_text("Saved. Nobody is notified until you send it.")).to_be_visible()
    else:
        expect(page.get_by_text("Somebody saved this recommendation since you opened the page")).to_be_visible()
        assert shown_on(page, ["text"]) == {"text": "Typed, not saved"}
    panel.refresh_from_db()
    assert panel.recommendation_text == "Saved meanwhile"
    assert {(line.choice, line.note) for line in panel.recommendations.all()} == {("recommend", "Saved")}


@pytest.fixture
def lines(panel, consultant) -> list:
    """The recommendation is sent; its lines."""
    entries = rate_and_close(panel, consultant)
    choices = [Choice(entry, Suggestion.RECOMMEND, "Of one mind.", n) for n, entry in enumerate(entries, start=1)]
    held = save_recommendation(by=consultant, panel=panel, text="Both fit.", choices=choices)
    send_recommendation(by=consultant, panel=panel)
    return held


@pytest.mark.parametrize("way", WAYS)
def test_a_decision_page_shows_what_waits_or_what_was_typed(
    way, panel, lines, browser_of, live_server, sign_in, approver
):
    first, second = lines
    browser = browser_of(way)
    sign_in(browser.page, approver)
    page = browser.page
    address = f"{live_server.url}/panels/{panel.pk}/"
    page.goto(f"{address}decide/")
    for line in lines:
        section = page.get_by_role("region", name=str(line), exact=True)
        section.get_by_label("Decline", exact=True).check()
        section.get_by_label("Reason").fill(f"Typed about {line}")
    other = make_member(Role.OCTE_APPROVER, name="Olive Second")
    decide_listing(by=other, recommendation=first, outcome="approved", reason="Strong.", first_school_year=2027)
    page = browser.come_back(f"{address}packet/1/")
    shown = page.evaluate(SHOWN)
    texts = {name: value for name, value in shown.items() if name.endswith(("outcome", "reason"))}
    fresh = {f"recommendation-{second.pk}-outcome": "", f"recommendation-{second.pk}-reason": ""}
    typed = {f"recommendation-{line.pk}-outcome": "declined" for line in lines}
    typed |= {f"recommendation-{line.pk}-reason": f"Typed about {line}" for line in lines}
    assert texts in (fresh, typed)
    page.get_by_role("button", name="Save these decisions").click()
    if texts == fresh:
        expect(page.get_by_text("Choose a decision for at least one certification.")).to_be_visible()
    else:
        expect(page.get_by_text("Olive Second has already decided this certification").first).to_be_visible()
        assert shown_on(page, [f"recommendation-{first.pk}-reason"]) == {
            f"recommendation-{first.pk}-reason": f"Typed about {first}"
        }
    kept = {item.recommendation_id: item.outcome for item in ListingDecision.objects.all()}
    assert kept == {first.pk: "approved"} | ({} if texts == fresh else {second.pk: "declined"})


@pytest.mark.parametrize("way", WAYS)
def test_boxes_for_several_decisions_stay_with_their_certifications(
    way, panel, lines, browser_of, live_server, sign_in, approver
):
    first, second = lines
    browser = browser_of(way)
    sign_in(browser.page, approver)
    page = browser.page
    address = f"{live_server.url}/panels/{panel.pk}/"
    page.goto(f"{address}decide/several/")
    page.get_by_label(str(first), exact=False).check()
    page.get_by_label("Defer", exact=True).check()
    page.get_by_label("Reason").fill("Typed for the first")
    decide_listing(by=make_member(Role.OCTE_APPROVER), recommendation=first, outcome="declined", reason="Too narrow.")
    page = browser.come_back(f"{address}packet/1/")
    shown = shown_on(page, ["ticked", "outcome", "reason"])
    typed = {"ticked": str(first.pk), "outcome": "deferred", "reason": "Typed for the first"}
    assert shown in ({"ticked": "", "outcome": "", "reason": ""}, typed)
    page.get_by_role("button", name="Apply to ticked").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert {item.recommendation_id: item.outcome for item in ListingDecision.objects.all()} == {first.pk: "declined"}
    assert not page.get_by_label(str(second), exact=False).is_checked()


def test_pages_that_refuse_an_old_page_show_what_was_typed(
    page, panel, lines, live_server, sign_in, consultant, approver, check_page
):
    """Two old pages: of an approver, on a panel that is released meanwhile, and of a consultant, on what is settled."""
    first, second = lines
    address = f"{live_server.url}/panels/{panel.pk}/"
    sign_in(page, approver)
    page.goto(f"{address}decide/")
    section = page.get_by_role("region", name=str(first), exact=True)
    section.get_by_label("Decline", exact=True).check()
    section.get_by_label("Reason").fill("Typed with care.")
    decide_listing(by=approver, recommendation=first, outcome="approved", reason="Strong.", first_school_year=2027)
    decide_listing(by=approver, recommendation=second, outcome="sent_back", reason="Say more.")
    release_decisions(by=approver, panel=panel)
    page.get_by_role("button", name="Save these decisions").click()
    expect(page.get_by_role("heading", name="Nothing was saved")).to_be_visible()
    expect(page.get_by_text("Decline: Typed with care.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Go to the panel").click()
    expect(page.get_by_role("heading", name=panel.title)).to_be_visible()

    # The consultant opens the page while the first is not settled: as it was before the release.
    ListingDecision.objects.filter(recommendation=first).update(outcome="deferred", listing=None)
    sign_in(page, consultant)
    page.goto(f"{address}recommend/")
    page.get_by_role("region", name=str(first), exact=True).get_by_label("Note").fill("Written for an hour.")
    ListingDecision.objects.filter(recommendation=first).update(outcome="declined")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("no longer on this page")).to_be_visible()
    expect(page.get_by_text("Written for an hour.")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Nobody is notified until you send it.")).to_be_visible()


def test_of_two_who_write_an_information_sheet_the_second_reads_both(
    page, panel, live_server, sign_in, consultant, check_page
):
    entry = panel.certifications.first()
    sign_in(page, consultant)
    page.goto(f"{live_server.url}/panels/{panel.pk}/certifications/{entry.pk}/")
    page.get_by_label("information sheet", exact=False).fill("Mine.")
    panels.change_panel_certification(
        by=make_member(Role.OCTE_CONSULTANT), panel_certification=entry, information_sheet="Theirs.", position=1
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").get_by_text("Somebody changed this after you opened the page")).to_be_visible()
    expect(page.get_by_text("Theirs.")).to_be_visible()
    expect(page.get_by_label("information sheet", exact=False)).to_have_value("Mine.")
    check_page(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Saved what panelists read about {entry}")).to_be_visible()
