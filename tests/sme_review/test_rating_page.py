"""The page on which a panelist rates: the worksheet, drafts that save themselves, round 2, and the list before it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from certifications.models import ProgramStandard, SegmentWeight
from sme_review.models import Ballot, ConflictDeclaration, Panel, Rating, Round, StandardMark
from sme_review.selectors.ratings import Progress, tasks_of
from sme_review.selectors.worksheets import marks_of, sheet_of
from sme_review.services import ballots, live, panels, ratings, rounds
from sme_review.validators import Answers
from tests.factories.sme_review import AssignmentFactory
from tests.sme_review.conftest import COMPLETE, rate_all, refresh, send_rating

TYPED = {
    "worksheet": "shown",
    "proportion": "70",
    "proportion_reason": "",
    "employer_value": "4",
    "employer_reason": "",
    "postsecondary_value": "3",
    "postsecondary_reason": "",
}
QUIETLY = {"HTTP_X_AUTOSAVE": "1"}


def url(name, secret, *args):
    return reverse(f"sme_review:{name}", args=[secret, *args])


@pytest.fixture
def person(running):
    return running.panelists[0]


@pytest.fixture
def entry(running):
    return running.entries[0]


@pytest.fixture
def secret(running, person):
    return running.secrets[person.pk]


@pytest.fixture
def address(secret, entry):
    return url("link_rate", secret, entry.pk)


@pytest.fixture
def standards(running) -> list[ProgramStandard]:
    return list(ProgramStandard.objects.filter(program=running.panel.program).order_by("code"))


def marked(standards, *marks):
    """The worksheet as the page sends it."""
    return {f"mark_{standard.pk}": mark for standard, mark in zip(standards, marks, strict=False)}


def ask_for_worksheets(cast) -> None:
    Panel.objects.update(worksheet=Panel.Worksheet.REQUIRED)
    refresh(cast)


# The worksheet


def test_marks_are_kept_with_the_answers_and_suggest_a_share(client, address, standards):
    sent = {**TYPED, **marked(standards, "full", "part"), "action": "save", "version": 0}
    assert send_rating(client, address, sent).headers["Location"] == address
    assert marks_of(Rating.objects.get()) == {standards[0].pk: "full", standards[1].pk: "part"}
    shown = client.get(address)
    assert "Your marks come to 75 percent of the standards." in shown.content.decode()
    assert Rating.objects.get().proportion == 70


def test_a_share_is_suggested_by_the_weights_of_segments(client, running, address, standards):
    for code, weight in (("A", 30), ("B", 10)):
        SegmentWeight.objects.create(program=running.panel.program, version="2026", segment_code=code, weight=weight)
    send_rating(client, address, {**TYPED, **marked(standards, "none", "full"), "action": "use", "version": 0})
    assert [standard.segment_code for standard in standards] == ["A", "B"]
    assert Rating.objects.get().proportion == 25


def test_the_suggested_share_becomes_the_answer_only_when_all_is_marked(client, address, standards):
    half = {**TYPED, "proportion": "", **marked(standards, "full"), "action": "use", "version": 0}
    refused = send_rating(client, address, half)
    assert refused.context["form"].errors == {
        "worksheet": ["1 standard has no mark on the worksheet yet. Choose full, part or none for each."]
    }
    assert Rating.objects.get().proportion is None
    whole = {**half, **marked(standards, "full", "part"), "version": refused.context["version"]}
    assert send_rating(client, address, whole).headers["Location"] == f"{address}#id_proportion"
    assert Rating.objects.get().proportion == 75


def test_the_rest_is_marked_as_none_and_all_is_cleared(client, address, standards):
    send_rating(client, address, {**TYPED, **marked(standards, "full"), "action": "rest", "version": 0})
    assert marks_of(Rating.objects.get()) == {standards[0].pk: "full", standards[1].pk: "none"}
    answer = send_rating(
        client, address, {**TYPED, **marked(standards, "full", "none"), "action": "clear", "version": 1}
    )
    assert answer.headers["Location"] == f"{address}#id_worksheet"
    assert not StandardMark.objects.exists()
    assert Rating.objects.get().proportion == 70


def test_marks_that_are_none_and_standards_of_others_are_passed_over(client, address, standards):
    strange = {**TYPED, f"mark_{standards[0].pk}": "most", "mark_999999": "full", "mark_": "full"}
    send_rating(client, address, {**strange, "action": "save", "version": 0})
    assert not StandardMark.objects.exists()


def test_a_page_without_a_worksheet_leaves_the_marks_alone(client, running, address, standards):
    send_rating(client, address, {**TYPED, **marked(standards, "full", "part"), "action": "save", "version": 0})
    without = {key: value for key, value in TYPED.items() if key != "worksheet"}
    send_rating(client, address, {**without, "proportion": "55", "action": "save", "version": 1})
    assert Rating.objects.get().proportion == 55
    assert StandardMark.objects.count() == 2
    Panel.objects.update(worksheet=Panel.Worksheet.OFF)
    refresh(running)
    assert sheet_of(running.panel) is None
    assert "worksheet" not in client.get(address).context["form"].fields


def test_a_program_without_standards_shows_no_worksheet(client, running, address, standards):
    ProgramStandard.objects.all().delete()
    assert "worksheet" not in client.get(address).context["form"].fields


def test_where_the_worksheet_is_asked_for_a_rating_is_finished_only_with_it(
    client, running, person, secret, address, entry, standards
):
    ask_for_worksheets(running)
    refused = send_rating(client, address, {**TYPED, **marked(standards, "full"), "action": "next", "version": 0})
    assert list(refused.context["form"].errors) == ["worksheet"]
    assert tasks_of(person).of(entry.pk).progress == Progress.UNFINISHED
    client.post(url("link_review", secret), {"action": "submit"})
    assert Rating.objects.get().state == Rating.State.DRAFT
    assert ratings.submit_ratings(panelist=person, panel_certification=entry) == 0
    whole = {**TYPED, **marked(standards, "full", "none"), "action": "next", "version": refused.context["version"]}
    assert send_rating(client, address, whole).status_code == 302
    assert tasks_of(person).of(entry.pk).progress == Progress.READY
    client.post(url("link_review", secret), {"action": "submit"})
    assert Rating.objects.get().state == Rating.State.SUBMITTED


def test_many_unmarked_standards_are_counted(client, running, address, standards):
    ask_for_worksheets(running)
    refused = send_rating(client, address, {**TYPED, "action": "next", "version": 0})
    assert refused.context["form"].errors["worksheet"] == [
        "2 standards have no mark on the worksheet yet. Choose full, part or none for each."
    ]


# Drafts that save themselves


def test_a_share_is_taken_with_its_percent_sign(client, address):
    send_rating(client, address, {**TYPED, "proportion": " 45 %", "version": 0}, **QUIETLY)
    assert Rating.objects.get().proportion == 45


def test_typing_saves_a_draft_and_tells_what_the_marks_come_to(client, address, standards):
    sent = {**TYPED, **marked(standards, "full"), "version": 0}
    told = send_rating(client, address, sent, **QUIETLY)
    assert told.json() == {
        "message": "Draft saved.",
        "version": 1,
        "parts": {"share": "1 standard is not marked yet. When all are marked, a share is suggested here."},
    }
    again = send_rating(client, address, {**sent, "proportion": "about 60", "version": 1}, **QUIETLY).json()
    assert again["message"] == "Draft saved. Enter a whole number from 0 to 100, without the percent sign."
    assert Rating.objects.get().proportion == 70
    assert Rating.objects.get().state == Rating.State.DRAFT


def test_typing_in_a_second_tab_or_after_the_close_is_told(client, running, address, consultant):
    send_rating(client, address, {**TYPED, "version": 0}, **QUIETLY)
    stale = send_rating(client, address, {**TYPED, "proportion": "10", "version": 0}, **QUIETLY)
    assert (stale.status_code, stale.json()["message"][:36]) == (409, "This rating was saved in another win")
    rounds.close_round(by=consultant, round=running.round)
    late = send_rating(client, address, {**TYPED, "proportion": "10", "version": 1}, **QUIETLY)
    assert (late.status_code, late.json()) == (409, {"message": ratings.CLOSED_MESSAGE})
    assert Rating.objects.get().proportion == 70


def test_typing_on_an_old_page_does_not_change_what_is_submitted(client, running, person, address):
    rate_all(person, running.entries)
    told = send_rating(client, address, {**TYPED, "proportion": "10", "version": 2}, **QUIETLY)
    assert (told.status_code, told.json()["message"][:27]) == (409, "This rating is submitted. P")
    assert set(Rating.objects.values_list("proportion", flat=True)) == {60}


def test_looking_with_the_header_of_a_draft_saves_nothing(client, address):
    assert client.get(address, **QUIETLY).status_code == 200
    assert not Rating.objects.exists()


@pytest.fixture
def live_page(drafted, consultant):
    """The first certification is open in a live session; the address that takes a panelist's answers."""
    live.start_session(by=consultant, panel=drafted.panel, mail_again=True)
    ballots.open_ballot(by=consultant, panel_certification=drafted.entries[0])
    refresh(drafted)
    from sme_review.services.panelists import new_link

    secret = new_link(drafted.panelists[0]).rsplit("/link/panel/", 1)[1].strip("/")
    return url("link_live_rate", secret, drafted.entries[0].pk)


def test_a_live_draft_saves_itself_and_does_not_count(client, drafted, live_page):
    ballot = Ballot.objects.get()
    told = client.post(live_page, {**TYPED, "ballot": ballot.pk, "version": 0}, **QUIETLY).json()
    assert (told["message"], told["version"]) == ("Draft saved. Press Submit when you are done.", 1)
    assert told["mark"] == f"rate-{drafted.entries[0].pk}-{ballot.round_id}-1"
    assert Rating.objects.get().state == Rating.State.DRAFT


def test_a_live_draft_of_an_opening_that_is_over_is_told(client, drafted, live_page, consultant):
    ballot = Ballot.objects.get()
    client.post(live_page, {**TYPED, "ballot": ballot.pk, "version": 0}, **QUIETLY)
    ballots.close_ballot(by=consultant, ballot=ballot)
    for named in (ballot.pk, "x"):
        late = client.post(live_page, {**TYPED, "proportion": "9", "ballot": named, "version": 1}, **QUIETLY)
        assert (late.status_code, late.json()) == (409, {"message": ratings.CLOSED_MESSAGE})
    assert Rating.objects.get().proportion == 70


def test_a_live_panel_that_asks_for_worksheets_leads_to_them(client, drafted, live_page):
    ask_for_worksheets(drafted)
    ballot = Ballot.objects.get()
    sent = client.post(live_page, {**TYPED, "ballot": ballot.pk, "version": 0, "action": "submit"}, follow=True)
    assert sent.redirect_chain[0][0].endswith(f"/ratings/{drafted.entries[0].pk}/")
    assert "asks for the worksheet too" in sent.content.decode()
    assert "Back to the live session" in sent.content.decode()
    assert Rating.objects.get().state == Rating.State.DRAFT


# Round 2


@pytest.fixture
def second(running, consultant):
    """Round 2 of the first certification is open; in round 1 the first panelist gave 20, the others 60."""
    for number, panelist in enumerate(running.panelists):
        share = Answers(
            proportion=20 if number == 0 else 60,
            proportion_reason="Only the safety units" if number == 0 else "Zephyrine heard it",
            employer_value=4,
            postsecondary_value=3,
        )
        rate_all(panelist, running.entries, share)
    rounds.close_round(by=consultant, round=running.round)
    running.round = rounds.open_round(by=consultant, panel=running.panel, entries=running.entries[:1])
    refresh(running)
    return running


def test_round_2_begins_with_ones_own_answers_beside_the_spread(client, second, address):
    shown = client.get(address)
    words = shown.content.decode()
    assert shown.context["form"]["proportion"].value() == 20
    assert "Round 1: your answers and the panel's spread" in words
    assert [question.summary.median for question in shown.context["before"].spread] == [60, 4, 3]
    assert "Zephyrine" not in words
    assert not any(panelist.name in words for panelist in second.panelists[1:])


def test_reasons_of_round_1_are_shown_where_the_panel_says_so(client, second, address):
    Round.objects.update(panelists_see="reasons")
    assert "Zephyrine heard it" in client.get(address).content.decode()
    Round.objects.update(panelists_see="own")
    alone = client.get(address)
    assert alone.context["before"].spread == []
    assert "Round 1: your answers" in alone.content.decode()
    assert "Zephyrine" not in alone.content.decode()


def test_a_changed_answer_is_kept_beside_the_first(client, second, person, secret, address, entry):
    send_rating(client, address, {**TYPED, "proportion": "50", "action": "next", "version": 0})
    client.post(url("link_review", secret), {"action": "submit"})
    kept = Rating.objects.filter(panelist=person, panel_certification=entry).order_by("round__number")
    assert list(kept.values_list("proportion", "state")) == [(20, "locked"), (50, "submitted")]
    for name in ("link_review", "link_rate"):
        words = client.get(url(name, secret, *([entry.pk] if name == "link_rate" else []))).content.decode()
        assert ("50 percent" in words, "20 percent" in words) == (True, True)


def test_what_is_not_rated_again_is_listed_apart(client, second, person, secret):
    todo = tasks_of(person)
    assert [task.entry for task in todo.assigned] == second.entries[:1]
    assert [task.entry for task in todo.closed] == second.entries[1:]
    words = client.get(url("link_ratings", secret)).content.decode()
    assert ("0 of 1 done" in words, "Not rated in this round" in words) == (True, True)
    assert "This is round 2." in client.get(url("link_welcome", secret)).content.decode()


def test_the_worksheet_of_round_1_goes_on_in_round_2(running, person, entry, consultant, standards):
    marks = {standard.pk: "full" for standard in standards}
    ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0, marks=marks)
    ratings.submit_ratings(panelist=person)
    rounds.close_round(by=consultant, round=running.round)
    rounds.open_round(by=consultant, panel=running.panel)
    second = ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0)
    assert second.round.number == 2
    assert marks_of(second) == marks


def test_new_material_is_pointed_out_until_the_answers_are_saved_again(client, person, address, entry, consultant):
    ratings.save_rating(panelist=person, panel_certification=entry, answers=COMPLETE, version=0)
    assert "There is something new to read" not in client.get(address).content.decode()
    panels.change_panel_certification(
        by=consultant, panel_certification=entry, information_sheet="It was renewed.", position=1
    )
    shown = client.get(address).content.decode()
    assert ("There is something new to read" in shown, "It was renewed." in shown) == (True, True)
    send_rating(client, address, {**TYPED, "action": "save", "version": 1, "material": 2})
    assert "There is something new to read" not in client.get(address).content.decode()


def test_a_closed_rating_stands_beside_the_version_it_was_made_by(client, running, person, address, entry, consultant):
    rate_all(person, running.entries)
    panels.change_panel_certification(
        by=consultant, panel_certification=entry, information_sheet="It was renewed.", position=1
    )
    rounds.close_round(by=consultant, round=running.round)
    words = client.get(address).content.decode()
    assert ("What it covers: the basics." in words, "It was renewed." in words) == (True, False)


# The list


@pytest.fixture
def shared_out(running):
    """Each certification is asked of two; the first panelist is asked for the first one."""
    Panel.objects.update(assignment=Panel.Assignment.BALANCED, ratings_wanted=2)
    for panelist in running.panelists[:2]:
        AssignmentFactory(panelist=panelist, panel_certification=running.entries[0])
    for panelist in running.panelists[2:4]:
        AssignmentFactory(panelist=panelist, panel_certification=running.entries[1])
    refresh(running)
    return running


def test_the_list_counts_what_is_asked_for_and_offers_the_rest(client, shared_out, person, secret):
    words = client.get(url("link_ratings", secret)).content.decode()
    assert ("0 of 1 done" in words, "You may rate these too" in words) == (True, True)
    rate_all(person, shared_out.entries[1:])
    assert "0 of 1 done" in client.get(url("link_ratings", secret)).content.decode()
    rate_all(person, shared_out.entries[:1])
    assert "1 of 1 done" in client.get(url("link_ratings", secret)).content.decode()


def test_save_and_next_leads_through_what_is_asked_for_only(client, shared_out, secret, address):
    answer = send_rating(client, address, {**TYPED, "action": "next", "version": 0})
    assert answer.headers["Location"] == url("link_review", secret)


def test_somebody_who_is_asked_for_nothing_is_told_so(client, shared_out):
    secret = shared_out.secrets[shared_out.panelists[4].pk]
    words = client.get(url("link_ratings", secret)).content.decode()
    assert "You have no certifications to rate" in words
    assert words.count("Not started") == 2


def test_what_few_have_rated_in_this_round_comes_first(second, consultant):
    """Ratings of round 1 do not count against round 2."""
    ballots = Ballot.objects.filter(round=second.round)
    assert ballots.count() == 1
    first, last = second.entries
    Ballot.objects.create(
        round=second.round, panel_certification=last, opened_by=consultant, opened_at=second.round.opened_at
    )
    rate_all(second.panelists[1], [first])
    for panelist in second.panelists[2:]:
        assert [task.entry for task in tasks_of(panelist)] == [last, first]


# A round whose time has not come


@pytest.fixture
def planned(drafted, consultant):
    """Round 1 opens in two days."""
    drafted.round = rounds.open_round(by=consultant, panel=drafted.panel, opens_at=timezone.now() + timedelta(days=2))
    refresh(drafted)
    from sme_review.services.panelists import new_link

    link = new_link(drafted.panelists[0])
    drafted.secrets[drafted.panelists[0].pk] = link.rsplit("/link/panel/", 1)[1].strip("/")
    return drafted


@pytest.mark.parametrize("name", ["link_welcome", "link_ratings"])
def test_before_its_time_a_round_says_when_it_opens(client, planned, name):
    shown = client.get(url(name, planned.secrets[planned.panelists[0].pk]))
    assert shown.context["is_open"] is False
    words = shown.content.decode()
    assert ("You can rate from" in words, "The round is closed" in words) == (True, False)


def test_before_its_time_a_rating_is_refused_and_the_page_is_to_read(client, planned):
    address = url("link_rate", planned.secrets[planned.panelists[0].pk], planned.entries[0].pk)
    assert client.get(address).context["read_only"] is True
    assert send_rating(client, address, {**TYPED, "action": "save", "version": 0}).status_code == 409
    assert not Rating.objects.exists()
    assert tasks_of(planned.panelists[0]).assigned[0].progress == Progress.NOT_OPEN


def test_a_conflict_can_be_declared_before_the_round_opens(client, planned):
    secret, entry = planned.secrets[planned.panelists[0].pk], planned.entries[0]
    declared = {f"conflict_{entry.pk}": "on", f"reason_{entry.pk}": "I sell its training", "action": "declare"}
    assert client.post(url("link_conflicts", secret), declared).headers["Location"] == url("link_ratings", secret)
    assert ConflictDeclaration.objects.get().panel_certification == entry


@pytest.mark.parametrize("name", ["link_welcome", "link_ratings", "link_conflicts"])
def test_after_round_1_is_taken_back_nothing_is_called_closed(client, planned, consultant, name):
    rounds.take_back_round(by=consultant, round=planned.round, tell=False)
    words = client.get(url(name, planned.secrets[planned.panelists[0].pk])).content.decode()
    assert ("OCTE will tell you by mail when you can rate." in words, "The round is closed" in words) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_many_are_rated(
    count, client, running, consultant, secret, django_assert_num_queries
):
    for panelist in running.panelists[:count]:
        rate_all(panelist, running.entries)
    with django_assert_num_queries(10):
        client.get(url("link_ratings", secret))


@pytest.mark.parametrize("count", [0, 3])
def test_the_rating_page_costs_the_same_however_many_are_rated(
    count, client, running, secret, address, django_assert_num_queries
):
    for panelist in running.panelists[1 : count + 1]:
        rate_all(panelist, running.entries)
    with django_assert_num_queries(10):
        client.get(address)


def test_the_rating_page_of_round_2_costs_three_queries_more(client, second, address, django_assert_num_queries):
    with django_assert_num_queries(13):
        client.get(address)
