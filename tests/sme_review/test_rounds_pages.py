"""The pages of rounds: who may open them, what they say, and every wrong turn somebody may take on them."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from core.moments import moment_in_words
from sme_review.models import Panel, Round
from sme_review.services import live, ratings, rounds
from tests.conftest import make_member
from tests.dates import due, later_due
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import PanelCertificationFactory, PanelFactory, PanelistFactory
from tests.sme_review.conftest import COMPLETE, rate_all, refresh
from tests.sme_review.deciding import send
from tests.sme_review.test_known_faults_kept import together

ACTS = ["open_planned", "take_back_round", "change_due_date", "close_round"]


def url(name, panel):
    return reverse(f"sme_review:{name}", args=[panel.pk])


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def errors(response) -> dict[str, list[str]]:
    return {name: list(messages) for name, messages in response.context["form"].errors.items()}


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


@pytest.fixture
def now():
    """A Saturday in fall, 8:30 AM in Michigan; the last Sunday with a skipped hour lies in the next spring."""
    with time_machine.travel("2026-11-28T08:30:00-05:00", tick=False):
        yield


@pytest.fixture
def held(now, closed):
    """Round 1 was held."""
    return closed


def form_of(cast, **changed) -> dict[str, object]:
    """The form of round 2, filled in well."""
    given = {
        "number": "2",
        "entries": [cast.entries[1].pk],
        "due_date": "2026-12-18",
        "opens": "now",
        "opens_day": "",
        "opens_time": "08:00",
    }
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def later(cast, day="2026-12-01", clock="08:00", **changed) -> dict[str, object]:
    return form_of(cast, opens="later", opens_day=day, opens_time=clock, **changed)


def try_to_open(staff, cast, given):
    mail.outbox.clear()
    return staff.post(url("open_round", cast.panel), given)


def nothing_happened(cast) -> bool:
    panel = Panel.objects.get(pk=cast.panel.pk)
    return (Round.objects.count(), panel.state, str(panel.due_date)) == (1, "closed", "2026-12-18")


# Who may


@pytest.mark.parametrize("name", ["open_round", *ACTS])
@pytest.mark.parametrize("role", ["auditor", "coordinator", "nobody"])
def test_only_state_staff_change_rounds(client, running, state_auditor, home_district, name, role):
    people = {"auditor": state_auditor, "coordinator": home_district.coordinator}
    if role in people:
        client.force_login(people[role])
    answer = client.post(url(name, running.panel), {"sure": "yes", "due_date": "2099-01-01"})
    assert answer.status_code == (403 if role in people else 302)
    assert role in people or answer.headers["Location"].startswith("/accounts/login/")
    panel = Panel.objects.get()
    assert (panel.state, str(panel.due_date), Round.objects.get().state) == ("running", str(due()), "open")


def test_auditor_reads_the_round_and_is_offered_nothing(client, running, state_auditor):
    client.force_login(state_auditor)
    page = text(client.get(url("round", running.panel)))
    assert "Who has not finished" in page or "Who is late" in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("name", ["open_planned", "take_back_round", "close_round"])
def test_acts_are_posts(staff, running, name):
    assert staff.get(url(name, running.panel)).status_code == 405


def test_reloaded_error_of_the_due_date_leads_to_the_round(staff, running, drafted):
    assert staff.get(url("change_due_date", running.panel)).headers["Location"] == url("round", running.panel)
    assert staff.post(url("change_due_date", PanelFactory()), {}, follow=True).status_code == 404


# Opening round 2


def test_page_proposes_with_the_reason_and_says_what_panelists_will_see(staff, held):
    page = staff.get(url("open_round", held.panel))
    assert [(item.candidate.entry, item.is_ticked, item.tone) for item in page.context["candidates"]] == [
        (held.entries[0], False, "green"),
        (held.entries[1], False, "green"),
    ]
    shown = text(page)
    assert "Opening round 2 shows panelists round 1" in shown
    assert "they see of the certifications that you tick: their own answers and the panel's spread" in shown
    assert shown.count("Not proposed. The median share of the standards is at least 50 percent") == 2
    assert "America/Detroit" in shown
    Panel.objects.update(recommend_proportion=95)
    Round.objects.update(panelists_see="own")
    page = staff.get(url("open_round", held.panel))
    assert [(item.is_ticked, item.tone) for item in page.context["candidates"]] == [(True, "amber")] * 2
    assert "Proposed: Not everything needed to recommend holds" in text(page)
    assert "they see of the certifications that you tick: only their own answers" in text(page)


def test_round_2_opens_from_the_page(staff, held, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = try_to_open(staff, held, form_of(held))
    assert answer.headers["Location"] == url("round", held.panel)
    second = Round.objects.get(number=2)
    assert [ballot.panel_certification for ballot in second.ballots.all()] == [held.entries[1]]
    assert (second.is_open, len(mail.outbox)) == (True, 5)
    shown = staff.get(url("round", held.panel))
    assert said(shown) == ["Round 2 is open. The personal links are on their way by mail."]
    assert f"Rated again: {held.entries[1]}." in text(shown)
    assert [item.title for item in staff.get(url("panel", held.panel)).context["steps"]][4:6] == ["Round 2", "Results"]
    assert staff.get(url("results", held.panel)).status_code == 200


def test_round_2_is_planned_from_the_page_by_michigans_clocks(staff, held):
    answer = staff.post(url("open_round", held.panel), later(held), follow=True)
    second = Round.objects.get(number=2)
    assert second.opened_at.isoformat() == "2026-12-01T13:00:00+00:00"
    assert said(answer) == [
        f"Round 2 is planned. It opens on {moment_in_words(second.opened_at)}. The personal links are on their way by mail."
    ]
    assert "Tuesday, December 1, 2026, 8:00 AM, Michigan time" in text(answer)


def test_round_1_is_planned_from_the_page_too(staff, now, drafted):
    page = text(staff.get(url("open_round", drafted.panel)))
    assert "Open round 1 and mail the links" in page
    assert 'value="2026-12-18"' in page
    assert "Which certifications" not in page
    given = {**later(drafted, number="1", due_date="2026-12-20"), "entries": []}
    assert staff.post(url("open_round", drafted.panel), given).status_code == 302
    refresh(drafted)
    held = Round.objects.get()
    assert (held.is_planned, held.ballots.count(), str(drafted.panel.due_date)) == (True, 2, "2026-12-20")


def test_results_and_task_list_lead_to_round_2_and_say_when_there_is_none(staff, held):
    link = f'href="{url("open_round", held.panel)}"'
    assert link in text(staff.get(url("results", held.panel)))
    step = staff.get(url("panel", held.panel)).context["steps"][6]
    assert (step.title, step.status, step.href) == ("Round 2", "If needed", url("open_round", held.panel))
    Panel.objects.update(rounds_planned=1)
    page = text(staff.get(url("results", held.panel)))
    assert link not in page
    assert "All planned rounds are over." in page
    steps = staff.get(url("panel", held.panel)).context["steps"]
    assert [item.title for item in steps].count("Round 2") == 0
    assert steps[4].hint.endswith(". All planned rounds are over")
    for answer in (staff.get(url("open_round", held.panel)), try_to_open(staff, held, form_of(held))):
        assert "This panel has one round, so no other can be opened." in text(answer)
    assert nothing_happened(held)


def test_auditor_is_not_led_to_round_2(client, held, state_auditor):
    client.force_login(state_auditor)
    assert url("open_round", held.panel) not in text(client.get(url("results", held.panel)))


def test_sent_recommendation_ends_the_rounds(staff, held, consultant):
    send(held, consultant)
    for answer in (
        staff.get(url("open_round", held.panel), follow=True),
        staff.post(url("open_round", held.panel), form_of(held), follow=True),
    ):
        assert said(answer) == ["The recommendation is sent, so no round can be opened now."]
    assert Round.objects.count() == 1


# Wrong turns


WRONG = {
    "nothing ticked": (form_of, {"entries": []}, {"entries": ["Tick at least one certification."]}),
    "words for a key": (
        form_of,
        {"entries": ["x"]},
        {"entries": ["One of the certifications that you ticked is not on this panel. Look again below."]},
    ),
    "no due date": (form_of, {"due_date": ""}, {"due_date": ["Say by when answers are due."]}),
    "due date gone": (form_of, {"due_date": None}, {"due_date": ["Say by when answers are due."]}),
    "due date past": (
        form_of,
        {"due_date": "2026-11-27"},
        {"due_date": ["This date is past. Choose today or a later day."]},
    ),
    "no date at all": (form_of, {"due_date": "soon"}, {"due_date": ["Enter a valid date."]}),
    "day past": (
        later,
        {"day": "2026-11-27"},
        {"opens_day": ["This day is past. Choose a later one, or open the round now."]},
    ),
    "time past today": (
        later,
        {"day": "2026-11-28", "clock": "08:30"},
        {"opens_time": ["This time is past. Choose a later one, or open the round now."]},
    ),
    "time that the clocks skip": (
        later,
        {"day": "2027-03-14", "clock": "02:30", "due_date": "2027-03-30"},
        {
            "opens_time": [
                "On March 14 the clocks go forward, so 2:30 AM does not exist. Choose 3:30 AM or another time."
            ]
        },
    ),
    "later without a day": (
        later,
        {"day": "", "clock": ""},
        {
            "opens_day": ["Choose the day on which the round opens."],
            "opens_time": ["Choose the time at which the round opens."],
        },
    ),
    "later with no day at all": (
        later,
        {"day": "monday", "clock": "noon"},
        {"opens_day": ["Enter a valid date."], "opens_time": ["Enter a valid time."]},
    ),
    "years ahead": (
        later,
        {"day": "9999-12-31", "due_date": "9999-12-31"},
        {
            "opens_day": ["This is more than a year ahead. Choose an earlier day."],
            "due_date": ["The year 9999 is more than two years ahead. Check the date."],
        },
    ),
    "due before it opens": (
        later,
        {"day": "2026-12-19"},
        {"due_date": ["The round opens on December 19, 2026, so answers cannot be due before that day."]},
    ),
    "a day, and now": (
        form_of,
        {"opens_day": "2026-12-01"},
        {"opens": ["You gave a day, but chose to open it now. Choose “Later”, or clear the day."]},
    ),
    "neither now nor later": (
        form_of,
        {"opens": "never"},
        {"opens": ["Select a valid choice. never is not one of the available choices."]},
    ),
}


@pytest.mark.parametrize("turn", WRONG)
def test_wrong_turn_says_what_and_keeps_what_was_typed(staff, held, turn):
    make, changed, expected = WRONG[turn]
    answer = try_to_open(staff, held, make(held, **changed))
    assert (answer.status_code, errors(answer)) == (200, expected)
    assert nothing_happened(held)
    if "entries" not in expected:
        assert [item.is_ticked for item in answer.context["candidates"]] == [False, True]
    if "due_date" not in expected:
        assert answer.context["form"]["due_date"].value() == make(held, **changed)["due_date"]


def test_certification_of_another_panel_is_refused(staff, held):
    other = PanelCertificationFactory()
    answer = try_to_open(staff, held, form_of(held, entries=[held.entries[0].pk, other.pk]))
    assert errors(answer) == {
        "entries": ["One of the certifications that you ticked is not on this panel any more. Look again below."]
    }
    assert [item.is_ticked for item in answer.context["candidates"]] == [True, False]
    assert nothing_happened(held)


def test_what_the_service_refuses_is_said_on_the_form(staff, held):
    held.entries[1].materials.update(information_sheet="")
    answer = try_to_open(staff, held, form_of(held))
    assert errors(answer) == {"__all__": [f"Write the information sheet of {held.entries[1]}: panelists rate by it."]}
    assert nothing_happened(held)


def test_not_ready_names_what_is_missing_and_offers_no_button(staff, held):
    Panel.objects.update(standards_version="1999")
    page = staff.get(url("open_round", held.panel))
    assert [sentence for sentence, _ in page.context["missing"]] == [
        f"{held.panel.program} has no standards in the version “1999”. Choose another version."
    ]
    assert "Open round 2 and mail" not in text(page)


def test_second_press_opens_nothing_twice(staff, held, consultant):
    given = form_of(held)
    assert try_to_open(staff, held, given).status_code == 302
    again = staff.post(url("open_round", held.panel), given, follow=True)
    assert said(again)[-1] == f"Round 2 was opened already by {consultant}. Nothing was done twice."
    assert Round.objects.filter(number=2).count() == 1


def test_of_two_consultants_who_plan_the_second_is_told(staff, held, client, approver):
    other = client_of(approver)
    other.post(url("open_round", held.panel), later(held))
    told = staff.post(url("open_round", held.panel), form_of(held), follow=True)
    assert said(told) == [f"Round 2 was planned already by {approver}. Nothing was done twice."]
    assert Round.objects.get(number=2).is_planned
    assert staff.get(url("open_round", held.panel)).headers["Location"] == url("round", held.panel)


def client_of(user):
    found = Client()
    found.force_login(user)
    return found


def test_page_of_round_1_does_not_open_round_2(staff, held):
    told = staff.post(url("open_round", held.panel), {"number": "1"}, follow=True)
    assert said(told) == ["The panel has moved on since you opened the page. This is the page for round 2."]
    assert nothing_happened(held)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_in_the_same_instant_one_opens(closed, consultant, approver):
    """Known fault: two saves racing, here from two desks."""
    pressing = [client_of(user) for user in (consultant, approver)]
    met = together(
        *(
            lambda one=one: one.post(url("open_round", closed.panel), form_of(closed, due_date=str(later_due())))
            for one in pressing
        )
    )
    assert [answer.headers["Location"] for answer in met] == [url("round", closed.panel)] * 2
    assert Round.objects.filter(number=2).count() == 1
    told = [message for one in pressing for message in said(one.get(url("round", closed.panel)))]
    assert sum("Nothing was done twice." in message for message in told) == 1


def test_no_round_opens_while_a_live_session_runs(staff, held, consultant):
    live.start_session(by=consultant, panel=held.panel, mail_again=False)
    for answer in (
        staff.get(url("open_round", held.panel), follow=True),
        staff.post(url("open_round", held.panel), form_of(held), follow=True),
    ):
        assert answer.redirect_chain[-1][0] == url("live", held.panel)
        assert said(answer) == ["A live session is running. End it first; then another round can be opened."]
    assert Round.objects.count() == 2


# A planned round


@pytest.fixture
def planned(held, consultant):
    opens_at = timezone.now() + timedelta(days=3)
    held.round = rounds.open_round(by=consultant, panel=held.panel, opens_at=opens_at, entries=held.entries[:1])
    refresh(held)
    return held


def test_planned_round_is_opened_from_its_page(staff, planned):
    for _ in range(2):
        answer = staff.post(url("open_planned", planned.panel), {"round": planned.round.pk}, follow=True)
        assert said(answer) == ["Round 2 is open."]
    assert Round.objects.get(number=2).is_open


def test_planning_is_taken_back_from_its_page_and_a_second_press_is_told(
    staff, planned, django_capture_on_commit_callbacks
):
    given = {"round": planned.round.pk, "tell": "on"}
    page = text(staff.get(url("round", planned.panel)))
    assert "Tell the 5 panelists by mail that it will not start then" in page
    with django_capture_on_commit_callbacks() as queued:
        answer = staff.post(url("take_back_round", planned.panel), given, follow=True)
    assert said(answer) == ["The planned round 2 is canceled."]
    assert (len(queued), Panel.objects.get().state) == (5, "closed")
    for name in ("take_back_round", "open_planned", "close_round"):
        again = staff.post(url(name, planned.panel), {**given, "sure": "yes"}, follow=True)
        assert said(again) == [
            "The panel has moved on since you opened the page, so nothing was changed. Check where it stands now."
        ]
    assert Round.objects.get().state == "closed"


def test_stale_page_of_a_planned_round_1_that_was_taken_back(staff, now, drafted, consultant):
    held = rounds.open_round(by=consultant, panel=drafted.panel, opens_at=timezone.now() + timedelta(days=1))
    pk = held.pk
    rounds.take_back_round(by=consultant, round=held, tell=False)
    answer = staff.post(url("open_planned", drafted.panel), {"round": pk}, follow=True)
    assert answer.redirect_chain[-1][0] == url("panel", drafted.panel)
    assert Panel.objects.get().state == "draft"


def test_what_has_opened_meanwhile_is_not_taken_back_from_its_page(staff, planned, consultant):
    with time_machine.travel(planned.round.opened_at + timedelta(minutes=1), tick=False):
        staff.force_login(consultant)
        answer = staff.post(url("take_back_round", planned.panel), {"round": planned.round.pk}, follow=True)
        assert said(answer) == [
            "Round 2 has opened in the meantime, so it can no longer be canceled. Close it instead."
        ]


def test_closed_round_is_not_opened_from_a_stale_page(staff, held):
    answer = staff.post(url("open_planned", held.panel), {"round": held.round.pk}, follow=True)
    assert said(answer) == ["Round 1 is closed already."]


def test_planned_round_is_not_closed_from_a_page(staff, planned):
    answer = staff.post(url("close_round", planned.panel), {"sure": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == url("round", planned.panel)
    assert "there is nothing to close. Cancel the planned round instead." in said(answer)[0]


# Following and closing


def test_closing_page_says_that_nothing_was_submitted(staff, now, running):
    page = text(staff.get(url("round", running.panel)))
    assert "Nobody has submitted anything" in page
    assert "it still counts as one of the 2 planned rounds" in page
    assert "Yes, close round 1 now, without any answer" in page
    answer = staff.post(url("close_round", running.panel), {"sure": "yes", "round": running.round.pk}, follow=True)
    assert answer.status_code == 200
    assert [result.raters for result in answer.context["selection"].results] == [0, 0]


def test_closing_page_says_who_is_late_and_that_drafts_do_not_count(staff, now, running):
    for panelist in running.panelists[:3]:
        rate_all(panelist, running.entries)
    ratings.save_rating(
        panelist=running.panelists[3], panel_certification=running.entries[0], answers=COMPLETE, version=0
    )
    page = text(staff.get(url("round", running.panel)))
    assert "Who has not finished" in page
    assert "Expert 3, 2 of 2 left" in page
    for entry in running.entries:
        assert f"{entry}: 3 people rated it; the panel's quorum is 5." in page
    assert "If you close it now, no reading will be suggested for them." in page
    assert "replace those of round 1" not in page
    assert "1 panelist started and did not submit everything. Drafts are kept, but they do not count." in page
    assert "Panelists were told a later date" in page
    assert "Nobody has submitted" not in page
    Panel.objects.update(due_date="2026-11-27")
    page = text(staff.get(url("round", running.panel)))
    assert "Who is late" in page
    assert "The due date is past" in page
    for panelist in running.panelists[3:]:
        rate_all(panelist, running.entries[1:])
        refresh(running)
    page = text(staff.get(url("round", running.panel)))
    assert ("Expert 4, 1 of 2 left" in page, "Expert 0" in page) == (True, False)


def test_closing_page_of_round_2_says_what_becomes_of_round_1(staff, held, consultant):
    rounds.open_round(by=consultant, panel=held.panel)
    assert "The results of round 1 still stand." in text(staff.get(url("round", held.panel)))
    refresh(held)
    rate_all(held.panelists[0], held.entries[:1])
    page = text(staff.get(url("round", held.panel)))
    assert f"{held.entries[0]}: 1 person rated it; the panel's quorum is 5." in page
    assert "If you close it now, no reading will be suggested for it, because the answers of this round" in page


def test_closing_page_names_a_stakeholder_group_that_is_missing(staff, running):
    """The quorum is met, and still no reading would come of it."""
    Panel.objects.update(quorum=4)
    for panelist in running.panelists:
        if panelist.group != "postsecondary":
            rate_all(panelist, running.entries[:1])
    page = text(staff.get(url("round", running.panel)))
    assert f"{running.entries[0]}: Nobody rated it in: Postsecondary educator." in page


def test_stale_page_closes_no_other_round(staff, held, consultant):
    first = held.round.pk
    rounds.open_round(by=consultant, panel=held.panel)
    answer = staff.post(url("close_round", held.panel), {"sure": "yes", "round": first}, follow=True)
    assert "nothing was changed" in said(answer)[0]
    assert Round.objects.get(number=2).state == "open"


def test_due_date_is_changed_from_the_page(staff, now, running):
    given = {"due_date": "2027-01-08", "seen": "2026-12-18"}
    answer = staff.post(url("change_due_date", running.panel), given, follow=True)
    assert said(answer) == ["Answers are now due January 8, 2027."]
    again = staff.post(url("change_due_date", running.panel), given, follow=True)
    assert said(again) == ["Answers are now due January 8, 2027."]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"due_date": "2026-11-27"}, "This date is past. Choose today or a later day."),
        ({"due_date": ""}, "Choose the new due date."),
        ({"due_date": "friday"}, "Enter a valid date."),
        (
            {"due_date": "2027-02-01", "seen": "2026-12-04"},
            (
                "Somebody changed the due date to December 18, 2026 since you opened the page. Choose again, if it should "
                "be another one."
            ),
        ),
    ],
)
def test_wrong_due_date_says_what_and_keeps_it(staff, now, running, given, expected):
    answer = staff.post(url("change_due_date", running.panel), given)
    assert errors(answer) == {"due_date": [expected]}
    assert answer.context["form"]["due_date"].value() == given["due_date"]
    assert 'name="seen" value="2026-12-18"' in text(answer)
    assert str(Panel.objects.get().due_date) == "2026-12-18"


def test_due_date_of_a_closed_round_is_not_changed_from_a_stale_page(staff, held):
    answer = staff.post(url("change_due_date", held.panel), {"due_date": "2027-02-01"})
    assert errors(answer) == {"__all__": ["The round is closed, so the due date can no longer change."]}


# Queries


@pytest.mark.parametrize("count", [1, 20])
def test_pages_keep_their_query_count(staff, held, consultant, django_assert_num_queries, count):
    for certification in CertificationFactory.create_batch(count):
        PanelCertificationFactory(panel=held.panel, certification=certification)
    PanelistFactory.create_batch(count, panel=held.panel, invited=True)
    with django_assert_num_queries(25):
        assert len(staff.get(url("open_round", held.panel)).context["candidates"]) == count + 2
    rounds.open_round(by=consultant, panel=held.panel, entries=held.entries)
    with django_assert_num_queries(15):
        assert staff.get(url("round", held.panel)).status_code == 200


def test_members_of_the_state_with_the_right_may(client, now, closed):
    client.force_login(make_member(Role.OCTE_APPROVER))
    assert client.get(url("open_round", closed.panel)).status_code == 200
