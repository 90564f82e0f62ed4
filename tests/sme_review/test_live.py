"""The live session: its steps, what each page shows and keeps back, and what happens to those who are late."""

import re

import pytest
from django.core import mail
from django.test import TestCase
from django.urls import reverse

from core.problems import MoveNotAllowedError, StaleVersionError
from sme_review.enums import PanelistView
from sme_review.models import Ballot, ConflictDeclaration, Discussion, Panel, Rating, Round
from sme_review.selectors.discussions import notes_on
from sme_review.selectors.live import Scene, Standing, session_of, stage_of
from sme_review.services import ballots, live, ratings, rounds
from sme_review.services.discussions import save_notes
from sme_review.validators import Answers
from tests.factories.sme_review import (
    ListingDecisionFactory,
    MaterialFactory,
    PanelCertificationFactory,
    RecommendationFactory,
)
from tests.sme_review.conftest import COMPLETE, draft, refresh
from tests.stages import staged

# Text that no page may show before the spread is revealed.
TELLING = Answers(
    proportion=83, proportion_reason="Zirconium", employer_value=5, employer_reason="Vanadium", postsecondary_value=2
)


@pytest.fixture
def session(request, db, consultant):
    """A live session in which nothing is open yet."""
    if "opened" in request.fixturenames:
        return request.getfixturevalue("opened")
    return staged(start_live_session, consultant)


def start_live_session(consultant):
    drafted = draft(consultant)
    with TestCase.captureOnCommitCallbacks(execute=True):
        drafted.round = live.start_session(by=consultant, panel=drafted.panel, mail_again=True)
    refresh(drafted)
    for panelist in drafted.panelists:
        sent = next(message for message in mail.outbox if message.to == [panelist.email])
        drafted.secrets[panelist.pk] = re.search(r"/link/panel/([^/\s]+)/", sent.body).group(1)
    return drafted


@pytest.fixture
def opened(db, consultant):
    """The first certification is open, round 1."""
    return staged(open_first_ballot, consultant)


def open_first_ballot(consultant):
    session = start_live_session(consultant)
    ballots.open_ballot(by=consultant, panel_certification=session.entries[0])
    refresh(session)
    return session


def rate(panelist, entry, answers=COMPLETE, version=0):
    ratings.save_rating(panelist=panelist, panel_certification=entry, answers=answers, version=version)
    ratings.submit_ratings(panelist=panelist, panel_certification=entry)


def address(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def open_now():
    return Ballot.objects.get(closed_at=None)


# The steps


def test_a_session_mails_links_and_starting_it_twice_changes_nothing(session, consultant):
    assert len(mail.outbox) == 5
    assert live.start_session(by=consultant, panel=session.panel, mail_again=True) == session.round
    assert Round.objects.count() == 1


def test_a_second_session_mails_only_new_panelists_when_asked(session, consultant, django_capture_on_commit_callbacks):
    live.end_session(by=consultant, panel=session.panel)
    session.panelists[0].invited_at = None
    session.panelists[0].save()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        live.start_session(by=consultant, panel=session.panel, mail_again=False)
    assert [message.to for message in mail.outbox] == [[session.panelists[0].email]]


def test_a_session_does_not_start_while_people_rate_in_their_own_time(running, consultant):
    with pytest.raises(MoveNotAllowedError, match="in their own time"):
        live.start_session(by=consultant, panel=running.panel, mail_again=True)


def test_a_certification_goes_through_two_rounds(opened, consultant):
    entry = opened.entries[0]
    first = open_now()
    rate(opened.panelists[0], entry)
    ballots.close_ballot(by=consultant, ballot=first)
    ballots.reveal_ballot(by=consultant, ballot=first)
    second = ballots.open_ballot(by=consultant, panel_certification=entry, seen=1)
    assert (first.round.number, second.round.number) == (1, 2)
    rate(opened.panelists[0], entry, Answers(proportion=80, employer_value=4, postsecondary_value=3))
    assert live.end_session(by=consultant, panel=opened.panel) is True
    assert live.end_session(by=consultant, panel=opened.panel) is False
    opened.panel.refresh_from_db()
    assert (opened.panel.state, opened.panel.on_screen) == (Panel.State.CLOSED, None)
    assert set(Round.objects.values_list("state", flat=True)) == {Round.State.CLOSED}
    assert set(Rating.objects.values_list("state", flat=True)) == {Rating.State.LOCKED}
    assert session_of(opened.panel).unrated == [opened.entries[1]]


def test_an_opening_by_mistake_is_taken_back(session, consultant):
    entry = session.entries[0]
    closed = ballots.close_ballot(by=consultant, ballot=ballots.open_ballot(by=consultant, panel_certification=entry))
    assert closed.pk is None
    assert Ballot.objects.count() == 0
    session.panel.refresh_from_db()
    assert session.panel.on_screen is None
    assert ballots.open_ballot(by=consultant, panel_certification=entry, seen=0).round.number == 1


def test_round_2_opened_by_mistake_leaves_round_1_as_it_was(opened, consultant):
    entry = opened.entries[0]
    first = open_now()
    rate(opened.panelists[0], entry)
    ballots.close_ballot(by=consultant, ballot=first)
    second = ballots.open_ballot(by=consultant, panel_certification=entry)
    first.refresh_from_db()
    assert first.revealed_at == second.opened_at
    ballots.close_ballot(by=consultant, ballot=second)
    first.refresh_from_db()
    assert first.revealed_at is None
    assert list(Round.objects.values_list("number", flat=True)) == [1]
    opened.panel.refresh_from_db()
    assert opened.panel.on_screen == entry


def test_what_nobody_submitted_is_opened_again_in_the_same_round(opened, consultant):
    entry = opened.entries[0]
    draft = Answers(proportion=5)
    ratings.save_rating(panelist=opened.panelists[0], panel_certification=entry, answers=draft, version=0)
    ballots.close_ballot(by=consultant, ballot=open_now())
    assert session_of(opened.panel).entries[0].standing is Standing.UNRATED
    assert ballots.open_ballot(by=consultant, panel_certification=entry).round.number == 1


def test_what_was_closed_too_early_goes_on_in_the_same_round(opened, consultant):
    entry = opened.entries[0]
    rate(opened.panelists[0], entry)
    first = ballots.close_ballot(by=consultant, ballot=open_now())
    assert session_of(opened.panel).entries[0].can_go_on is True
    again = ballots.open_ballot(by=consultant, panel_certification=entry, seen=1, same_round=True)
    assert (again.round, again.number) == (first.round, 2)
    first.refresh_from_db()
    assert (first.revealed_at, Rating.objects.get().state) == (None, Rating.State.SUBMITTED)
    rate(opened.panelists[1], entry)
    ballots.close_ballot(by=consultant, ballot=again)
    assert list(Rating.objects.values_list("round__number", "state")) == [(1, Rating.State.LOCKED)] * 2


@pytest.mark.parametrize(("raters", "may"), [(2, True), (3, False)])
def test_what_panelists_have_seen_does_not_go_on_in_the_same_round(raters, may, opened, consultant):
    entry = opened.entries[0]
    for panelist in opened.panelists[:raters]:
        rate(panelist, entry)
    ballots.reveal_ballot(by=consultant, ballot=ballots.close_ballot(by=consultant, ballot=open_now()))
    assert session_of(opened.panel).entries[0].can_go_on is may
    if may:
        assert ballots.open_ballot(by=consultant, panel_certification=entry, same_round=True).round.number == 1
        return
    with pytest.raises(MoveNotAllowedError, match="have seen the spread"):
        ballots.open_ballot(by=consultant, panel_certification=entry, same_round=True)


def test_where_everybody_sees_only_their_own_answers_the_same_round_always_goes_on(session, consultant):
    session.round.panelists_see = PanelistView.OWN
    session.round.save()
    entry = session.entries[0]
    ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
    for panelist in session.panelists[:3]:
        rate(panelist, entry)
    ballots.reveal_ballot(by=consultant, ballot=ballots.close_ballot(by=consultant, ballot=ballot))
    assert ballots.open_ballot(by=consultant, panel_certification=entry, same_round=True).round.number == 1


def test_a_new_session_shows_nothing_before_its_certification_is_opened(opened, consultant):
    entry = opened.entries[0]
    rate(opened.panelists[0], entry)
    first = ballots.close_ballot(by=consultant, ballot=open_now())
    live.end_session(by=consultant, panel=opened.panel)
    live.start_session(by=consultant, panel=opened.panel, mail_again=False)
    first.refresh_from_db()
    assert first.revealed_at is None
    second = ballots.open_ballot(by=consultant, panel_certification=entry)
    first.refresh_from_db()
    assert (second.round.number, first.revealed_at) == (2, second.opened_at)


def test_a_page_of_an_earlier_opening_of_the_same_round_is_saved(opened, consultant):
    entry, panelist = opened.entries[0], opened.panelists[1]
    rate(opened.panelists[0], entry)
    first = ballots.close_ballot(by=consultant, ballot=open_now())
    again = ballots.open_ballot(by=consultant, panel_certification=entry, same_round=True)
    typed = {"panelist": panelist, "panel_certification": entry, "answers": COMPLETE, "version": 0}
    assert ratings.save_rating(**typed, ballot=first.pk).ballot == again
    ballots.close_ballot(by=consultant, ballot=again)
    ballots.open_ballot(by=consultant, panel_certification=entry)
    with pytest.raises(ratings.OtherOpeningError):
        ratings.save_rating(**typed, ballot=again.pk)


def test_a_spread_of_two_is_told_as_what_it_is(opened, consultant, client):
    client.force_login(consultant)
    entry = opened.entries[0]
    for panelist in opened.panelists[:2]:
        rate(panelist, entry)
    ballot = ballots.close_ballot(by=consultant, ballot=open_now())
    shown = client.post(address("live_reveal", opened.panel.pk, entry.pk), {"ballot": ballot.pk}, follow=True)
    assert "A question that fewer than three rated shows no ratings." in shown.content.decode()


def test_notes_are_read_and_changed_after_the_session(opened, consultant, approver, client):
    client.force_login(consultant)
    entry = opened.entries[0]
    rate(opened.panelists[0], entry)
    save_notes(by=consultant, panel_certification=entry, notes="Said in the room.", version=0)
    live.end_session(by=consultant, panel=opened.panel)
    page = client.get(address("recommend", opened.panel.pk)).content.decode()
    notes = address("live_notes", opened.panel.pk, entry.pk)
    assert [words in page for words in ("Said in the room.", notes)] == [True, True]
    typed = {"notes": "Said in the room, mended.", "version": "1", "alone": "1"}
    assert "Said in the room." in client.get(notes).content.decode()
    assert client.post(notes, typed)["Location"] == address("recommend", opened.panel.pk)
    assert Discussion.objects.get().notes == "Said in the room, mended."
    save_notes(by=approver, panel_certification=entry, notes="Another hand.", version=2)
    refused = client.post(notes, {**typed, "notes": "Typed with care", "version": "2"})
    assert refused.status_code == 409
    for words in ("Typed with care", "Another hand.", 'name="alone"'):
        assert words in refused.content.decode()


def test_the_end_names_what_was_closed_with_too_few_in_place_of_round_1(opened, consultant, client):
    client.force_login(consultant)
    entry = opened.entries[0]
    for panelist in opened.panelists:
        rate(panelist, entry)
    ballots.close_ballot(by=consultant, ballot=open_now())
    second = ballots.open_ballot(by=consultant, panel_certification=entry)
    rate(opened.panelists[0], entry)
    ballots.close_ballot(by=consultant, ballot=second)
    page = " ".join(client.get(address("live", opened.panel.pk)).content.decode().split())
    assert f"no reading will be suggested for: {entry} (1 in round 2, in place of round 1)." in page


def test_what_was_not_opened_in_the_session_cannot_go_on(closed, consultant):
    live.start_session(by=consultant, panel=closed.panel, mail_again=False)
    assert session_of(closed.panel).entries[0].can_go_on is False
    for entry in (closed.entries[0], PanelCertificationFactory(panel=closed.panel)):
        with pytest.raises(MoveNotAllowedError, match="was not opened in this session"):
            ballots.open_ballot(by=consultant, panel_certification=entry, same_round=True)


def test_what_was_never_opened_is_named_in_the_results(opened, consultant, client):
    client.force_login(consultant)
    rate(opened.panelists[0], opened.entries[0])
    live.end_session(by=consultant, panel=opened.panel)
    page = client.get(address("results", opened.panel.pk))
    assert page.context["never_opened"] == [opened.entries[1]]
    assert f"{opened.entries[1]}. Nothing is known about it from this panel." in page.content.decode()


def test_the_welcome_says_what_happens_in_a_session(opened, client):
    page = client.get(address("link_welcome", opened.secrets[opened.panelists[0].pk])).content.decode()
    told = ("when the facilitator opens it", "How long", "Answers are", "asks what you think of certifications for")
    assert [words in page for words in told] == [True, False, False, True]


def test_the_page_offers_to_go_on_with_what_was_closed_too_early(opened, consultant, client):
    client.force_login(consultant)
    pk, entry = opened.panel.pk, opened.entries[0]
    rate(opened.panelists[0], entry)
    shown = client.post(address("live_close", pk, entry.pk), {"ballot": open_now().pk}, follow=True).content.decode()
    assert [line in shown for line in ("go on with round 1", "Round 2 is the last round")] == [True, True]
    told = client.post(address("live_go_on", pk, entry.pk), {"seen": "1"}, follow=True).content.decode()
    assert "is open for rating, round 1." in told
    assert "go on with round 1" not in told


def test_a_stale_page_opens_nothing(opened, consultant, approver):
    entry = opened.entries[0]
    rate(opened.panelists[0], entry)
    ballots.close_ballot(by=approver, ballot=open_now())
    with pytest.raises(StaleVersionError, match="opened and closed"):
        ballots.open_ballot(by=consultant, panel_certification=entry, seen=0)
    assert Ballot.objects.filter(closed_at=None).count() == 0


def test_nothing_goes_on_the_screen_without_a_session_or_beside_what_is_open(opened, consultant):
    with pytest.raises(MoveNotAllowedError, match="is open"):
        ballots.put_on_screen(by=consultant, panel_certification=opened.entries[1])
    ballots.put_on_screen(by=consultant, panel_certification=opened.entries[0])
    live.end_session(by=consultant, panel=opened.panel)
    with pytest.raises(MoveNotAllowedError, match="No live session"):
        ballots.put_on_screen(by=consultant, panel_certification=opened.entries[1])


def test_a_certification_is_put_on_the_screen_before_it_opens(session, consultant):
    ballots.put_on_screen(by=consultant, panel_certification=session.entries[1])
    session.panel.refresh_from_db()
    assert session.panel.on_screen == session.entries[1]
    panelist = stage_of(session.panel.panelists.first())
    assert (panelist.scene, panelist.entry) == (Scene.PREVIEW, session.entries[1])


# Discussion notes


def test_of_two_facilitators_the_second_is_told(session, consultant, approver):
    entry = session.entries[0]
    first = save_notes(by=consultant, panel_certification=entry, notes="Two employers ask for it.\r\n", version=0)
    assert (first.notes, first.version) == ("Two employers ask for it.", 1)
    with pytest.raises(StaleVersionError, match=consultant.name):
        save_notes(by=approver, panel_certification=entry, notes="Something else", version=0)
    assert save_notes(by=approver, panel_certification=entry, notes="Two employers ask for it.", version=0) == first
    assert save_notes(by=approver, panel_certification=entry, notes="Both.", version=1).version == 2


def test_empty_notes_make_no_row(session, consultant):
    assert save_notes(by=consultant, panel_certification=session.entries[0], notes=" ", version=0).version == 0
    assert Discussion.objects.count() == 0


def test_notes_stand_still_once_the_recommendation_is_sent(session, consultant):
    Panel.objects.update(state=Panel.State.RECOMMENDED, sent_at="2026-11-24T12:00Z", sent_by=consultant)
    with pytest.raises(MoveNotAllowedError, match="sent"):
        save_notes(by=consultant, panel_certification=session.entries[0], notes="Late", version=0)


# The facilitators' page


def test_the_page_leads_through_a_certification(session, consultant, client):
    client.force_login(consultant)
    pk, entry = session.panel.pk, session.entries[0]
    page = address("live", pk)
    assert "Nothing is on the screen" in client.get(page).content.decode()
    response = client.post(address("live_open", pk, entry.pk), {"seen": "0"}, follow=True)
    assert response.redirect_chain == [(page, 302)]
    assert "0 of 5 have answered" in response.content.decode()
    for panelist in session.panelists[:3]:
        rate(panelist, entry)
    ConflictDeclaration.objects.create(panelist=session.panelists[3], panel_certification=entry, reason="Sells it")
    assert "3 of 4 have answered" in client.get(page).content.decode()
    ballot = open_now()
    shown = client.post(address("live_close", pk, entry.pk), {"ballot": ballot.pk}, follow=True).content.decode()
    assert "Show the spread" in shown
    again = client.post(address("live_close", pk, entry.pk), {"ballot": ballot.pk}, follow=True).content.decode()
    assert f"{consultant} closed it" in again
    shown = client.post(address("live_reveal", pk, entry.pk), {"ballot": ballot.pk}, follow=True).content.decode()
    assert "Open again for round 2" in shown
    assert "Middle 60" in shown
    client.post(address("live_open", pk, entry.pk), {"seen": "1"})
    assert open_now().round.number == 2
    ended = client.post(address("live_end", pk), follow=True).content.decode()
    assert f"Never rated: {session.entries[1]}" in ended
    assert "No live session is running" in ended


def test_the_mail_of_a_session_says_what_happens_in_it(session):
    message = next(message for message in mail.outbox if message.to == [session.panelists[0].email])
    program = session.panel.program.title
    assert message.subject == f"The session is open: please join to rate certifications for {program}"
    assert "2 certifications, one after the other" in message.body
    assert "It follows the session by itself." in message.body
    assert "takes the place of" not in message.body
    assert "2026" not in message.body.replace(session.panel.title, "")


def test_the_end_says_what_can_then_no_longer_be_rated(session, consultant, client):
    client.force_login(consultant)
    page = address("live", session.panel.pk)
    words = "after that they can no longer be rated"
    assert words not in client.get(page).content.decode()
    Panel.objects.update(rounds_planned=1)
    told = client.get(page).content.decode()
    assert f"Not rated yet: {session.entries[0]}, {session.entries[1]}. No round is left after this one" in told


def test_what_octe_has_decided_is_not_opened_again(session, consultant, approver, client):
    """It stays in the list, without a button that opens it."""
    decided, other = session.entries
    recommendation = RecommendationFactory(panel_certification=decided)
    ListingDecisionFactory(
        recommendation=recommendation, outcome="declined", first_school_year=None, listing=None, decided_by=approver
    )
    with pytest.raises(MoveNotAllowedError, match="OCTE has decided"):
        ballots.open_ballot(by=consultant, panel_certification=decided)
    client.force_login(consultant)
    page = client.get(address("live", session.panel.pk)).content.decode()
    assert "OCTE has decided" in page
    assert [f"live/{entry.pk}/open/" in page for entry in (decided, other)] == [False, True]
    assert session_of(session.panel).unrated == [other]


def test_a_button_on_a_stale_page_tells_what_happened(opened, consultant, client):
    client.force_login(consultant)
    pk, entry = opened.panel.pk, opened.entries[0]
    ballot = open_now()
    taken_back = client.post(address("live_close", pk, entry.pk), {"ballot": ballot.pk}, follow=True).content.decode()
    assert "Nobody had begun to rate it" in taken_back
    told = client.post(address("live_close", pk, entry.pk), {"ballot": ballot.pk}, follow=True).content.decode()
    assert "The opening was taken back before you pressed the button" in told
    told = client.post(address("live_reveal", pk, entry.pk), {"ballot": "no number"}, follow=True).content.decode()
    assert "has changed since" in told
    ballots.open_ballot(by=consultant, panel_certification=opened.entries[1])
    told = client.post(address("live_open", pk, entry.pk), {"seen": "0"}, follow=True).content.decode()
    assert "is still open. Close it first." in told
    told = client.post(address("live_show", pk, entry.pk), follow=True).content.decode()
    assert "is open. Close it first." in told


def test_the_session_is_started_from_its_page(drafted, consultant, client):
    client.force_login(consultant)
    page = address("live", drafted.panel.pk)
    assert "Every panelist" in client.get(page).content.decode()
    assert "is running" in client.post(address("live_start", drafted.panel.pk), follow=True).content.decode()
    client.post(address("live_end", drafted.panel.pk))
    assert "was ended already" in client.post(address("live_end", drafted.panel.pk), follow=True).content.decode()


def test_a_panel_without_panelists_cannot_start(drafted, consultant, client):
    drafted.panel.panelists.all().delete()
    client.force_login(consultant)
    assert "Add at least one panelist." in client.get(address("live", drafted.panel.pk)).content.decode()
    told = client.post(address("live_start", drafted.panel.pk), follow=True).content.decode()
    assert "Add at least one panelist." in told
    assert Round.objects.count() == 0


def test_notes_are_kept_by_the_button_and_while_typing(opened, consultant, approver, client):
    client.force_login(consultant)
    notes = address("live_notes", opened.panel.pk, opened.entries[0].pk)
    quietly = client.post(notes, {"notes": "One", "version": "0"}, headers={"X-Autosave": "1"})
    mark = f"{opened.entries[0].pk}-1"
    assert quietly.json() == {"message": "Notes saved.", "version": 1, "mark": mark}
    assert f'data-mark="{mark}"' in client.get(address("live", opened.panel.pk)).content.decode()
    assert client.post(notes, {"notes": "One, two", "version": "1"}).status_code == 302
    client.force_login(approver)
    refused = client.post(notes, {"notes": "Mine", "version": "1"}, headers={"X-Autosave": "1"})
    assert refused.status_code == 409
    assert "has saved other notes" in refused.json()["message"]
    page = client.post(notes, {"notes": "Mine", "version": "1"})
    assert page.status_code == 409
    assert re.search(r"<textarea[^>]*>\s*Mine</textarea>", page.content.decode())
    assert "One, two" in page.content.decode()
    assert client.post(notes, {"notes": "One, two, mine", "version": "2"}).status_code == 302
    assert Discussion.objects.get().notes == "One, two, mine"


def test_an_auditor_follows_and_changes_nothing(opened, state_auditor, client):
    client.force_login(state_auditor)
    page = client.get(address("live", opened.panel.pk)).content.decode()
    assert "0 of 5 have answered" in page
    assert "Close the rating" not in page
    entry = opened.entries[0].pk
    assert client.post(address("live_close", opened.panel.pk, entry)).status_code == 403


def test_the_page_takes_as_many_queries_for_many_certifications(opened, consultant, client, django_assert_num_queries):
    client.force_login(consultant)
    page = address("live", opened.panel.pk)
    with django_assert_num_queries(11):
        client.get(page)
    for _ in range(20):
        MaterialFactory(panel_certification=PanelCertificationFactory(panel=opened.panel))
    with django_assert_num_queries(11):
        client.get(page)


# The projector


def test_the_projector_shows_no_name_and_nothing_before_the_reveal(opened, consultant, client):
    client.force_login(consultant)
    screen, entry = address("live_screen", opened.panel.pk), opened.entries[0]
    first = open_now()
    for panelist in opened.panelists[:3]:
        rate(panelist, entry, TELLING)
    seen = [client.get(screen).content.decode()]
    ballots.close_ballot(by=consultant, ballot=first)
    seen.append(client.get(screen).content.decode())
    ballots.reveal_ballot(by=consultant, ballot=first)
    revealed = client.get(screen).content.decode()
    assert "Middle 83" in revealed
    second = ballots.open_ballot(by=consultant, panel_certification=entry)
    for panelist in opened.panelists[:3]:
        rate(panelist, entry, Answers(proportion=97, employer_value=4, postsecondary_value=3))
    seen.append(client.get(screen).content.decode())
    # Numbers that are no answers: of rows, and in names that the factories count up.
    things = [
        opened.panel,
        opened.panel.program,
        *opened.entries,
        *(each.certification.entity for each in opened.entries),
        f"/panels/{opened.panel.pk}/",
    ]
    beside = "|".join(re.escape(str(thing)) for thing in things)
    for page in seen:
        words = re.sub(rf'data-mark="[^"]*"|value="[^"]*"|{beside}', "", page)
        assert [number for number in ("83", "97") if number in words] == []
    ballots.close_ballot(by=consultant, ballot=second)
    ballots.reveal_ballot(by=consultant, ballot=second)
    last = client.get(screen).content.decode()
    assert "the middle was 83 and is 97" in last
    for page in [*seen, revealed, last]:
        names = [panelist.name for panelist in opened.panelists] + [consultant.name, "Zirconium", "Vanadium"]
        assert [name for name in names if name in page] == []


def test_the_projector_shows_no_spread_where_panelists_see_only_their_own(session, consultant, client):
    Round.objects.update(panelists_see="own")
    ballot = ballots.open_ballot(by=consultant, panel_certification=session.entries[0])
    rate(session.panelists[0], session.entries[0], TELLING)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.reveal_ballot(by=consultant, ballot=ballot)
    client.force_login(consultant)
    page = client.get(address("live_screen", session.panel.pk)).content.decode()
    assert "everybody sees only their own answers" in page
    assert "Middle" not in page


# The pulse


def test_the_facilitators_pulse_changes_with_everything_they_follow(opened, consultant, client):
    client.force_login(consultant)
    where = address("live_pulse", opened.panel.pk)
    marks = [client.get(where).content]
    entry, panelist = opened.entries[0], opened.panelists[0]
    ratings.save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0)
    marks.append(client.get(where).content)
    ratings.submit_ratings(panelist=panelist, panel_certification=entry)
    marks.append(client.get(where).content)
    ratings.declare_conflicts(panelist=opened.panelists[1], reasons={entry.pk: "Sells it"})
    marks.append(client.get(where).content)
    save_notes(by=consultant, panel_certification=entry, notes="Said", version=0)
    marks.append(client.get(where).content)
    ballots.close_ballot(by=consultant, ballot=open_now())
    marks.append(client.get(where).content)
    assert len(set(marks)) == len(marks)
    assert client.get(where).content == marks[-1]


def test_the_pulse_of_no_panel_is_not_there(consultant, client, home_district):
    client.force_login(consultant)
    assert client.get(address("live_pulse", 1)).status_code == 404
    client.force_login(home_district.coordinator)
    assert client.get(address("live_pulse", 1)).status_code == 403


def test_a_panelists_pulse_is_one_query(opened, client, django_assert_num_queries):
    secret = opened.secrets[opened.panelists[0].pk]
    with django_assert_num_queries(1):
        response = client.get(address("link_pulse", secret))
    assert response.content == str(opened.panel.pulse).encode()
    assert response["Cache-Control"] == "no-store"
    assert client.post(address("link_pulse", secret)).status_code == 405


def test_a_dead_link_has_no_pulse(opened, client, consultant):
    secret = opened.secrets[opened.panelists[0].pk]
    Panel.objects.update(put_away_at="2026-11-24T12:00Z", put_away_by=consultant)
    assert client.get(address("link_pulse", secret)).status_code == 404
    assert client.get(address("link_pulse", "nobody")).status_code == 404


# What panelists see


def scene(client, cast, number=0):
    page = client.get(address("link_live", cast.secrets[cast.panelists[number].pk]))
    return page.status_code, page.content.decode()


def test_a_panelists_page_follows_each_step(session, consultant, client):
    entry = session.entries[0]
    assert "We will begin in a moment" in scene(client, session)[1]
    ballots.put_on_screen(by=consultant, panel_certification=entry)
    assert "Not open yet. You can read about it now." in scene(client, session)[1]
    first = ballots.open_ballot(by=consultant, panel_certification=entry)
    assert "Please rate it now" in scene(client, session)[1]
    for panelist in session.panelists[:3]:
        rate(panelist, entry, TELLING)
    assert "Your rating is in" in scene(client, session)[1]
    ballots.close_ballot(by=consultant, ballot=first)
    assert "The facilitator will show" in scene(client, session)[1]
    assert "Middle 83" not in scene(client, session, 3)[1]
    ballots.reveal_ballot(by=consultant, ballot=first)
    assert "Middle 83" in scene(client, session, 3)[1]
    assert "Zirconium" not in scene(client, session, 3)[1]
    ballots.open_ballot(by=consultant, panel_certification=entry)
    second = scene(client, session)[1]
    assert "Round 1: your answers and the panel" in second
    assert "Zirconium" in second
    live.end_session(by=consultant, panel=session.panel)
    assert "No live session is running" in scene(client, session)[1]


def test_ending_says_what_becomes_of_what_is_open_and_who_is_few(session, consultant, client):
    """In round 2 one rating would otherwise silently take the place of a whole round 1."""
    entry = session.entries[0]
    first = ballots.open_ballot(by=consultant, panel_certification=entry)
    for panelist in session.panelists:
        rate(panelist, entry)
    ballots.close_ballot(by=consultant, ballot=first)
    ballots.open_ballot(by=consultant, panel_certification=entry)
    rate(session.panelists[0], entry)
    client.force_login(consultant)
    page = client.get(address("live", session.panel.pk)).content.decode()
    assert (
        "1 of 5 have answered. If you end the session now, it is closed with these ratings, and they replace those of round 1."
        in page
    )
    told = client.post(address("live_end", session.panel.pk), follow=True).content.decode()
    assert f"Rated by fewer than the quorum of 5: {entry} (1)." in told


def test_reasons_are_shown_where_the_round_says_so(session, consultant, client):
    Round.objects.update(panelists_see="reasons")
    ballot = ballots.open_ballot(by=consultant, panel_certification=session.entries[0])
    for panelist in session.panelists[:3]:
        rate(panelist, session.entries[0], TELLING)
    ballots.close_ballot(by=consultant, ballot=ballot)
    assert "Vanadium" not in scene(client, session, 4)[1]
    ballots.reveal_ballot(by=consultant, ballot=ballot)
    page = scene(client, session, 4)[1]
    assert "Vanadium" in page
    assert session.panelists[0].name not in page


@pytest.mark.parametrize(("judges", "told"), [(0, False), (2, False), (3, True)])
def test_reasons_on_a_question_that_few_rated_are_not_shown(judges, told, session, consultant, client):
    """The share has three ratings; who gave the reason on employers must not be a guess between two."""
    Round.objects.update(panelists_see="reasons")
    entry = session.entries[0]
    ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
    for number, panelist in enumerate(session.panelists[:3]):
        value = {"employer_value": 4} if number < judges else {"employer_cannot_judge": True}
        words = {"proportion_reason": "Zircon", "employer_reason": "Vanadium"}
        rate(panelist, entry, Answers(proportion=60, postsecondary_cannot_judge=True, **value, **words))
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.reveal_ballot(by=consultant, ballot=ballot)
    page = scene(client, session, 4)[1]
    assert ("Zircon" in page, "Vanadium" in page) == (True, told)


def test_only_the_part_that_follows_is_brought(opened, client):
    secret = opened.secrets[opened.panelists[0].pk]
    part = client.get(address("link_live", secret), headers={"X-Follow": "1"}).content.decode()
    assert part.strip().startswith("<div data-follow-part")
    assert "<html" not in part
    assert f'data-mark="{opened.panel.pulse}"' in part


def posted(opened, **answers):
    typed = {"proportion": "70", "employer_value": "4", "postsecondary_value": "cannot_judge", "version": "0"}
    return {**typed, "material": "1", "ballot": str(open_now().pk), "action": "submit", **answers}


def test_a_panelist_submits_changes_and_submits_again(opened, client):
    secret, entry = opened.secrets[opened.panelists[0].pk], opened.entries[0]
    where = address("link_live_rate", secret, entry.pk)
    assert client.post(where, posted(opened)).status_code == 302
    assert client.post(where, posted(opened)).status_code == 302
    assert Rating.objects.get().state == Rating.State.SUBMITTED
    client.post(where, {"action": "change"})
    assert Rating.objects.get().state == Rating.State.DRAFT
    kept = client.post(where, posted(opened, proportion="", version="3"))
    assert (kept.status_code, "Saved as a draft" in kept.content.decode()) == (200, True)
    assert client.post(where, posted(opened, action="save", proportion="71", version="4")).status_code == 302
    assert (Rating.objects.get().state, Rating.objects.get().proportion) == (Rating.State.DRAFT, 71)
    stale = client.post(where, posted(opened, proportion="72", version="4")).content.decode()
    assert "saved in another window" in stale
    assert client.get(where).status_code == 302
    assert client.post(address("link_live_rate", secret, 987654), {"action": "submit"}).status_code == 404


def test_who_is_late_is_told_and_keeps_the_text(opened, consultant, client):
    secret, entry = opened.secrets[opened.panelists[0].pk], opened.entries[0]
    rate(opened.panelists[1], entry)
    late = posted(opened, proportion_reason="Typed with care", proportion="20")
    ballots.close_ballot(by=consultant, ballot=open_now())
    page = client.post(address("link_live_rate", secret, entry.pk), late)
    assert page.status_code == 409
    assert "nothing was saved" in page.content.decode()
    assert "Typed with care" in page.content.decode()
    assert "data-follow-keep" in page.content.decode()
    ballots.open_ballot(by=consultant, panel_certification=entry)
    page = client.post(address("link_live_rate", secret, entry.pk), late)
    assert page.status_code == 409, "what was typed in round 1 does not slip into round 2"
    assert Rating.objects.filter(panelist=opened.panelists[0]).count() == 0
    told = client.post(address("link_live_rate", secret, entry.pk), {"action": "change"}, follow=True)
    assert told.status_code == 200


def test_what_was_typed_stays_on_the_page_when_the_opening_is_taken_back(opened, consultant, client):
    """Nothing was saved yet, so closing records nothing; who was typing must not lose it."""
    secret, entry = opened.secrets[opened.panelists[0].pk], opened.entries[0]
    late = posted(opened, proportion_reason="Typed with care", proportion="20")
    assert ballots.close_ballot(by=consultant, ballot=open_now()).pk is None
    page = client.post(address("link_live_rate", secret, entry.pk), late)
    assert page.status_code == 409
    assert "nothing was saved" in page.content.decode()
    assert "Typed with care" in page.content.decode()


def test_what_was_typed_stays_on_the_page_of_somebody_who_stepped_back_meanwhile(opened, client):
    panelist, entry = opened.panelists[0], opened.entries[0]
    late = posted(opened, proportion_reason="Typed with care", proportion="20")
    ConflictDeclaration.objects.create(panelist=panelist, panel_certification=entry, reason="Sells it")
    page = client.post(address("link_live_rate", opened.secrets[panelist.pk], entry.pk), late).content.decode()
    assert "You declared a conflict of interest" in page
    assert "Typed with care" in page
    assert Rating.objects.count() == 0


def test_somebody_who_stepped_back_is_not_asked(opened, client):
    ConflictDeclaration.objects.create(
        panelist=opened.panelists[0], panel_certification=opened.entries[0], reason="Sells it"
    )
    assert "so you do not rate it" in scene(client, opened)[1]


def test_the_welcome_and_the_list_lead_to_the_live_session(session, consultant, client):
    secret = session.secrets[session.panelists[0].pk]
    for name in ("link_welcome", "link_ratings"):
        assert address("link_live", secret) in client.get(address(name, secret)).content.decode()
    live.end_session(by=consultant, panel=session.panel)
    assert address("link_live", secret) not in client.get(address("link_welcome", secret)).content.decode()


def test_the_panels_page_leads_to_the_live_session(drafted, consultant, client):
    client.force_login(consultant)
    assert address("live", drafted.panel.pk) in client.get(address("panel", drafted.panel.pk)).content.decode()


def test_a_session_after_a_round_by_mail_is_round_2(closed, consultant):
    held = live.start_session(by=consultant, panel=closed.panel, mail_again=False)
    assert held.number == 2
    assert ballots.open_ballot(by=consultant, panel_certification=closed.entries[0]).round.number == 2
    assert rounds.close_round(by=consultant, round=held).state == Round.State.CLOSED


def test_nothing_opens_without_a_session(drafted, consultant):
    with pytest.raises(MoveNotAllowedError, match="No live session is running"):
        ballots.open_ballot(by=consultant, panel_certification=drafted.entries[0])


def test_closing_and_revealing_twice_changes_nothing(opened, consultant):
    ballot = open_now()
    rate(opened.panelists[0], opened.entries[0])
    with pytest.raises(MoveNotAllowedError, match="Close the certification first"):
        ballots.reveal_ballot(by=consultant, ballot=ballot)
    closed = ballots.close_ballot(by=consultant, ballot=ballot)
    assert ballots.close_ballot(by=consultant, ballot=ballot).closed_at == closed.closed_at
    shown = ballots.reveal_ballot(by=consultant, ballot=ballot)
    assert ballots.reveal_ballot(by=consultant, ballot=ballot).revealed_at == shown.revealed_at


def test_numbers_that_are_the_same_are_not_told_as_a_range(opened, consultant, client):
    entry = opened.entries[0]
    client.force_login(consultant)
    for seen in (1, 2):
        ballot = open_now()
        for panelist in opened.panelists[:3]:
            rate(panelist, entry)
        ballots.close_ballot(by=consultant, ballot=ballot)
        ballots.reveal_ballot(by=consultant, ballot=ballot)
        page = client.get(address("live_screen", opened.panel.pk)).content.decode()
        if seen == 1:
            ballots.open_ballot(by=consultant, panel_certification=entry, seen=seen)
    assert "Middle 60; at least half of the ratings are 60." in page
    assert "the middle stayed at 60." in page


@pytest.mark.parametrize("raters", [1, 2])
def test_so_few_ratings_are_not_shown_to_the_room(raters, session, consultant, client):
    """One of two would know what the other answered."""
    entry = session.entries[0]
    ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
    for panelist in session.panelists[:raters]:
        rate(panelist, entry, TELLING)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.reveal_ballot(by=consultant, ballot=ballot)
    client.force_login(consultant)
    pages = [client.get(address(name, session.panel.pk)).content.decode() for name in ("live", "live_screen")]
    for page in [*pages, scene(client, session, 4)[1]]:
        assert "Fewer than three gave a rating" in page
        assert "Middle" not in page
        assert "How many gave which answer" not in page


def test_where_nobody_can_judge_there_is_no_picture(opened, consultant, client):
    ballot = open_now()
    unsure = Answers(proportion=50, employer_cannot_judge=True, postsecondary_value=3)
    rate(opened.panelists[0], opened.entries[0], unsure)
    ballots.close_ballot(by=consultant, ballot=ballot)
    ballots.reveal_ballot(by=consultant, ballot=ballot)
    client.force_login(consultant)
    page = client.get(address("live_screen", opened.panel.pk)).content.decode()
    assert "No ratings" in page
    assert "1 cannot judge." in page


def test_notes_that_are_far_too_long_are_refused_and_kept_on_the_page(opened, consultant, client):
    client.force_login(consultant)
    pk, entry = opened.panel.pk, opened.entries[0]
    told = client.post(address("live_notes", pk, entry.pk), {"notes": "far " * 6000, "version": "0"})
    assert "The notes have 23,999 characters, and 20,000 fit" in told.content.decode()
    assert "far far far" in told.content.decode()
    assert not Discussion.objects.exists()


def test_nobody_outside_the_state_reads_notes(opened, consultant, home_district):
    save_notes(by=consultant, panel_certification=opened.entries[0], notes="Said", version=0)
    assert notes_on(home_district.coordinator, opened.entries[0]) is None
    assert notes_on(consultant, opened.entries[0]).notes == "Said"


def test_a_panel_that_held_all_its_rounds_starts_no_session(closed, consultant, client):
    live.start_session(by=consultant, panel=closed.panel, mail_again=False)
    live.end_session(by=consultant, panel=closed.panel)
    client.force_login(consultant)
    told = client.post(address("live_start", closed.panel.pk), follow=True).content.decode()
    assert "all of them are over" in told
    assert "All 2 rounds planned for this panel are over." in told
    assert "Start the live session" not in told
    Panel.objects.update(rounds_planned=1)
    page = client.get(address("live", closed.panel.pk)).content.decode()
    assert "The one round planned for this panel is over." in page


def test_no_start_is_offered_while_people_rate_in_their_own_time(running, consultant, client):
    client.force_login(consultant)
    page = client.get(address("live", running.panel.pk)).content.decode()
    assert "in their own time. Close it first." in page
    assert "Start the live session" not in page


def test_what_was_rated_in_ones_own_time_waits_for_no_spread(closed, consultant, client):
    client.force_login(consultant)
    page = client.get(address("live", closed.panel.pk)).content.decode()
    assert page.count("Round 1: Closed") == 2
    assert "spread not shown yet" not in page


def test_what_goes_on_in_the_same_round_is_hidden_until_it_is_shown_again(opened, consultant):
    Panel.objects.update(rounds_planned=1)
    entry, panelist = opened.entries[0], opened.panelists[0]

    def seen_by_others():
        return Rating.objects.visible_to(opened.panelists[1]).count()

    rate(panelist, entry)
    first = open_now()
    ballots.close_ballot(by=consultant, ballot=first)
    ballots.reveal_ballot(by=consultant, ballot=first)
    assert seen_by_others() == 1
    second = ballots.open_ballot(by=consultant, panel_certification=entry)
    assert (second.round, second.number) == (first.round, 2)
    ratings.reopen_rating(panelist=panelist, panel_certification=entry)
    rate(panelist, entry, TELLING, version=3)
    ballots.close_ballot(by=consultant, ballot=second)
    assert seen_by_others() == 0
    ballots.reveal_ballot(by=consultant, ballot=second)
    assert seen_by_others() == 1
