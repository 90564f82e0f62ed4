"""Nothing enters a round after its recorded close: raters race against the person who closes it."""

import threading
import time

import pytest
from django.db import connections, transaction

from sme_review.models import Rating, Round
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.services.ratings import RoundClosedError, save_rating, submit_ratings
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
