"""Nothing enters a round after its recorded close: raters race against the person who closes it.

The mass run is a live session of 12 raters and 60 certifications; its negative control runs it with the lock off.
"""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.db import OperationalError, connections, transaction

from sme_review.enums import StakeholderGroup
from sme_review.models import Ballot, Panel, Rating, Round
from sme_review.selectors.live import tally_of
from sme_review.services import ballots, live, panelists, panels, ratings, rounds
from sme_review.services.ratings import RoundClosedError, reopen_rating, save_rating, submit_ratings
from sme_review.validators import Answers
from tests.factories.certifications import CertificationFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory
from tests.sme_review.conftest import COMPLETE

pytestmark = pytest.mark.django_db(transaction=True)
RATERS = 6
ITEMS = 5


@pytest.fixture
def opened(consultant):
    """A running panel whose panelists have saved a first draft of everything."""
    panel = PanelFactory(created_by=consultant)
    ProgramStandardFactory(program=panel.program)
    panels.add_certifications(
        by=consultant, panel=panel, certifications=CertificationFactory.create_batch(ITEMS, information_sheet="Sheet")
    )
    for number in range(RATERS):
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Rater {number}", email=f"rater{number}@example.org", group="secondary"
        )
    opened = rounds.open_round(by=consultant, panel=panel)
    for panelist in panel.panelists.all():
        for entry in panel.certifications.all():
            save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0)
    return opened


def in_thread(work, *args):
    """Run `work` in a thread that closes its database connection."""

    def run():
        try:
            work(*args)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def keep_rating(panelist, entries, refused):
    """Change one's ratings again and again until the round is closed."""
    version = 1
    while True:
        for entry in entries:
            answers = Answers(
                proportion=version % 100, proportion_reason="Why", employer_value=4, postsecondary_value=3
            )
            try:
                save_rating(panelist=panelist, panel_certification=entry, answers=answers, version=version)
                if entry == entries[-1] and version % 3 == 0:
                    submit_ratings(panelist=panelist)
                    return
            except RoundClosedError:
                refused.append(panelist.pk)
                return
        version += 1


def test_nothing_is_saved_after_the_recorded_close(opened, consultant):
    refused = []
    entries = list(opened.panel.certifications.all())
    threads = [in_thread(keep_rating, panelist, entries, refused) for panelist in opened.panel.panelists.all()]
    time.sleep(0.1)
    closed = rounds.close_round(by=consultant, round=opened)
    for thread in threads:
        thread.join(timeout=20)
    kept = list(Rating.objects.filter(round=opened).values_list("state", "saved_at"))
    assert len(kept) == RATERS * ITEMS
    assert [saved_at for _, saved_at in kept if saved_at > closed.closed_at] == []
    assert {state for state, _ in kept} <= {Rating.State.DRAFT, Rating.State.LOCKED}


def close_while_a_rater_submits(opened, consultant):
    """Hold a rater's transaction open after it submitted, start closing, then let the rater commit.

    Returns:
        Whether the closing waited for the rater.
    """
    panelist = opened.panel.panelists.first()
    submitted, may_commit = threading.Event(), threading.Event()

    def submit_slowly():
        with transaction.atomic():
            submit_ratings(panelist=panelist)
            submitted.set()
            may_commit.wait(timeout=10)

    rater = in_thread(submit_slowly)
    assert submitted.wait(timeout=10)
    closer = in_thread(lambda: rounds.close_round(by=consultant, round=opened))
    closer.join(timeout=0.7)
    waited = closer.is_alive()
    may_commit.set()
    rater.join(timeout=10)
    closer.join(timeout=10)
    return waited


def test_closing_waits_for_a_rating_in_flight_and_counts_it(opened, consultant):
    assert close_while_a_rater_submits(opened, consultant) is True
    closed = Round.objects.get()
    counted = Rating.objects.exclude(submitted_at=None)
    assert set(counted.values_list("state", flat=True)) == {Rating.State.LOCKED}
    assert counted.count() == ITEMS
    assert all(rating.submitted_at <= closed.closed_at for rating in counted)


def test_without_the_lock_a_rating_slips_in_after_the_close(opened, consultant, monkeypatch):
    """The negative control: with the lock switched off, the test above must find what it looks for."""
    monkeypatch.setattr(ratings, "BALLOT_LOCK", "")
    assert close_while_a_rater_submits(opened, consultant) is False
    assert set(Rating.objects.exclude(submitted_at=None).values_list("state", flat=True)) == {Rating.State.SUBMITTED}
    assert Round.objects.get().state == Round.State.CLOSED


@dataclass
class Race:
    """What the threads of the mass run share."""

    panel: Panel
    most: int
    saves: itertools.count = field(default_factory=lambda: itertools.count(1))
    saved: int = 0
    refused: int = 0
    current: object = None
    over: bool = False
    # Without the lock two transactions can also wait for each other; PostgreSQL then ends one of them.
    endures: tuple = ()
    failures: list = field(default_factory=list)

    def count(self, number):
        for _ in range(number):
            self.saved = next(self.saves)
        self.over = self.over or self.saved >= self.most


def session_of(consultant, *, raters, items):
    """A running live session in which nothing is open."""
    panel = PanelFactory(created_by=consultant)
    ProgramStandardFactory(program=panel.program)
    panels.add_certifications(
        by=consultant, panel=panel, certifications=CertificationFactory.create_batch(items, information_sheet="Sheet")
    )
    for number, group in zip(range(raters), itertools.cycle(StakeholderGroup), strict=False):
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Rater {number}", email=f"rater{number}@example.org", group=group
        )
    live.start_session(by=consultant, panel=panel, mail_again=False)
    return panel


def rate_what_is_open(race, panelist, seed):
    """Save, submit and take back ratings of whatever is open, as fast as it goes; now and then commit slowly."""
    chance = random.Random(seed)
    versions = {}
    try:
        while not race.over:
            entry = race.current
            if entry is None:
                time.sleep(0.001)
                continue
            try:
                if chance.random() < 0.98:
                    rate_once(race, panelist, entry, versions, chance)
                    continue
                with transaction.atomic():
                    rate_once(race, panelist, entry, versions, chance)
                    time.sleep(0.02)
            except RoundClosedError:
                race.refused += 1
                time.sleep(0.002)
            except race.endures:
                continue
    except Exception as failure:  # noqa: BLE001 - it is shown by the test itself
        race.failures.append(failure)
        race.over = True


def rate_once(race, panelist, entry, versions, chance):
    """Take the rating back if it is submitted, save other answers, and submit every second time: each is a save."""
    before = reopen_rating(panelist=panelist, panel_certification=entry)
    version = before.version if before else 0
    answers = Answers(
        proportion=chance.randint(30, 100),
        employer_value=chance.randint(2, 4),
        postsecondary_value=chance.randint(2, 4),
    )
    rating = save_rating(panelist=panelist, panel_certification=entry, answers=answers, version=version)
    submitted = chance.random() < 0.5 and submit_ratings(panelist=panelist, panel_certification=entry)
    race.count(rating.version + submitted - versions.get(rating.pk, 0))
    versions[rating.pk] = rating.version + submitted


def facilitate(race, consultant, seconds):
    """Open and close one certification after the other, over and over, until enough is saved."""
    first = race.panel.panelists.last()
    for entry in itertools.cycle(race.panel.certifications.all()):
        ballot = ballots.open_ballot(by=consultant, panel_certification=entry)
        if not ballot.round.ratings.filter(panelist=first, panel_certification=entry).exists():
            # An opening in which nobody saved anything would be taken back.
            save_rating(panelist=first, panel_certification=entry, answers=COMPLETE, version=0)
        race.current = entry
        time.sleep(seconds)
        # The raters are not told: they find out by being refused.
        close(race, consultant, ballot)
        if race.over:
            return


def close(race, consultant, ballot):
    while True:
        try:
            return ballots.close_ballot(by=consultant, ballot=ballot)
        except race.endures:
            continue


def run_race(consultant, *, raters, items, most, seconds, endures=()):
    """Hold the session; returns what the threads counted."""
    race = Race(panel=session_of(consultant, raters=raters + 1, items=items), most=most, endures=endures)
    threads = [
        in_thread(rate_what_is_open, race, panelist, number)
        for number, panelist in enumerate(race.panel.panelists.all()[:raters])
    ]
    try:
        facilitate(race, consultant, seconds)
    finally:
        race.over = True
        for thread in threads:
            thread.join(timeout=20)
    assert race.failures == []
    return race


def violations():
    """Every saved state of a rating that lies outside its opening, and every submitted one that no close locked."""
    times = {ballot.pk: (ballot.opened_at, ballot.closed_at) for ballot in Ballot.objects.all()}
    events = apps.get_model("sme_review", "RatingEvent").objects.values_list("ballot_id", "saved_at")
    outside = [
        (ballot, saved_at)
        for ballot, saved_at in events
        if ballot not in times or not times[ballot][0] <= saved_at <= (times[ballot][1] or saved_at)
    ]
    still_open = Ballot.objects.filter(closed_at=None).values("panel_certification")
    unlocked = Rating.objects.filter(state=Rating.State.SUBMITTED).exclude(panel_certification__in=still_open)
    return outside, list(unlocked.values_list("pk", flat=True))


@pytest.mark.slow
def test_ten_thousand_ratings_race_against_opening_and_closing(consultant):
    race = run_race(consultant, raters=12, items=60, most=10_000, seconds=0.15)
    assert race.saved >= 10_000
    assert race.refused > 0
    assert sum(Rating.objects.values_list("version", flat=True)) >= 10_000
    assert Ballot.objects.count() >= 60
    assert Ballot.objects.filter(closed_at=None).count() == 0
    assert violations() == ([], [])
    for ballot in Ballot.objects.select_related("round"):
        states = list(
            Rating.objects.filter(round=ballot.round, panel_certification=ballot.panel_certification_id).values_list(
                "state", flat=True
            )
        )
        tally = tally_of(ballot, race.panel).total
        assert (tally.expected, tally.submitted, tally.drafts) == (13, states.count("locked"), states.count("draft"))


@pytest.mark.slow
def test_without_the_lock_the_mass_run_finds_late_ratings(consultant, monkeypatch):
    """The negative control of the mass run."""
    monkeypatch.setattr(ratings, "BALLOT_LOCK", "")
    run_race(consultant, raters=12, items=6, most=600, seconds=0.05, endures=OperationalError)
    outside, unlocked = violations()
    assert len(outside) + len(unlocked) > 0
