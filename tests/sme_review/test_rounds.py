"""A second round by mail: what is proposed, what is chosen, when it opens, by when, and what its mail says."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review.models import Ballot, Panel, Rating, Round
from sme_review.preconditions import opening_warnings, why_not_open
from sme_review.selectors.ballots import final_ballots
from sme_review.selectors.panelists import panelists_of
from sme_review.selectors.panels import with_progress
from sme_review.selectors.results import all_results, results_by_entry
from sme_review.selectors.rounds import candidates, rated_in, waiting_by_group, without_reading
from sme_review.services import panelists, ratings, rounds
from sme_review.validators import Answers
from tests.dates import due, in_words
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import (
    AssignmentFactory,
    ConflictDeclarationFactory,
    ListingDecisionFactory,
    PanelCertificationFactory,
    RecommendationFactory,
)
from tests.sme_review.conftest import open_first_round, rate_all, refresh
from tests.sme_review.results import results_of
from tests.stages import staged

DUE = date(2099, 3, 20)
LATER = datetime(2099, 3, 2, 13, tzinfo=UTC)
LOW = Answers(proportion=10, proportion_reason="Too narrow", employer_value=2, postsecondary_value=3)
HIGH = Answers(proportion=90, employer_value=5, employer_reason="Asked for", postsecondary_value=3)


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    """Call something and get the mails that it sent."""

    def call(act, **given):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(**given)
        return list(mail.outbox)

    return call


@pytest.fixture
def split(db, consultant):
    """Round 1 closed: of one mind about the first certification, in two camps about the second."""
    return staged(rate_in_two_camps, consultant)


def rate_in_two_camps(consultant):
    running = open_first_round(consultant)
    first, second = running.entries
    for place, panelist in enumerate(running.panelists):
        rate_all(panelist, [first], HIGH)
        rate_all(panelist, [second], LOW if place < 2 else HIGH)
    rounds.close_round(by=consultant, round=running.round)
    refresh(running)
    return running


def balanced(cast, pairs) -> None:
    """Ask only for these pairs of numbers of a panelist and a certification."""
    Panel.objects.update(assignment="balanced", ratings_wanted=2)
    for who, entry in pairs:
        AssignmentFactory(panelist=cast.panelists[who], panel_certification=cast.entries[entry])
    refresh(cast)


def test_second_round_rates_what_was_chosen_by_its_own_date(split, consultant):
    second = split.entries[1]
    held = rounds.open_round(by=consultant, panel=split.panel, entries=[second], due_date=DUE)
    refresh(split)
    assert (held.number, held.is_open, held.is_planned) == (2, True, False)
    assert (split.panel.state, split.panel.due_date) == ("running", DUE)
    assert list(held.ballots.values_list("panel_certification", flat=True)) == [second.pk]
    assert AuditEntry.objects.filter(verb="changed panel", detail__due_date=[str(due()), "2099-03-20"]).exists()
    assert AuditEntry.objects.filter(verb="opened").first().detail == {"round": 2, "certifications": 1}
    with pytest.raises(ratings.RoundClosedError):
        rate_all(split.panelists[0], [split.entries[0]])
    rate_all(split.panelists[0], [second])


def test_second_round_reveals_the_first_of_what_it_rates_and_of_nothing_else(split, consultant):
    rounds.open_round(by=consultant, panel=split.panel, entries=split.entries[1:], due_date=DUE)
    revealed = Ballot.objects.filter(revealed_at__isnull=False).values_list("panel_certification", flat=True)
    assert list(revealed) == [split.entries[1].pk]


def test_mail_of_the_second_round_says_so_and_names_what_is_rated_again(split, consultant, send):
    sent = send(
        rounds.open_round, by=consultant, panel=split.panel, entries=split.entries[1:], due_date=DUE, opens_at=None
    )
    assert len(sent) == 5
    assert sent[0].subject.startswith("Second round: please rate certifications again for ")
    assert sent[0].subject.endswith(" by March 20")
    body = sent[0].body
    assert "This is the second round of the panel" in body
    assert f"again on 1 certification:\n- {split.entries[1]}\n" in body
    assert str(split.entries[0]) not in body
    assert "how the answers of the whole panel are spread, without names" in body
    assert "Due: March 20, 2099." in body
    assert "How long: about 20 minutes." in body
    assert "Opens:" not in body


@pytest.mark.parametrize(
    ("sees", "words"),
    [
        ("own", "You see your own answers of the first round, if you gave any. You may"),
        ("spread", "how the answers of the whole panel are spread, without names"),
        ("reasons", "and the reasons given, all without names"),
    ],
)
def test_mail_promises_what_round_1_lets_panelists_see_not_what_the_panel_says_now(
    split, consultant, send, sees, words
):
    Round.objects.update(panelists_see=sees)
    Panel.objects.update(panelists_see="own" if sees == "spread" else "spread")
    sent = send(rounds.open_round, by=consultant, panel=split.panel, entries=split.entries, due_date=DUE)
    assert words in sent[0].body
    assert ("with the results of the first round in front of you" in sent[0].body) is (sees != "own")


def test_mail_of_the_first_round_stays_as_it_was(drafted, consultant, send):
    sent = send(rounds.open_round, by=consultant, panel=drafted.panel)
    assert (
        sent[0].subject
        == f"Please rate certifications for {drafted.panel.program.title} by {in_words(due(), year=False)}"
    )
    assert "read about 2 certifications and answer three short questions on each" in sent[0].body
    assert "round" not in sent[0].body


def test_who_is_asked_for_nothing_in_the_second_round_gets_no_mail(split, consultant, send):
    ConflictDeclarationFactory(panelist=split.panelists[0], panel_certification=split.entries[1])
    balanced(split, [(0, 1), (1, 0), (2, 1)])
    panelists.withdraw_panelist(by=consultant, panelist=split.panelists[3], reason="Moved")
    sent = send(rounds.open_round, by=consultant, panel=split.panel, entries=split.entries[1:], due_date=DUE)
    assert [message.to for message in sent] == [["expert2@example.org"]]


@pytest.mark.parametrize("number", [1, 3])
def test_page_about_another_round_opens_nothing(split, consultant, number):
    with pytest.raises(StaleVersionError):
        rounds.open_round(by=consultant, panel=split.panel, number=number, due_date=DUE)
    assert Round.objects.count() == 1


def test_second_press_is_told_who_was_first(drafted, consultant, approver):
    rounds.open_round(by=approver, panel=drafted.panel, number=1)
    with pytest.raises(StaleVersionError, match=f"Round 1 was opened by {approver} before you pressed"):
        rounds.open_round(by=consultant, panel=drafted.panel, number=1)
    assert AuditEntry.objects.filter(verb="opened").count() == 1


def test_no_round_follows_the_last_planned_one(closed, consultant):
    Panel.objects.update(rounds_planned=1)
    with pytest.raises(MoveNotAllowedError, match="This panel has one round, and all of them are over"):
        rounds.open_round(by=consultant, panel=closed.panel)
    Panel.objects.update(rounds_planned=2)
    rounds.close_round(by=consultant, round=rounds.open_round(by=consultant, panel=closed.panel))
    with pytest.raises(MoveNotAllowedError, match="This panel has 2 rounds, and all of them are over"):
        rounds.open_round(by=consultant, panel=closed.panel)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (lambda cast: [], "Choose at least one certification"),
        (lambda cast: [PanelCertificationFactory()], "not on this panel"),
        (lambda cast: [cast.entries[0], PanelCertificationFactory()], "not on this panel"),
    ],
)
def test_what_is_chosen_is_of_this_panel(closed, consultant, chosen, message):
    with pytest.raises(Problem, match=message) as refused:
        rounds.open_round(by=consultant, panel=closed.panel, entries=chosen(closed), due_date=DUE)
    assert refused.value.field == "entries"
    refresh(closed)
    assert (Round.objects.count(), closed.panel.state, closed.panel.due_date) == (1, "closed", due())


def settle(entry) -> None:
    """OCTE has decided, and released it."""
    ListingDecisionFactory(recommendation=RecommendationFactory(panel_certification=entry))


def test_what_octe_decided_is_not_rated_again(closed, consultant):
    first, second = closed.entries
    settle(first)
    with pytest.raises(Problem, match="OCTE has decided one of these") as refused:
        rounds.open_round(by=consultant, panel=closed.panel, entries=[first, second], due_date=DUE)
    assert refused.value.field == "entries"
    held = rounds.open_round(by=consultant, panel=closed.panel, due_date=DUE)
    assert [ballot.panel_certification for ballot in held.ballots.all()] == [second]


def test_round_does_not_open_after_its_answers_are_due(closed, consultant):
    for given in (
        {"opens_at": LATER},
        {"opens_at": LATER, "due_date": date(2099, 3, 1)},
        {"due_date": date(2020, 1, 1)},
    ):
        with pytest.raises(Problem, match="answers cannot be due before that day") as refused:
            rounds.open_round(by=consultant, panel=closed.panel, **given)
        assert refused.value.field == "due_date"
    assert Round.objects.count() == 1


def test_live_session_is_not_planned(drafted, consultant):
    with pytest.raises(ValueError, match="not planned"):
        rounds.open_round(by=consultant, panel=drafted.panel, mode=Round.Mode.LIVE, opens_at=LATER)


# What is proposed


def test_disagreement_and_discuss_are_proposed_with_the_reason(split, consultant):
    first, second = candidates(split.panel, viewer=consultant)
    assert (first.entry, first.is_proposed, first.reasons) == (split.entries[0], False, [])
    [why] = second.reasons
    assert why == (
        "The panel disagrees on the share of the standards and the value to employers: at least a third rate low and at "
        "least a third rate high."
    )
    Panel.objects.update(recommend_proportion=95)
    refresh(split)
    first, _ = candidates(split.panel, viewer=consultant)
    assert first.reasons == [
        "Not everything needed to recommend holds: the median share of the standards is below 95 percent."
    ]


def test_disagreement_below_the_quorum_is_proposed_too(split, consultant):
    Panel.objects.update(quorum=6)
    refresh(split)
    first, second = candidates(split.panel, viewer=consultant)
    assert (first.reasons, first.lacking) == (
        [],
        ["Too few for a reading: 5 people are asked to rate it, and the quorum is 6."],
    )
    assert second.reasons == [
        "The panel disagrees on: Share of the technical standards (0 to 100 percent), Value to employers (1 to 5)."
    ]


def test_what_too_few_rated_is_proposed_where_enough_are_asked(running, consultant):
    for panelist in running.panelists[:4]:
        rate_all(panelist, running.entries[:1], HIGH)
    rounds.close_round(by=consultant, round=running.round)
    first, _ = candidates(running.panel, viewer=consultant)
    assert (first.reasons, first.lacking) == (["4 people rated it; the panel's quorum is 5."], [])


def test_what_nobody_rated_is_named_before_round_1_is_closed(running, consultant, client):
    first, second = running.entries
    for panelist in running.panelists:
        rate_all(panelist, [first], HIGH)
    client.force_login(consultant)
    assert client.get(reverse("sme_review:round", args=[running.panel.pk])).context["without_reading"] == [
        (second, "Nobody rated it; the panel's quorum is 5.")
    ]


def test_what_nobody_rated_and_what_was_sent_back_is_proposed(running, consultant):
    first = running.entries[0]
    for panelist in running.panelists:
        rate_all(panelist, [first], HIGH)
    rounds.close_round(by=consultant, round=running.round)
    ListingDecisionFactory(
        recommendation=RecommendationFactory(panel_certification=first),
        outcome="sent_back",
        reason="Ask about the new test.",
        listing=None,
        first_school_year=None,
        decided_by=consultant,
    )
    found = candidates(running.panel, viewer=consultant)
    assert [one.reasons for one in found] == [
        [f"{consultant} sent it back: Ask about the new test."],
        ["Nobody has rated it yet."],
    ]
    assert [one.result is None for one in found] == [False, True]


def test_what_octe_decided_is_no_candidate(closed, consultant):
    settle(closed.entries[0])
    assert [one.entry for one in candidates(closed.panel, viewer=consultant)] == [closed.entries[1]]


def test_candidate_says_who_is_lacking(closed, consultant):
    ConflictDeclarationFactory(panelist=closed.panelists[2], panel_certification=closed.entries[0])
    Panel.objects.update(quorum=3)
    refresh(closed)
    first, second = candidates(closed.panel, viewer=consultant)
    assert (first.lacking, second.lacking) == (["Too few for a reading in: Postsecondary educator."], [])
    balanced(closed, [(0, 0), (2, 0), (1, 1)])
    first, second = candidates(closed.panel, viewer=consultant)
    assert first.lacking == ["Too few for a reading: 1 person is asked to rate it, and the quorum is 3."]
    panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[1], reason="Moved")
    _, second = candidates(closed.panel, viewer=consultant)
    assert second.lacking == ["Too few for a reading: no people are asked to rate it, and the quorum is 3."]


def test_candidate_without_a_sheet_cannot_be_rated(closed, consultant):
    closed.entries[0].materials.update(information_sheet=" ")
    first, second = candidates(closed.panel, viewer=consultant)
    assert (first.has_sheet, second.has_sheet) == (False, True)
    assert first.lacking == ["Its information sheet is empty, so it cannot be rated."]
    with pytest.raises(Problem, match="Write the information sheet of"):
        rounds.open_round(by=consultant, panel=closed.panel, entries=closed.entries, due_date=DUE)
    rounds.open_round(by=consultant, panel=closed.panel, entries=closed.entries[1:], due_date=DUE)


def test_candidates_take_the_same_queries_whatever_their_number(closed, consultant, django_assert_num_queries):
    assert consultant.scope.state
    with django_assert_num_queries(14):
        candidates(closed.panel, viewer=consultant)
    for certification in CertificationFactory.create_batch(5):
        PanelCertificationFactory(panel=closed.panel, certification=certification)
    with django_assert_num_queries(14):
        assert len(candidates(closed.panel, viewer=consultant)) == 7


# What stands in the way, and what will be lacking


def test_nobody_asked_for_what_is_chosen_stands_in_the_way(closed, consultant):
    balanced(closed, [(0, 0)])
    assert why_not_open(closed.panel, closed.entries[:1]) == []
    nobody = ["Nobody who is still on the panel is asked to rate these certifications. Choose others."]
    assert why_not_open(closed.panel, closed.entries[1:]) == nobody
    panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[0], reason="Moved")
    assert why_not_open(closed.panel, closed.entries) == nobody


def test_draft_whose_only_assigned_panelist_left_must_be_shared_out_again(drafted, consultant):
    balanced(drafted, [(0, 0)])
    assert why_not_open(drafted.panel) == []
    panelists.withdraw_panelist(by=consultant, panelist=drafted.panelists[0], reason="Moved")
    assert why_not_open(drafted.panel) == ["Share out the certifications, or let everyone rate every one."]


def test_warnings_of_the_second_round_count_who_left_and_who_is_idle(closed, consultant):
    balanced(closed, [(0, 0), (1, 1), (2, 0), (3, 0), (4, 1)])
    assert opening_warnings(closed.panel, closed.entries) == []
    panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[4], reason="Moved")
    assert opening_warnings(closed.panel, closed.entries[:1]) == [
        "The quorum is 5 raters and 4 panelists are on the panel, so no reading will be suggested.",
        "1 panelist is asked to rate none of the certifications.",
        (
            "1 panelist is taken off the panel and not replaced. Once the round is open or planned, you can put somebody in "
            "their place."
        ),
    ]
    assert len(opening_warnings(closed.panel)) == 1


def test_replaced_panelist_is_not_missed(running, consultant):
    person = panelists.NewPanelist(name="Nell", email="nell@example.org", group="business")
    panelists.replace_panelist(by=consultant, panelist=running.panelists[4], reason="Moved", person=person)
    rounds.close_round(by=consultant, round=running.round)
    assert opening_warnings(running.panel, running.entries) == []


# Counts of a round that rates some of the certifications


def shown(cast, user):
    panel = with_progress(Panel.objects.filter(pk=cast.panel.pk)).get()
    people = panelists_of(user, cast.panel)
    return (panel.rated_count, panel.expected_count), [
        (person.submitted_count, person.recused_count, person.assigned_count) for person in people
    ]


def test_conflict_with_what_is_not_rated_again_counts_for_nobody(split, consultant):
    first, second = split.entries
    ConflictDeclarationFactory(panelist=split.panelists[0], panel_certification=first)
    ConflictDeclarationFactory(panelist=split.panelists[1], panel_certification=second)
    rounds.open_round(by=consultant, panel=split.panel, entries=[second], due_date=DUE)
    rate_all(split.panelists[2], [second])
    assert shown(split, consultant) == ((1, 4), [(0, 0, 1), (0, 1, 1), (1, 0, 1), (0, 0, 1), (0, 0, 1)])
    assert panelists_of(consultant, split.panel)[0].conflict_count == 1


def test_balanced_second_round_asks_for_what_is_assigned_of_it(split, consultant):
    balanced(split, [(0, 0), (0, 1), (1, 0), (2, 1)])
    ConflictDeclarationFactory(panelist=split.panelists[3], panel_certification=split.entries[0])
    rounds.open_round(by=consultant, panel=split.panel, entries=split.entries[1:], due_date=DUE)
    rate_all(split.panelists[0], split.entries[1:])
    assert shown(split, consultant) == ((1, 2), [(1, 0, 1), (0, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)])
    assert with_progress(Panel.objects.all()).get().shared_count == 4


def test_before_a_round_everything_counts(drafted, consultant):
    balanced(drafted, [(0, 0), (0, 1), (1, 0)])
    ConflictDeclarationFactory(panelist=drafted.panelists[1], panel_certification=drafted.entries[0])
    assert shown(drafted, consultant)[0] == (0, 2)


# Who has not finished, and more time for them


def test_who_has_not_finished_is_listed_by_group(running):
    rate_all(running.panelists[1], running.entries)
    rate_all(running.panelists[3], running.entries[:1])
    found = [
        (group.label, [(one.panelist.name, one.left) for one in group.people])
        for group in waiting_by_group(running.panel)
    ]
    assert found == [
        ("Business and industry", [("Expert 3", 1), ("Expert 4", 2)]),
        ("Postsecondary educator", [("Expert 2", 2)]),
        ("Secondary educator", [("Expert 0", 2)]),
    ]
    rate_all(running.panelists[3], running.entries[1:])
    for place in (0, 2, 4):
        rate_all(running.panelists[place], running.entries)
    assert waiting_by_group(running.panel) == []


def test_due_date_is_changed_without_a_mail(running, consultant, send):
    sent = send(rounds.change_due_date, by=consultant, panel=running.panel, due_date=DUE, seen=due())
    refresh(running)
    assert (sent, running.panel.due_date) == ([], DUE)
    assert AuditEntry.objects.filter(verb="changed panel").get().detail == {"due_date": [str(due()), "2099-03-20"]}


def test_of_two_who_change_the_due_date_the_second_is_told(running, consultant, approver):
    seen = running.panel.due_date
    rounds.change_due_date(by=approver, panel=running.panel, due_date=DUE, seen=seen)
    rounds.change_due_date(by=consultant, panel=running.panel, due_date=DUE, seen=seen)
    with pytest.raises(StaleVersionError, match="to March 20, 2099 since") as refused:
        rounds.change_due_date(by=consultant, panel=running.panel, due_date=date(2099, 4, 1), seen=seen)
    assert refused.value.field == "due_date"
    rounds.change_due_date(by=consultant, panel=running.panel, due_date=date(2099, 4, 1))
    refresh(running)
    assert running.panel.due_date == date(2099, 4, 1)


def test_due_date_of_a_closed_round_stays(closed, consultant):
    with pytest.raises(MoveNotAllowedError, match="The round is closed"):
        rounds.change_due_date(by=consultant, panel=closed.panel, due_date=DUE)


def test_certification_that_was_never_rated_may_have_its_first_rating_in_round_2(running, consultant):
    first, second = running.entries
    rate_all(running.panelists[0], [first])
    rounds.close_round(by=consultant, round=running.round)
    rounds.open_round(by=consultant, panel=running.panel, entries=[second], due_date=DUE)
    rate_all(running.panelists[0], [second])
    assert Rating.objects.get(panel_certification=second).round.number == 2


def test_round_in_which_nobody_rates_leaves_standing_what_the_one_before_found(split, consultant):
    before = [(one.raters, one.reading) for one in results_of(split.panel, viewer=consultant)]
    held = rounds.open_round(by=consultant, panel=split.panel, due_date=DUE)
    rate_all(split.panelists[0], split.entries[:1], LOW)
    ratings.save_rating(panelist=split.panelists[1], panel_certification=split.entries[1], answers=LOW, version=0)
    rounds.close_round(by=consultant, round=held)
    after = [(one.raters, one.reading) for one in results_of(split.panel, viewer=consultant)]
    assert before == [(5, "recommend"), (5, "discuss")]
    assert after == [(1, "withheld"), (5, "discuss")]
    everything = all_results(split.panel, viewer=consultant)
    assert [one.raters for one in everything.final] == [1, 5]
    assert [one.raters for one in everything.by_round[2]] == [1, 0]
    assert results_by_entry(split.panel, viewer=consultant)[split.entries[1].pk].raters == 5


def test_what_nobody_ever_rated_stands_in_its_last_round(running, consultant):
    rounds.close_round(by=consultant, round=running.round)
    held = rounds.open_round(by=consultant, panel=running.panel, due_date=DUE)
    rounds.close_round(by=consultant, round=held)
    assert {ballot.round.number for ballot in final_ballots(running.panel).values()} == {2}


def test_counts_of_what_a_round_rates_are_of_those_who_count(running, consultant):
    for panelist in running.panelists[:3]:
        rate_all(panelist, running.entries)
    panelists.withdraw_panelist(by=consultant, panelist=running.panelists[0], reason="Moved")
    assert without_reading(running.round, rated_in(running.round)) == [
        (running.entries[0], "2 people rated it; the panel's quorum is 5."),
        (running.entries[1], "2 people rated it; the panel's quorum is 5."),
    ]
