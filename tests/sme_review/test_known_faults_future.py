"""A known fault of such tools: a round in the future counted as open. What the services and the panelists' pages say.

The round is planned for three days ahead. Until then nobody can rate, submit, take back or read anything as open; from
then on all of it works without anybody pressing a button.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.problems import Problem
from sme_review.models import Ballot, Rating, Round
from sme_review.selectors.live import pulse_of_link, pulse_of_panel, session_of, stage_of
from sme_review.selectors.ratings import Progress, tasks_of
from sme_review.selectors.reminders import panels_taking_ratings, waiting_on
from sme_review.selectors.results import all_results
from sme_review.services import panelists, ratings, rounds
from sme_review.services.ratings import RoundClosedError
from tests.sme_review.conftest import COMPLETE, refresh
from tests.sme_review.test_link import TYPED

AHEAD = timedelta(days=3)


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def secret_of(person):
    return panelists.new_link(person).split("/")[-2]


@pytest.fixture
def planned(drafted, consultant):
    """Round 1 opens in three days; the links are mailed."""
    drafted.round = rounds.open_round(by=consultant, panel=drafted.panel, opens_at=timezone.now() + AHEAD)
    refresh(drafted)
    return drafted


@pytest.fixture
def planned_again(closed, consultant):
    """Round 1 was held; round 2 opens in three days."""
    closed.round = rounds.open_round(by=consultant, panel=closed.panel, opens_at=timezone.now() + AHEAD)
    refresh(closed)
    return closed


def save(person, entry, version=0):
    return ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=version)


def test_nothing_is_saved_submitted_or_taken_back_before_its_time(planned):
    person, entry = planned.panelists[0], planned.entries[0]
    for act in (
        lambda: save(person, entry),
        lambda: ratings.submit_ratings(panelist=person),
        lambda: ratings.submit_ratings(panelist=person, panel_certification=entry),
        lambda: ratings.reopen_rating(panelist=person, panel_certification=entry),
    ):
        with pytest.raises(RoundClosedError):
            act()
    assert not Rating.objects.exists()


def test_when_its_time_has_come_it_takes_ratings_without_a_button(planned):
    person, entry = planned.panelists[0], planned.entries[0]
    with time_machine.travel(timezone.now() + AHEAD - timedelta(minutes=1)), pytest.raises(RoundClosedError):
        save(person, entry)
    with time_machine.travel(timezone.now() + AHEAD + timedelta(minutes=1)):
        assert {task.progress for task in tasks_of(person)} == {Progress.NOT_STARTED}
        save(person, entry)
        assert ratings.submit_ratings(panelist=person) == 1


def test_round_1_stays_as_it_was_closed_until_round_2_opens(planned_again):
    """Neither a draft of round 2 nor a change of round 1 gets in."""
    person, entry = planned_again.panelists[0], planned_again.entries[0]
    with pytest.raises(RoundClosedError):
        save(person, entry)
    with pytest.raises(RoundClosedError):
        ratings.reopen_rating(panelist=person, panel_certification=entry)
    assert set(Rating.objects.values_list("state", "round__number")) == {("locked", 1)}


def test_the_list_says_not_open_yet(planned):
    tasks = tasks_of(planned.panelists[0])
    assert {(task.progress, task.is_open, task.done) for task in tasks} == {(Progress.NOT_OPEN, False, False)}


@pytest.mark.parametrize("name", ["link_welcome", "link_ratings", "link_review", "link_submitted"])
def test_pages_of_the_link_offer_nothing_to_send(planned, client, name):
    page = client.get(url(name, secret_of(planned.panelists[0])))
    assert page.context["is_open"] is False
    assert 'method="post"' not in page.content.decode()


def test_the_rating_page_is_to_read_only(planned, client):
    page = client.get(url("link_rate", secret_of(planned.panelists[0]), planned.entries[0].pk))
    assert page.status_code == 200
    assert page.context["read_only"] is True
    assert 'name="proportion"' not in page.content.decode()


def test_what_is_sent_all_the_same_is_refused_and_kept_on_the_page(planned, client):
    secret = secret_of(planned.panelists[0])
    told = client.post(url("link_rate", secret, planned.entries[0].pk), {**TYPED, "version": "0", "action": "next"})
    assert told.status_code == 409
    assert "Every shop asks for it." in told.content.decode()
    client.post(url("link_review", secret), {"action": "submit"})
    client.post(url("link_change", secret, planned.entries[0].pk), {"action": "change"})
    assert not Rating.objects.exists()


def test_the_page_of_live_sessions_and_its_pulse_wait(planned, consultant, client):
    person = planned.panelists[0]
    secret = secret_of(person)
    before = (pulse_of_link(secret), pulse_of_panel(consultant, planned.panel.pk))
    live = client.get(url("link_live", secret))
    assert 'name="proportion"' not in live.content.decode()
    assert stage_of(person, entry_pk=planned.entries[0].pk).scene not in {"rate", "submitted"}
    assert session_of(planned.panel).open_entry is None
    client.post(url("link_live_rate", secret, planned.entries[0].pk), {**TYPED, "version": "0", "action": "submit"})
    assert (pulse_of_link(secret), pulse_of_panel(consultant, planned.panel.pk)) == before


def test_nobody_is_waited_for_and_nothing_reads_as_results(planned, consultant):
    assert list(panels_taking_ratings()) == []
    assert waiting_on([planned.panel]) == []
    with pytest.raises(Problem):
        all_results(planned.panel, viewer=consultant)
    assert not Ballot.objects.open_now().exists()


def test_the_results_of_round_1_stay_while_round_2_is_ahead(planned_again, consultant):
    found = all_results(planned_again.panel, viewer=consultant)
    assert ({*found.by_round}, [result.raters for result in found.final]) == ({1}, [5, 5])


def test_a_round_taken_back_before_its_time_never_was_open(planned, consultant):
    with pytest.raises(Problem):
        rounds.close_round(by=consultant, round=planned.round)
    rounds.take_back_round(by=consultant, round=planned.round, tell=False)
    with time_machine.travel(timezone.now() + AHEAD + timedelta(minutes=1)), pytest.raises(RoundClosedError):
        save(planned.panelists[0], planned.entries[0])
    assert not Round.objects.exists()
    assert {task.progress for task in tasks_of(planned.panelists[0])} == {Progress.NOT_OPEN}
