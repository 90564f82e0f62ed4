"""A known fault of such tools: an abstention counted as a rating.

The same five people rate, once alone and once beside somebody who abstains in one of many ways. Whatever is worked out
from ratings must be the same both times: figures, readings, files, the packet, the projector and the panelists' pages.
"""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from sme_review.enums import Reading
from sme_review.models import Panel, StandardMark
from sme_review.presenters.panelists import panelist_status
from sme_review.selectors.live import session_of, tally_of
from sme_review.selectors.live_spread import spread_of
from sme_review.selectors.panelists import panelists_of
from sme_review.selectors.panels import with_progress
from sme_review.selectors.ratings import tasks_of
from sme_review.selectors.results import all_results, figures_over_panel
from sme_review.services import ballots, live, panelists, ratings, rounds
from sme_review.validators import Answers
from tests.factories.sme_review import AssignmentFactory, ConflictDeclarationFactory, PanelistFactory
from tests.sme_review.conftest import refresh
from tests.sme_review.everything import everything_shown, five_rate, sheet
from tests.sme_review.results import results_of

# Answers that would move every figure if they counted.
LOUD = Answers(0, "Loud", 1, False, "Loud", 1, False, "Loud")
NO_OPINION = Answers(60, "", None, True, "", None, True, "")


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def rate(person, entry, answers, *, submits=True, marks=None):
    ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0, marks=marks)
    if submits:
        ratings.submit_ratings(panelist=person, panel_certification=entry)


def recuse(cast, person, entry, by):
    ratings.declare_conflicts(panelist=person, reasons={entry.pk: "Sells its training"})


def rate_then_recuse(cast, person, entry, by):
    rate(person, entry, LOUD, marks=sheet(cast, StandardMark.Mark.NONE))
    recuse(cast, person, entry, by)


def step_back_past_the_code(cast, person, entry, by):
    """A conflict that came into the database beside a rating that was already submitted."""
    rate(person, entry, LOUD, marks=sheet(cast, StandardMark.Mark.NONE))
    ConflictDeclarationFactory(panelist=person, panel_certification=entry)


def only_save(cast, person, entry, by):
    rate(person, entry, LOUD, submits=False, marks=sheet(cast, StandardMark.Mark.NONE))


def take_back(cast, person, entry, by):
    rate(person, entry, LOUD, marks=sheet(cast, StandardMark.Mark.NONE))
    ratings.reopen_rating(panelist=person, panel_certification=entry)


def be_taken_off(cast, person, entry, by):
    rate(person, entry, LOUD, marks=sheet(cast, StandardMark.Mark.NONE))
    panelists.withdraw_panelist(by=by, panelist=person, reason="Moved out of state")


def say_nothing(cast, person, entry, by):
    """Invited, and never came."""


def not_be_asked(cast, person, entry, by):
    """The certifications are shared out, and this one did not get the person."""
    Panel.objects.filter(pk=cast.panel.pk).update(assignment=Panel.Assignment.BALANCED, ratings_wanted=5)
    for rater in cast.panelists:
        AssignmentFactory(panelist=rater, panel_certification=entry)


def cannot_judge(cast, person, entry, by):
    """Answers question 1 in the middle of the others', and cannot judge questions 2 and 3."""
    rate(person, entry, NO_OPINION)


ABSTAINING = [
    recuse,
    rate_then_recuse,
    step_back_past_the_code,
    only_save,
    take_back,
    be_taken_off,
    say_nothing,
    not_be_asked,
    cannot_judge,
]


def shown_at_the_close(cast, by, first):
    rounds.close_round(by=by, round=cast.round)
    cast.panel.refresh_from_db()
    return everything_shown(cast, by, first=first, counts=False)


@pytest.mark.parametrize("abstain", ABSTAINING)
def test_somebody_who_abstains_changes_no_figure_anywhere(abstain, running, consultant):
    entry, other = running.entries
    five_rate(running, entry)
    five_rate(running, other)
    person = PanelistFactory(panel=running.panel, group="business", invited=True)
    first = 1 if abstain is cannot_judge else 0
    point = transaction.savepoint()
    alone = shown_at_the_close(running, consultant, first)
    transaction.savepoint_rollback(point)
    refresh(running)
    abstain(running, person, entry, consultant)
    beside = shown_at_the_close(running, consultant, first)
    for name, shown in alone.items():
        assert beside[name] == shown, name
    raters = [result.raters for result in all_results(running.panel, viewer=consultant).final]
    assert raters == [6 if abstain is cannot_judge else 5, 5]


@pytest.mark.parametrize("abstain", [one for one in ABSTAINING if one is not cannot_judge])
def test_somebody_who_abstains_does_not_make_the_quorum(abstain, running, consultant):
    """Four of the five who are needed have rated; one who abstains is not the fifth."""
    entry = running.entries[0]
    for person in running.panelists[1:]:
        rate(person, entry, Answers(60, "", 5, postsecondary_value=3, employer_reason="So"))
    abstain(running, running.panelists[0], entry, consultant)
    rounds.close_round(by=consultant, round=running.round)
    result = results_of(running.panel, viewer=consultant)[0]
    assert (result.raters, result.reading) == (4, Reading.WITHHELD)
    assert result.withheld == "4 people rated it; the panel's quorum is 5."
    assert [one.support for one in result.questions] == [None, None, None]
    assert [one.certifications for one in figures_over_panel([result])] == [0, 0, 0]


def test_a_whole_group_that_abstains_leaves_its_group_without_a_rater(running, consultant):
    """Six rate, and the only postsecondary educator has stepped back: the group has nobody who rated."""
    entry = running.entries[0]
    two_more = PanelistFactory.create_batch(2, panel=running.panel, group="business", invited=True)
    for person in [*running.panelists, *two_more]:
        if person.group == "postsecondary":
            rate_then_recuse(running, person, entry, consultant)
        else:
            rate(person, entry, Answers(60, "", 5, postsecondary_value=3, employer_reason="So"))
    rounds.close_round(by=consultant, round=running.round)
    result = results_of(running.panel, viewer=consultant)[0]
    assert result.withheld == "Nobody rated it in: Postsecondary educator."
    assert [group.median for group in result.questions[1].groups if group.label == "Postsecondary educator"] == [None]


@pytest.mark.parametrize("judges", [(1, 5), (1, 5, 3)])
def test_two_who_could_judge_are_no_camps(judges, running, consultant):
    """One says 1 and one says 5, the others cannot judge: that is no disagreement of the panel, and no reading of
    it.
    """
    for place, person in enumerate(running.panelists):
        value = judges[place] if place < len(judges) else None
        rate(person, running.entries[0], Answers(10, "So", value, value is None, "So", 3))
    rounds.close_round(by=consultant, round=running.round)
    result = results_of(running.panel, viewer=consultant)[0]
    assert result.questions[1].disagreement is (True if len(judges) > 2 else None)
    assert result.reading == (Reading.DISCUSS if len(judges) > 2 else Reading.DO_NOT_RECOMMEND)


@pytest.mark.parametrize("judges", range(6))
def test_those_who_cannot_judge_do_not_lend_their_weight_to_those_who_can(judges, running, consultant):
    """Five have rated the certification, and only some of them its value to employers: 5 each, and nobody disagrees."""
    for place, person in enumerate(running.panelists):
        value = 5 if place < judges else None
        for entry in running.entries:
            rate(person, entry, Answers(60, "", value, value is None, "So", 3))
    rounds.close_round(by=consultant, round=running.round)
    result = results_of(running.panel, viewer=consultant)[0]
    employer = result.questions[1]
    assert (result.raters, result.withheld, employer.total.cannot_judge) == (5, "", 5 - judges)
    assert (employer.support.raters if employer.support else None) == (judges if judges >= 3 else None)
    assert result.reading == (Reading.RECOMMEND if judges >= 3 else Reading.DISCUSS)
    assert employer.too_few is (judges < 3)
    over_the_panel = figures_over_panel(results_of(running.panel, viewer=consultant))
    assert over_the_panel[1].endorsement == (1 if judges >= 3 else None)
    assert [one.certifications for one in over_the_panel] == [2, 0 if judges < 3 else 2, 2]
    staff = Client()
    staff.force_login(consultant)
    page = staff.get(url("results", running.panel.pk)).content.decode()
    assert ("Fewer than three could judge it" in page) is (judges in {1, 2})


def started(cast, by):
    """A live session whose first certification is open."""
    cast.round = live.start_session(by=by, panel=cast.panel, mail_again=False)
    ballots.open_ballot(by=by, panel_certification=cast.entries[0])
    refresh(cast)
    return cast.entries[0]


def projected(cast, by):
    """What the projector shows after the close, and what it counts as answered."""
    entry = cast.entries[0]
    ballot = ballots.close_ballot(by=by, ballot=entry.ballots.get())
    ballots.reveal_ballot(by=by, ballot=ballot)
    ballot.refresh_from_db()
    shown = [(one.question.field, one.values, one.summary, one.bars) for one in spread_of(ballot, viewer=by)]
    panel = Panel.objects.get(pk=cast.panel.pk)
    staff = Client()
    staff.force_login(by)
    assert staff.get(url("live_screen", panel.pk)).context["spread"] == spread_of(ballot, viewer=by)
    submitted = next(item.submitted for item in session_of(panel).entries if item.entry == entry)
    return shown, submitted, tally_of(ballot, panel).total.submitted


@pytest.mark.parametrize("abstain", ABSTAINING)
def test_somebody_who_abstains_changes_nothing_on_the_projector(abstain, drafted, consultant):
    entry = started(drafted, consultant)
    five_rate(drafted, entry)
    person = PanelistFactory(panel=drafted.panel, group="business", invited=True)
    point = transaction.savepoint()
    alone, *counts = projected(drafted, consultant)
    transaction.savepoint_rollback(point)
    refresh(drafted)
    abstain(drafted, person, entry, consultant)
    beside, *counts_beside = projected(drafted, consultant)
    first = 1 if abstain is cannot_judge else 0
    assert beside[first:] == alone[first:]
    assert counts == [5, 5]
    assert counts_beside == ([6, 6] if abstain is cannot_judge else [5, 5])


@pytest.mark.parametrize("abstain", [recuse, rate_then_recuse, only_save, take_back, be_taken_off, say_nothing])
def test_somebody_who_abstains_is_not_among_the_ratings_that_a_list_is_sorted_by(abstain, running, consultant):
    """What has the fewest ratings comes first for those who still have to rate; an abstention is none."""
    entry, other = running.entries
    rate(running.panelists[0], other, Answers(60, employer_value=4, postsecondary_value=3))
    abstain(running, running.panelists[1], entry, consultant)
    for reader in running.panelists[2:]:
        assert [task.entry for task in tasks_of(reader)] == [entry, other]


def standing(panel, by):
    """How many answers are in of how many, and how far each panelist is; both as staff reads it."""
    counted = with_progress(Panel.objects.filter(pk=panel.pk)).get()
    people = panelists_of(by, panel)
    return (counted.rated_count, counted.expected_count), [panelist_status(person)[0] for person in people]


def test_stepping_back_from_one_certification_is_no_answer_to_another(running, consultant):
    """Round 2 asks for the second alone; somebody who stepped back from the first has not answered it."""
    first, second = running.entries
    recuse(running, running.panelists[0], first, consultant)
    five_rate(running, second)
    assert standing(running.panel, consultant) == ((5, 9), ["Submitted", *["Started, 1 of 2 submitted"] * 4])
    rounds.close_round(by=consultant, round=running.round)
    rounds.open_round(by=consultant, panel=running.panel, entries=[second], mail_again=False)
    refresh(running)
    assert standing(running.panel, consultant) == ((0, 5), ["Opened"] * 5)
    rate(running.panelists[0], second, NO_OPINION)
    assert standing(running.panel, consultant) == ((1, 5), ["Submitted", *["Opened"] * 4])


def test_stepping_back_from_what_one_is_not_asked_for_is_no_answer(running, consultant):
    """Certifications are shared out: the first to one person, the second to all."""
    first, second = running.entries
    for person in running.panelists:
        AssignmentFactory(panelist=person, panel_certification=second)
    AssignmentFactory(panelist=running.panelists[1], panel_certification=first)
    Panel.objects.filter(pk=running.panel.pk).update(assignment=Panel.Assignment.BALANCED, ratings_wanted=5)
    running.panel.refresh_from_db()
    recuse(running, running.panelists[0], first, consultant)
    recuse(running, running.panelists[1], first, consultant)
    assert standing(running.panel, consultant) == ((0, 5), ["Opened", "Opened", "Invited", "Invited", "Invited"])
    rate(running.panelists[1], second, NO_OPINION)
    assert standing(running.panel, consultant) == ((1, 5), ["Opened", "Submitted", *["Invited"] * 3])


def test_a_rating_beside_a_conflict_is_one_answer(running, consultant):
    """Not one for the rating and one more for stepping back."""
    step_back_past_the_code(running, running.panelists[0], running.entries[0], consultant)
    assert standing(running.panel, consultant) == ((0, 9), ["Started, 0 of 1 submitted", *["Invited"] * 4])
