"""One mail for each person, to the address on file, and never twice within a day."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from sme_review.models import Ballot, Panel, Round
from sme_review.selectors.ratings import panelist_by_secret
from sme_review.selectors.reminders import panels_taking_ratings, waiting_on
from sme_review.services import panelists, panels, rounds
from sme_review.services.reminders import remind_by_schedule, remind_panel
from tests.factories.sme_review import (
    BallotFactory,
    ConflictDeclarationFactory,
    PanelFactory,
    PanelistFactory,
    RoundFactory,
)
from tests.sme_review.conftest import rate_all

# The panel that waits is due on December 18, 2026; the mails of other fixtures went out on the day the tests run.
DUE = "2026-12-18"
EARLY = datetime(2026, 10, 1, 12, tzinfo=UTC)


def tomorrow(panel) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(hours=25), tick=False)


def on(day: str) -> time_machine.travel:
    return time_machine.travel(f"{day}T14:00:00+00:00", tick=False)


@pytest.fixture
def waiting(drafted, consultant, django_capture_on_commit_callbacks):
    """Round 1 open since December 1, invitations mailed then, due on December 18; two have finished."""
    Panel.objects.filter(pk=drafted.panel.pk).update(due_date=DUE)
    with on("2026-12-01"), django_capture_on_commit_callbacks(execute=True):
        drafted.round = rounds.open_round(by=consultant, panel=drafted.panel)
        drafted.panel.refresh_from_db()
        for person in drafted.panelists[:2]:
            rate_all(person, drafted.entries)
    mail.outbox.clear()
    return drafted


def remind(consultant, panel, callbacks, **options) -> int:
    with callbacks(execute=True):
        return remind_panel(by=consultant, panel=panel, opened_at=options.pop("opened_at", timezone.now()), **options)


def test_only_those_who_have_not_finished_are_reminded(waiting, consultant, django_capture_on_commit_callbacks):
    with on("2026-12-08"):
        assert remind(consultant, waiting.panel, django_capture_on_commit_callbacks) == 3
    assert sorted(message.to[0] for message in mail.outbox) == [f"expert{n}@example.org" for n in (2, 3, 4)]
    assert AuditEntry.objects.filter(verb="reminded", by=consultant).count() == 3


def test_reminder_says_what_by_when_how_long_and_has_a_link(waiting, consultant, django_capture_on_commit_callbacks):
    with on("2026-12-08"):
        remind(consultant, waiting.panel, django_capture_on_commit_callbacks)
    sent = mail.outbox[0]
    assert sent.subject == "Reminder: 2 certifications to rate, due December 18"
    assert "2 of 2 certifications left" in sent.body
    assert "Due: December 18, 2026." in sent.body
    assert f"about {panelists.minutes_for(2)} minutes" in sent.body
    secret = re.search(r"/link/panel/([^/\s]+)/", sent.body).group(1)
    assert panelist_by_secret(secret).email == sent.to[0]


def test_nobody_is_reminded_twice_within_a_day_unless_asked_for(
    waiting, consultant, django_capture_on_commit_callbacks
):
    callbacks = django_capture_on_commit_callbacks
    with on("2026-12-08"):
        page = timezone.now() - timedelta(minutes=1)
        assert remind(consultant, waiting.panel, callbacks, opened_at=page) == 3
        assert remind(consultant, waiting.panel, callbacks, opened_at=page) == 0
        assert remind(consultant, waiting.panel, callbacks, opened_at=page, include_recent=True) == 0
        later = timezone.now() + timedelta(minutes=1)
        assert remind(consultant, waiting.panel, callbacks, opened_at=later) == 0
        assert remind(consultant, waiting.panel, callbacks, opened_at=later, include_recent=True) == 3
    assert len(mail.outbox) == 6


def test_person_on_two_panels_gets_one_mail_about_both(waiting, consultant, django_capture_on_commit_callbacks):
    other = PanelFactory(title="Second panel", due_date="2026-12-12", created_by=consultant, state="running")
    ballot = BallotFactory(round__panel=other, round__opened_at=EARLY)
    Ballot.objects.filter(pk=ballot.pk).update(opened_at=EARLY)
    PanelistFactory(panel=other, email="Expert2@example.org", invited_at=EARLY)
    PanelistFactory(panel=other, email="elsewhere@example.org", invited_at=EARLY)
    with on("2026-12-08"):
        assert remind(consultant, waiting.panel, django_capture_on_commit_callbacks) == 3
        assert remind(consultant, other, django_capture_on_commit_callbacks) == 1
    to_both = next(message for message in mail.outbox if message.to[0].lower() == "expert2@example.org")
    assert to_both.subject == "Reminder: 3 certifications to rate, the first due December 12"
    assert to_both.body.index("Second panel") < to_both.body.index(waiting.panel.title)
    assert len(set(re.findall(r"/link/panel/([^/\s]+)/", to_both.body))) == 2
    assert sum(message.to[0] == "elsewhere@example.org" for message in mail.outbox) == 1


def test_schedule_reminds_once_for_each_day_and_makes_up_for_a_missed_one(
    waiting, django_capture_on_commit_callbacks, capsys
):
    sent = {}
    for day in ("2026-12-05", "2026-12-10", "2026-12-11", "2026-12-16", "2026-12-17", "2026-12-18", "2026-12-19"):
        with on(day), django_capture_on_commit_callbacks(execute=True):
            sent[day[-2:]] = remind_by_schedule(days=[7, 3, 1])
            assert remind_by_schedule(days=[7, 3, 1]) == 0
    # The run on the 15th was missed, so the 16th makes up for it.
    assert sent == {"05": 0, "10": 0, "11": 3, "16": 3, "17": 3, "18": 0, "19": 0}
    assert AuditEntry.objects.filter(verb="reminded", by=None, by_label="reminder schedule").count() == 9


def test_command_says_how_many(waiting, django_capture_on_commit_callbacks, capsys):
    with on("2026-12-11"), django_capture_on_commit_callbacks(execute=True):
        call_command("send_panel_reminders")
        call_command("send_panel_reminders", "--days", "7")
    assert capsys.readouterr().out == "3 reminders sent.\n0 reminders sent.\n"


def test_recused_withdrawn_and_unasked_are_not_waited_for(waiting, consultant):
    recused, withdrawn, other = waiting.panelists[2:]
    for entry in waiting.entries:
        ConflictDeclarationFactory(panelist=recused, panel_certification=entry)
    with on("2026-12-08"):
        panelists.withdraw_panelist(by=consultant, panelist=withdrawn, reason="Changed jobs")
        assert [found.panelist for found in waiting_on(panels_taking_ratings())] == [other]
    waiting.panel.assignment, waiting.panel.ratings_wanted = "balanced", 3
    waiting.panel.save()
    with on("2026-12-08"):
        assert waiting_on(panels_taking_ratings()) == []


def test_closed_planned_live_and_put_away_rounds_need_no_reminder(db):
    now = timezone.now()
    RoundFactory(closed=True)
    RoundFactory(opened_at=now + timedelta(days=1))
    RoundFactory(mode=Round.Mode.LIVE)
    RoundFactory(panel__put_away_at=now, panel__put_away_by=PanelFactory().created_by)
    assert list(panels_taking_ratings()) == []


def test_waiting_costs_the_same_for_one_and_for_fifty(waiting, django_assert_num_queries):
    with on("2026-12-08"):
        with django_assert_num_queries(6):
            waiting_on(panels_taking_ratings())
        PanelistFactory.create_batch(50, panel=waiting.panel, invited_at=timezone.now())
        with django_assert_num_queries(6):
            assert len(waiting_on(panels_taking_ratings())) == 53


def test_page_previews_and_sends_once(client, waiting, consultant, django_capture_on_commit_callbacks):
    address = reverse("sme_review:remind", args=[waiting.panel.pk])
    with on("2026-12-08"):
        client.force_login(consultant)
        shown = client.get(address)
        assert [found.panelist.email for found in shown.context["due"]] == [f"expert{n}@example.org" for n in (2, 3, 4)]
        said = []
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                posted = client.post(address, {"opened_at": shown.context["opened_at"]}, follow=True)
            said += [str(message) for message in posted.context["messages"]]
        assert said == ["A reminder goes to 3 people.", "Nobody is due for a reminder, so none was sent."]
        assert len(mail.outbox) == 3
        again = client.get(address)
        assert (again.context["due"], len(again.context["recent"])) == ([], 3)
        odd = client.post(address, {"opened_at": "now"})
        assert (odd.status_code, len(mail.outbox)) == (200, 3)


def test_page_says_that_nobody_is_left(client, closed, consultant):
    client.force_login(consultant)
    shown = client.get(reverse("sme_review:remind", args=[closed.panel.pk]))
    assert "Nobody to remind" in shown.content.decode()


def test_next_reminder_says_that_the_due_date_was_moved_to_those_who_were_told_the_old_one(
    waiting, consultant, django_capture_on_commit_callbacks
):
    callbacks = django_capture_on_commit_callbacks
    with on("2026-12-08"):
        rounds.change_due_date(by=consultant, panel=waiting.panel, due_date=date(2026, 12, 30))
    with on("2026-12-09"), callbacks(execute=True):
        rounds.change_due_date(by=consultant, panel=waiting.panel, due_date=date(2027, 1, 8))
        panels.change_panel(by=consultant, panel=waiting.panel, quorum=4)
        late = panelists.add_panelist(
            by=consultant, panel=waiting.panel, name="Late", email="late@example.org", group="business"
        )
    mail.outbox.clear()
    with on("2026-12-11"):
        assert remind(consultant, waiting.panel, callbacks) == 4
    moved = "Due: January 8, 2027. This has changed: before, it was December 18, 2026.\n"
    assert {message.to[0]: moved in message.body for message in mail.outbox} == {
        "expert2@example.org": True,
        "expert3@example.org": True,
        "expert4@example.org": True,
        late.email: False,
    }
    mail.outbox.clear()
    with on("2026-12-13"):
        assert remind(consultant, waiting.panel, callbacks) == 4
    assert [message.body for message in mail.outbox if "This has changed" in message.body] == []


def test_due_date_that_was_moved_there_and_back_is_not_told(waiting, consultant, django_capture_on_commit_callbacks):
    with on("2026-12-08"):
        for due_date in (date(2026, 12, 30), date(2026, 12, 18)):
            rounds.change_due_date(by=consultant, panel=waiting.panel, due_date=due_date)
    with on("2026-12-09"):
        assert remind(consultant, waiting.panel, django_capture_on_commit_callbacks) == 3
        assert {found.due_date_before for found in waiting_on(panels_taking_ratings())} == {None}
    assert "This has changed" not in mail.outbox[0].body


def test_schedule_follows_the_moved_date(waiting, consultant, django_capture_on_commit_callbacks):
    with on("2026-12-02"):
        rounds.change_due_date(by=consultant, panel=waiting.panel, due_date=date(2027, 1, 8))
    sent = {}
    for day in ("2026-12-11", "2027-01-01", "2027-01-09"):
        with on(day), django_capture_on_commit_callbacks(execute=True):
            sent[day] = remind_by_schedule(days=[7])
    assert sent == {"2026-12-11": 0, "2027-01-01": 3, "2027-01-09": 0}
    assert "it was December 18, 2026" in mail.outbox[0].body
