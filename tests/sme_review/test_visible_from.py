"""From when panelists see what they may see of a round: later, or as soon as it is closed."""

import pytest
from django.urls import reverse

from sme_review.models import Ballot, Panel, Rating
from sme_review.services import ballots, live, panelists, ratings, rounds
from sme_review.services.panels import change_panel
from tests.sme_review.conftest import COMPLETE, rate_all, refresh


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def secret_of(person):
    return panelists.new_link(person).split("/")[-2]


def page_of(client, cast, number=0):
    """What one panelist reads on the page of the first certification."""
    return client.get(url("link_rate", secret_of(cast.panelists[number]), cast.entries[0].pk)).content.decode()


def rated_and_closed(cast, by, **rules):
    """Round 1 held by mail under these rules: three have rated, and it is closed."""
    cast.panel = change_panel(by=by, panel=cast.panel, **rules)
    cast.round = rounds.open_round(by=by, panel=cast.panel)
    refresh(cast)
    for person in cast.panelists[:3]:
        rate_all(person, cast.entries)
    cast.round = rounds.close_round(by=by, round=cast.round)
    refresh(cast)


def test_by_mail_the_spread_is_shown_as_soon_as_the_round_is_closed(drafted, consultant, client):
    rated_and_closed(drafted, consultant, visible_from="close")
    for number in (0, 4):
        page = page_of(client, drafted, number)
        assert "Middle 60" in page
        assert drafted.panelists[1].name not in page
    held = Ballot.objects.filter(panel_certification=drafted.entries[0]).get()
    assert held.revealed_at == held.closed_at


def test_by_default_nothing_is_shown_before_round_2_opens(drafted, consultant, client):
    rated_and_closed(drafted, consultant)
    assert "Middle" not in page_of(client, drafted)
    rounds.open_round(by=consultant, panel=drafted.panel, entries=drafted.entries[:1], mail_again=False)
    assert "Middle 60" in page_of(client, drafted)


@pytest.mark.parametrize("sees", ["own", "spread", "reasons"])
def test_no_more_is_shown_than_the_round_lets_panelists_see(sees, drafted, consultant, client):
    rated_and_closed(drafted, consultant, visible_from="close", panelists_see=sees)
    Rating.objects.update(employer_reason="Every shop asks for it")
    page = page_of(client, drafted, 4)
    assert ("Middle 60" in page, "Every shop asks for it" in page) == (sees != "own", sees == "reasons")


def test_nothing_is_shown_while_the_round_is_open(drafted, consultant, client):
    panel = change_panel(by=consultant, panel=drafted.panel, visible_from="close")
    rounds.open_round(by=consultant, panel=panel)
    refresh(drafted)
    for person in drafted.panelists:
        rate_all(person, drafted.entries)
    assert "Middle" not in page_of(client, drafted)


def test_a_round_keeps_what_it_promised(drafted, consultant, client):
    panel = change_panel(by=consultant, panel=drafted.panel, visible_from="later")
    drafted.round = rounds.open_round(by=consultant, panel=panel)
    refresh(drafted)
    for person in drafted.panelists:
        rate_all(person, drafted.entries)
    change_panel(by=consultant, panel=drafted.panel, visible_from="close")
    rounds.close_round(by=consultant, round=drafted.round)
    assert "Middle" not in page_of(client, drafted)


@pytest.fixture
def live_panel(drafted, consultant):
    """A live session of a panel with one round that shows the spread at the close."""
    drafted.panel = change_panel(by=consultant, panel=drafted.panel, visible_from="close", rounds_planned=1)
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    refresh(drafted)
    return drafted


def rate_live(cast, by):
    ballot = ballots.open_ballot(by=by, panel_certification=cast.entries[0])
    for person in cast.panelists[:3]:
        held = person.ratings.first()
        version = held.version if held else 0
        ratings.save_rating(panelist=person, panel_certification=cast.entries[0], answers=COMPLETE, version=version)
        ratings.submit_ratings(panelist=person, panel_certification=cast.entries[0])
    return ballot


def test_in_a_session_closing_shows_the_spread(live_panel, consultant, client):
    ballot = rate_live(live_panel, consultant)
    phone = url("link_live", secret_of(live_panel.panelists[4]))
    assert "Middle" not in client.get(phone).content.decode()
    ballots.close_ballot(by=consultant, ballot=ballot)
    assert "Middle 60" in client.get(phone).content.decode()
    client.force_login(consultant)
    assert "Middle 60" in client.get(url("live_screen", live_panel.panel.pk)).content.decode()
    assert "Show the spread" not in client.get(url("live", live_panel.panel.pk)).content.decode()


def test_opening_again_hides_the_spread_and_taking_that_back_shows_it(live_panel, consultant, client):
    ballots.close_ballot(by=consultant, ballot=rate_live(live_panel, consultant))
    Panel.objects.update(rounds_planned=1)
    again = ballots.open_ballot(by=consultant, panel_certification=live_panel.entries[0])
    assert "Middle" not in page_of(client, live_panel)
    ballots.close_ballot(by=consultant, ballot=again)
    assert "Middle 60" in page_of(client, live_panel)


def test_an_opening_taken_back_leaves_the_spread_shown(drafted, consultant, client):
    """Round 2 of a certification is opened by mistake, and closed before anybody begins."""
    panel = change_panel(by=consultant, panel=drafted.panel, visible_from="close")
    live.start_session(by=consultant, panel=panel, mail_again=False)
    refresh(drafted)
    ballots.close_ballot(by=consultant, ballot=rate_live(drafted, consultant))
    second = ballots.open_ballot(by=consultant, panel_certification=drafted.entries[0])
    ballots.close_ballot(by=consultant, ballot=second)
    assert Ballot.objects.count() == 1
    assert "Middle 60" in page_of(client, drafted)
