"""Known fault: a round in the future counted as open. A planned round is open nowhere, reveals nothing, and can be
undone.
"""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from core.moments import day_in_words, moment_in_words
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from octe_certs.addresses import all_addresses
from sme_review.models import Ballot, Panel, PanelistLink, Rating, Round
from sme_review.preconditions import why_no_session
from sme_review.selectors.ballots import is_open, waiting_round
from sme_review.selectors.home import home_items
from sme_review.selectors.live import Scene, Standing, live_rounds, session_of, stage_of
from sme_review.selectors.live_spread import before
from sme_review.selectors.panelists import number_assigned
from sme_review.selectors.panels import with_progress
from sme_review.selectors.ratings import Progress, tasks_of
from sme_review.selectors.reminders import panels_taking_ratings, waiting_on
from sme_review.selectors.rounds import waiting_by_group
from sme_review.services import ballots, live, panelists, panels, ratings, rounds
from sme_review.services.reminders import remind_by_schedule, remind_panel
from tests.dates import due
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import AssignmentFactory
from tests.sme_review.conftest import COMPLETE, PanelCast, rate_all, refresh
from tests.sme_review.results import results_of

DUE = date(2099, 3, 20)


def plan(cast: PanelCast, by, **given) -> PanelCast:
    """Plan the next round for three days ahead."""
    opens_at = timezone.now() + timedelta(days=3)
    cast.round = rounds.open_round(by=by, panel=cast.panel, opens_at=opens_at, due_date=DUE, **given)
    refresh(cast)
    return cast


@pytest.fixture
def first(drafted, consultant) -> PanelCast:
    """Round 1 is planned."""
    return plan(drafted, consultant)


@pytest.fixture
def second(closed, consultant) -> PanelCast:
    """Round 1 was held, and round 2 of the first certification is planned."""
    mail.outbox.clear()
    return plan(closed, consultant, entries=closed.entries[:1])


@pytest.fixture(params=["first", "second"])
def planned(request) -> PanelCast:
    """Either of them."""
    return request.getfixturevalue(request.param)


def opened():
    """The time after it has opened by itself."""
    return time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=False)


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def test_nobody_rates_before_it_opens_and_everybody_after(planned):
    panelist, entry = planned.panelists[0], planned.entries[0]
    assert (planned.round.is_planned, planned.round.is_open, planned.round.state) == (True, False, "open")
    assert not is_open(planned.round.ballots.get(panel_certification=entry))
    rated = Rating.objects.filter(round=planned.round)
    for act in (
        lambda: ratings.save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0),
        lambda: ratings.submit_ratings(panelist=panelist),
        lambda: ratings.submit_ratings(panelist=panelist, panel_certification=entry),
        lambda: ratings.reopen_rating(panelist=panelist, panel_certification=entry),
    ):
        with pytest.raises(ratings.RoundClosedError):
            act()
    assert not rated.exists()
    with opened():
        rate_all(panelist, [entry])
        held = waiting_round(planned.panel)
        assert (held.is_planned, held.is_open) == (False, True)
    assert rated.count() == 1


def test_panelists_list_shows_it_as_not_open_yet(first):
    assert [task.progress for task in tasks_of(first.panelists[0])] == [Progress.NOT_OPEN] * 2
    assert not any(task.is_open for task in tasks_of(first.panelists[0]))
    with opened():
        assert all(task.is_open for task in tasks_of(first.panelists[0]))


def test_panelists_pages_take_nothing(client, second):
    panelist, entry = second.panelists[0], second.entries[0]
    secret = second.secrets[panelist.pk]
    for name in ("link_welcome", "link_ratings", "link_review", "link_live"):
        assert client.get(url(name, secret)).status_code == 200
    answers = {"action": "next", "version": "0", "material": "1", "proportion": "60"}
    answers |= {"employer": "4", "postsecondary": "3"}
    late = client.post(url("link_rate", secret, entry.pk), answers)
    assert late.status_code == 409
    answers |= {"action": "submit", "ballot": str(Ballot.objects.get(round=second.round).pk)}
    assert client.post(url("link_live_rate", secret, entry.pk), answers).status_code == 409
    client.post(url("link_review", secret), {"action": "submit"})
    assert not Rating.objects.filter(round=second.round).exists()


def test_nobody_is_reminded_before_it_opens(planned, consultant):
    assert (list(panels_taking_ratings()), waiting_by_group(planned.panel)) == ([], [])
    soon = timezone.now() + timedelta(days=2)
    with time_machine.travel(soon, tick=False):
        Panel.objects.update(due_date=timezone.localdate() + timedelta(days=2))
        assert remind_panel(by=consultant, panel=planned.panel, opened_at=timezone.now(), include_recent=True) == 0
        assert remind_by_schedule(days=[7, 3, 1]) == 0
    with opened():
        assert len(waiting_on(panels_taking_ratings())) == 5


def test_remind_page_of_a_planned_round_has_nobody(client, planned, consultant):
    client.force_login(consultant)
    assert "Nobody to remind" in text(client.get(url("remind", planned.panel.pk)))


def test_who_was_told_when_it_opens_hears_once_that_it_has(second, django_capture_on_commit_callbacks):
    def run(**ahead):
        mail.outbox.clear()
        with (
            time_machine.travel(timezone.now() + timedelta(**ahead), tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            return remind_by_schedule(days=[7, 3, 1])

    assert run(days=2, hours=23) == 0
    assert run(days=3, hours=1) == 5
    assert "It is open now, so you can answer." in mail.outbox[0].body
    assert "1 of 1 certification left" in mail.outbox[0].body
    assert run(days=3, hours=2) == 0
    assert run(days=9) == 0
    assert run(days=(DUE - timezone.localdate()).days - 1) == 5
    assert "It is open now" not in mail.outbox[0].body


def test_nobody_hears_of_the_opening_within_a_day_of_the_plan(drafted, consultant):
    opens_at = timezone.now() + timedelta(hours=5)
    rounds.open_round(by=consultant, panel=drafted.panel, opens_at=opens_at, due_date=DUE)
    with time_machine.travel(opens_at + timedelta(hours=1), tick=False):
        assert remind_by_schedule(days=[7]) == 0
    with time_machine.travel(opens_at + timedelta(hours=20), tick=False):
        assert remind_by_schedule(days=[7]) == 5


def test_live_pages_do_not_take_it_for_open(client, planned, consultant):
    entry = planned.entries[0]
    session = session_of(planned.panel)
    assert (live_rounds(planned.panel), session.is_running, session.open_entry) == ([], False, None)
    assert session.entries[0].standing is Standing.PLANNED
    assert stage_of(planned.panelists[0]).scene is Scene.ENDED
    stage = stage_of(planned.panelists[0], entry_pk=entry.pk)
    held_before = planned.round.number > 1
    assert stage.scene is (Scene.CLOSED if held_before else Scene.PREVIEW)
    sentence = f"Round {planned.round.number} is planned and opens on {moment_in_words(planned.round.opened_at)}."
    assert why_no_session(planned.panel).startswith(sentence)
    with pytest.raises(MoveNotAllowedError, match="Cancel it first"):
        live.start_session(by=consultant, panel=planned.panel, mail_again=False)
    assert live.end_session(by=consultant, panel=planned.panel) is False
    with pytest.raises(MoveNotAllowedError, match="No live session is running"):
        ballots.put_on_screen(by=consultant, panel_certification=entry)
    client.force_login(consultant)
    page = text(client.get(url("live", planned.panel.pk)))
    assert sentence in page
    assert "Start the live session" not in page
    with opened():
        assert why_no_session(planned.panel).startswith("A round is open in which panelists rate in their own time")
        assert session_of(planned.panel).entries[0].standing is Standing.OPEN


def test_home_says_planned_and_counts_nothing(planned, consultant):
    [item] = home_items(consultant)
    assert item.title == f"Planned: round {planned.round.number} of the panel “{planned.panel.title}”"
    assert item.text == f"It opens on {moment_in_words(planned.round.opened_at)}. Nobody can rate before."
    assert (item.due, item.urgent, item.count) == (None, False, None)
    with opened():
        [item] = home_items(consultant)
        assert item.title.startswith("Follow the panel")


def test_staff_pages_say_planned_and_never_open(client, planned, consultant):
    client.force_login(consultant)
    number, panel = planned.round.number, planned.panel
    page = text(client.get(url("panel", panel.pk)))
    assert f"Opens on {moment_in_words(planned.round.opened_at)}" in page
    assert "Round planned" in page
    assert ">Open<" not in page
    page = text(client.get(url("round", panel.pk)))
    assert "Until then nobody can rate" in page
    assert f"Open round {number} now and mail the panelists" in page
    assert "Close the round" not in page
    assert ("panelists do not see round 1" in page) is (number > 1)
    table = client.get(url("panels")).context["table"]
    [row] = table.rows
    assert row.get_cell("state") == "Round planned"
    assert row.get_cell("progress") == f"Opens {day_in_words(planned.round.opened_at)}"
    with opened():
        client.force_login(consultant)
        [row] = client.get(url("panels")).context["table"].rows
        assert (row.get_cell("state"), row.get_cell("progress")[:2]) == ("Rating", "0 ")


def test_list_is_filtered_by_planned_and_by_rating(client, planned, consultant):
    client.force_login(consultant)

    def found(state):
        return len(client.get(url("panels"), {"state": state}).context["table"].rows)

    assert (found("planned"), found("running"), found("closed"), found("")) == (1, 0, 0, 1)
    with opened():
        client.force_login(consultant)
        assert (found("planned"), found("running")) == (0, 1)


def test_results_wait_for_the_first_round_and_stay_while_the_second_is_planned(client, first, consultant):
    client.force_login(consultant)
    with pytest.raises(Problem, match="No round is closed yet"):
        results_of(first.panel, viewer=consultant)
    assert client.get(url("results", first.panel.pk)).headers["Location"] == url("round", first.panel.pk)
    assert client.get(url("download_results", first.panel.pk)).status_code == 302


def test_results_of_round_1_stay_while_round_2_is_planned(client, second, consultant):
    client.force_login(consultant)
    assert [result.raters for result in results_of(second.panel, viewer=consultant)] == [5, 5]
    page = text(client.get(url("results", second.panel.pk)))
    assert "Round 2 is planned and opens on" in page
    assert client.get(url("recommend", second.panel.pk)).headers["Location"] == url("panel", second.panel.pk)


def test_round_1_is_revealed_when_round_2_opens_and_not_before(second):
    panelist, entry = second.panelists[0], second.entries[0]

    def seen():
        others = Rating.objects.visible_to(panelist).exclude(panelist=panelist)
        ballot = Ballot.objects.get(round=second.round)
        return others.count(), [question.values for question in before(ballot, viewer=panelist).spread]

    assert seen() == (0, [])
    assert Ballot.objects.get(round__number=1, panel_certification=entry).is_revealed is False
    with opened():
        assert seen() == (4, [(60,) * 5, (4,) * 5, (3,) * 5])
        assert Ballot.objects.get(round__number=1, panel_certification=entry).is_revealed is True
        assert Ballot.objects.get(panel_certification=second.entries[1]).is_revealed is False


def test_panelist_sees_no_spread_by_an_address_of_the_live_session(client, second):
    secret = second.secrets[second.panelists[0].pk]

    def shows_a_spread():
        page = client.post(url("link_live_rate", secret, second.entries[0].pk), {"action": "save"})
        return "half of the ratings between" in text(page)

    assert not shows_a_spread()
    with opened():
        assert shows_a_spread()


def test_public_list_and_api_know_nothing_of_it(client, closed, consultant):
    paths = [address.path for address in all_addresses() if address.path.startswith(("/approved/", "/api/"))]

    def pages():
        return [(path, answer.status_code, answer.getvalue()) for path in paths if (answer := client.get(path))]

    with time_machine.travel(timezone.now(), tick=False):
        before = pages()
        plan(closed, consultant)
        assert len(before) > 5
        assert pages() == before


def test_counts_are_of_the_planned_round(second):
    panel = with_progress(Panel.objects.all()).get()
    assert (panel.rated_count, panel.expected_count, panel.round_number) == (0, 5, 2)
    assert panel.planned_for == second.round.opened_at
    assert number_assigned(second.panelists[0]) == 1


# Mail


def test_mail_goes_out_at_once_and_says_from_when(drafted, consultant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        plan(drafted, consultant)
    opens = timezone.localdate(drafted.round.opened_at)
    assert len(mail.outbox) == 5
    assert mail.outbox[0].subject.endswith(f" from {opens:%B} {opens.day} to March 20")
    assert f"Opens: {moment_in_words(drafted.round.opened_at)}. The link works before that" in mail.outbox[0].body
    assert AuditEntry.objects.filter(verb="planned").get().detail == {
        "round": 1,
        "certifications": 2,
        "opens": moment_in_words(drafted.round.opened_at),
        "due date before": str(due()),
    }


def test_who_joins_while_it_is_planned_reads_from_when(second, consultant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        panelists.add_panelist(
            by=consultant, panel=second.panel, name="Late", email="late@example.org", group="business"
        )
    [sent] = mail.outbox
    assert sent.subject.startswith("Second round")
    assert "Opens: " in sent.body
    assert f"- {second.entries[0]}\n" in sent.body


def test_certification_that_joins_a_planned_round_is_planned_too(first, consultant):
    [entry] = panels.add_certifications(
        by=consultant, panel=first.panel, certifications=[CertificationFactory(information_sheet="Basics.")]
    )
    assert entry.ballots.get().opened_at == first.round.opened_at


def test_due_date_is_not_moved_before_the_opening(second, consultant):
    too_early = timezone.localdate(second.round.opened_at) - timedelta(days=1)
    for act in (rounds.change_due_date, panels.change_panel):
        with pytest.raises(Problem, match="answers cannot be due before that day") as refused:
            act(by=consultant, panel=second.panel, due_date=too_early)
        assert refused.value.field == "due_date"
    on_the_day = too_early + timedelta(days=1)
    assert rounds.change_due_date(by=consultant, panel=second.panel, due_date=on_the_day).due_date == on_the_day


# Opening it now, taking it back


def test_planned_round_is_not_closed(planned, consultant):
    with pytest.raises(MoveNotAllowedError, match="there is nothing to close"):
        rounds.close_round(by=consultant, round=planned.round)
    assert Round.objects.get(pk=planned.round.pk).state == "open"
    with opened():
        assert rounds.close_round(by=consultant, round=planned.round).state == "closed"


def test_planned_round_is_opened_now_and_everybody_is_told(
    second, consultant, approver, django_capture_on_commit_callbacks
):
    pulse = Panel.objects.get().pulse
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            held = rounds.open_planned_round(by=approver, round=second.round)
    assert (held.is_open, held.opened_by) == (True, approver)
    assert Panel.objects.get().pulse == pulse + 1
    assert len(mail.outbox) == 5
    assert "Opens:" not in mail.outbox[0].body
    assert Ballot.objects.get(round__number=1, panel_certification=second.entries[0]).is_revealed
    rate_all(second.panelists[0], second.entries[:1])
    assert AuditEntry.objects.filter(verb="opened", by=approver).count() == 1


def as_it_stands(cast):
    """Everything that planning a round changes."""
    panel = Panel.objects.get(pk=cast.panel.pk)
    held = list(Round.objects.order_by("pk").values())
    return panel.state, panel.due_date, held, list(Ballot.objects.order_by("pk").values())


@pytest.mark.parametrize("name", ["drafted", "closed"])
def test_planning_that_is_taken_back_leaves_the_panel_as_it_stood(
    request, name, consultant, django_capture_on_commit_callbacks
):
    cast = request.getfixturevalue(name)
    before = as_it_stands(cast)
    plan(cast, consultant)
    rounds.change_due_date(by=consultant, panel=cast.panel, due_date=date(2099, 4, 1))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        panel = rounds.take_back_round(by=consultant, round=cast.round, tell=True)
    assert as_it_stands(cast) == before
    assert panel.state == before[0]
    assert sorted(message.to[0] for message in mail.outbox) == [f"expert{n}@example.org" for n in range(5)]
    assert f"starting on {day_in_words(cast.round.opened_at)}" in mail.outbox[0].body
    taken = AuditEntry.objects.get(verb="canceled the planned")
    assert (taken.target_id, taken.detail["mails"]) == (cast.round.pk, 5)
    # And it can be planned anew.
    refresh(cast)
    plan(cast, consultant)
    assert cast.panel.state == "running"


def test_links_that_were_mailed_do_no_harm_once_it_is_taken_back(client, first, consultant):
    secret_count = PanelistLink.objects.count()
    rounds.take_back_round(by=consultant, round=first.round, tell=False)
    assert (PanelistLink.objects.filter(ended_at=None).count(), secret_count) == (5, 5)
    with pytest.raises(ratings.RoundClosedError):
        ratings.submit_ratings(panelist=first.panelists[0])


def test_taking_back_quietly_mails_nobody(second, consultant, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as queued:
        rounds.take_back_round(by=consultant, round=second.round, tell=False)
    assert queued == []


def test_only_those_who_are_asked_hear_that_it_is_taken_back(closed, consultant, django_capture_on_commit_callbacks):
    Panel.objects.update(assignment="balanced", ratings_wanted=1)
    AssignmentFactory(panelist=closed.panelists[2], panel_certification=closed.entries[0])
    refresh(closed)
    plan(closed, consultant, entries=closed.entries[:1])
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        rounds.take_back_round(by=consultant, round=closed.round, tell=True)
    assert [message.to for message in mail.outbox] == [["expert2@example.org"]]


def test_what_has_opened_meanwhile_is_not_taken_back(planned, consultant):
    with opened(), pytest.raises(StaleVersionError, match="has opened in the meantime"):
        rounds.take_back_round(by=consultant, round=planned.round, tell=True)
    assert Round.objects.filter(pk=planned.round.pk).exists()


def test_what_was_taken_back_or_closed_is_neither_opened_nor_taken_back(second, consultant):
    rounds.take_back_round(by=consultant, round=second.round, tell=False)
    second.round.pk = AuditEntry.objects.get(verb="canceled the planned").target_id
    with pytest.raises(StaleVersionError, match="was canceled before you pressed"):
        rounds.open_planned_round(by=consultant, round=second.round)
    held = Round.objects.get()
    with pytest.raises(StaleVersionError, match="Round 1 is closed already"):
        rounds.take_back_round(by=consultant, round=held, tell=False)


def test_round_planned_without_a_note_of_the_date_before_keeps_its_date(second, consultant):
    Round.objects.filter(pk=second.round.pk).update(panelists_see="own")
    other = Round.objects.create(
        panel=Panel.objects.create(
            program=second.panel.program,
            title="Other",
            standards_version="2026",
            due_date=DUE,
            created_by=consultant,
            state="running",
        ),
        opened_by=consultant,
        opened_at=timezone.now() + timedelta(days=1),
    )
    panel = rounds.take_back_round(by=consultant, round=other, tell=True)
    assert (panel.state, panel.due_date) == ("draft", DUE)
