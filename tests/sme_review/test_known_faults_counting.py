"""A known fault of such tools: an abstention counted as a rating.

The same five people rate, once alone and once beside somebody who abstains in one of many ways. Whatever is worked out
from ratings must be the same both times: figures, readings, files, the packet, the projector and the panelists' pages.
"""

import io

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from sme_review.enums import Reading
from sme_review.models import Panel, StandardMark
from sme_review.packets.shown import show_entries
from sme_review.result_files import SUMMARY_HEADINGS
from sme_review.selectors.coverage import coverage_of
from sme_review.selectors.figures import QUESTIONS
from sme_review.selectors.live import session_of, tally_of
from sme_review.selectors.live_spread import spread_of
from sme_review.selectors.packet_content import packet_content
from sme_review.selectors.panels import standards_of
from sme_review.selectors.ratings import tasks_of
from sme_review.selectors.results import all_results, figures_over_panel, results_of
from sme_review.services import ballots, live, panelists, ratings, rounds
from sme_review.validators import Answers
from tests.factories.sme_review import AssignmentFactory, ConflictDeclarationFactory, PanelistFactory
from tests.sme_review.conftest import refresh
from tests.sme_review.deciding import recommend

SHARES, EMPLOYERS, SCHOOLS = [20, 40, 60, 80, 95], [5, 5, 4, 4, 2], [1, 3, 3, 4, 5]
# Answers that would move every figure if they counted.
LOUD = Answers(0, "Loud", 1, False, "Loud", 1, False, "Loud")
NO_OPINION = Answers(60, "", None, True, "", None, True, "")
# What tells how many abstained, and must not tell anything else.
COUNTS = {"Invited", "Cannot judge", "Conflict of interest", "Missing"}


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def rate(person, entry, answers, *, submits=True, marks=None):
    ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0, marks=marks)
    if submits:
        ratings.submit_ratings(panelist=person, panel_certification=entry)


def sheet(cast, mark):
    return dict.fromkeys(standards_of(cast.panel).values_list("pk", flat=True), mark)


def five_rate(cast, entry):
    """The five answer all three questions and fill in the worksheet."""
    for person, share, employer, school in zip(cast.panelists, SHARES, EMPLOYERS, SCHOOLS, strict=True):
        answers = Answers(share, "So", employer, False, "So", school, False, "So")
        rate(person, entry, answers, marks=sheet(cast, StandardMark.Mark.FULL))


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


def figures(result, *, first=0):
    """Every figure of a certification but the counts of those who abstained."""
    return [
        (
            one.question.key,
            one.summary,
            one.distribution,
            one.bands,
            one.support,
            one.disagreement,
            one.lies_close,
            sorted(one.by_rater.values()),
            [(group.answered, group.median) for group in one.groups],
        )
        for one in result.questions[first:]
    ]


def rows_of(lines, first):
    """The rows of the questions from `first` on, without the columns that count who abstained."""
    headings = lines[0]
    keep = [place for place, heading in enumerate(headings) if heading not in COUNTS]
    wanted = {question.title for question in QUESTIONS[first:]}
    rows = [[line[place] for place in keep] for line in lines[1:] if set(line) & wanted]
    assert rows
    return rows


def everything_shown(cast, by, *, first=0):
    """What pages, files and the packet say once round 1 is closed; from the question at place `first` on."""
    panel = Panel.objects.get(pk=cast.panel.pk)
    rounds.close_round(by=by, round=cast.round)
    panel.refresh_from_db()
    staff = Client()
    staff.force_login(by)
    results = results_of(panel, viewer=by)
    book = load_workbook(io.BytesIO(staff.get(url("download_results_xlsx", panel.pk)).content))
    sheets = {name: [[cell.value for cell in row] for row in book[name]] for name in book.sheetnames[:3]}
    csv = staff.get(url("download_results", panel.pk)).content.decode("utf-8-sig").splitlines()
    assert tuple(csv[0].split(",")) == SUMMARY_HEADINGS
    cast.panel = panel
    recommend(cast, by)
    packet = packet_content(panel, viewer=by, number=1, frozen_by=by, frozen_at=timezone.now())
    entry = packet["certifications"][0]
    counted = ("invited", "cannot_judge", "recused", "missing")
    frozen = [
        {
            **question,
            "groups": [
                {key: value for key, value in group.items() if key not in counted} for group in question["groups"]
            ],
            "total": {key: value for key, value in question["total"].items() if key not in counted},
        }
        for question in entry["questions"][first:]
    ]
    raters = [version["ratings"] for version in entry["materials"]] + [
        sum(one["rated"] for one in packet["participation"])
    ]
    return {
        "figures": [figures(result, first=first) for result in results],
        "reading": [(result.suggested, result.withheld) for result in results],
        "over the panel": figures_over_panel(results)[first:],
        "coverage": coverage_of(panel, viewer=by).found,
        "xlsx": [rows_of(lines, first) for lines in sheets.values()],
        "packet": frozen,
        "packet's reading": (entry["reading"], entry["rule"], entry["withheld"], packet["agreement"][first:]),
        "packet's raters": raters if first == 0 else [],
        "packet's pictures": [one.spread for one in show_entries(packet)[0].questions[first:]],
    }


@pytest.mark.parametrize("abstain", ABSTAINING)
def test_somebody_who_abstains_changes_no_figure_anywhere(abstain, running, consultant):
    entry, other = running.entries
    five_rate(running, entry)
    five_rate(running, other)
    person = PanelistFactory(panel=running.panel, group="business", invited=True)
    first = 1 if abstain is cannot_judge else 0
    point = transaction.savepoint()
    alone = everything_shown(running, consultant, first=first)
    transaction.savepoint_rollback(point)
    refresh(running)
    abstain(running, person, entry, consultant)
    beside = everything_shown(running, consultant, first=first)
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
    assert result.withheld == "4 of the 5 raters that the panel's quorum asks for have rated it."
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
    assert result.withheld == "Fewer than 1 person rated it in: Postsecondary educator."
    assert [group.median for group in result.questions[1].groups if group.label == "Postsecondary educator"] == [None]


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
    shown = [(one.asked.field, one.values, one.summary, one.bars) for one in spread_of(ballot, viewer=by)]
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
