"""The tally of a live session equals a recount, whatever has happened: random histories of a session."""

import random

import pytest

from core.problems import Problem
from sme_review.enums import StakeholderGroup
from sme_review.models import Assignment, Ballot, ConflictDeclaration, Panel, Panelist, Rating, Round
from sme_review.selectors.live import session_of, tally_of
from sme_review.services import ballots, live, ratings
from sme_review.validators import Answers
from tests.sme_review.conftest import COMPLETE

STEPS = 70


def recount(ballot, panel):
    """The tally by hand, one person after the other: group -> asked, submitted, drafts, recused."""
    counts = {}
    for panelist in Panelist.objects.filter(panel=panel):
        if panelist.withdrawn_at:
            continue
        entry = ballot.panel_certification_id
        recused = ConflictDeclaration.objects.filter(panelist=panelist, panel_certification=entry).exists()
        own = Rating.objects.filter(panelist=panelist, panel_certification=entry, round=ballot.round).first()
        shared_out = Assignment.objects.filter(panelist=panelist, panel_certification=entry).exists()
        if panel.assignment == Panel.Assignment.BALANCED and not (shared_out or own or recused):
            continue
        line = counts.setdefault(StakeholderGroup(panelist.group).label, [0, 0, 0, 0])
        line[0] += 1
        if recused:
            line[3] += 1
        elif own and own.state == Rating.State.DRAFT:
            line[2] += 1
        elif own:
            line[1] += 1
    return counts


def tally(ballot, panel):
    groups = tally_of(ballot, panel).groups
    assert all(group.missing >= 0 for group in groups)
    return {group.label: [group.expected, group.submitted, group.drafts, group.recused] for group in groups}


class History:
    """Random steps of facilitators and panelists; what a service refuses changes nothing."""

    def __init__(self, cast, by, seed):
        self.cast, self.by, self.chance = cast, by, random.Random(seed)

    def step(self):
        person = self.chance.choice(self.cast.panelists)
        entry = self.chance.choice(self.cast.entries)
        name = self.chance.choice(
            ["open", "close", "reveal", "save", "save", "save", "submit", "submit", "reopen", "recuse", "withdraw"]
        )
        try:
            getattr(self, name)(person, entry)
        except Problem:
            return

    def open(self, _person, entry):
        ballots.open_ballot(by=self.by, panel_certification=entry)

    def close(self, _person, entry):
        for ballot in Ballot.objects.filter(panel_certification=entry, closed_at=None):
            ballots.close_ballot(by=self.by, ballot=ballot)

    def reveal(self, _person, entry):
        for ballot in entry.ballots.all():
            ballots.reveal_ballot(by=self.by, ballot=ballot)

    def save(self, person, entry):
        complete = Answers(proportion=self.chance.randint(30, 100), employer_value=3, postsecondary_value=3)
        held = person.ratings.filter(panel_certification=entry).order_by("round__number").last()
        version = held.version if held and Ballot.objects.filter(closed_at=None, round=held.round) else 0
        answers = self.chance.choice([complete, COMPLETE, Answers(employer_value=2)])
        ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=version)

    def submit(self, person, entry):
        ratings.submit_ratings(panelist=person, panel_certification=self.chance.choice([entry, None]))

    def reopen(self, person, entry):
        ratings.reopen_rating(panelist=person, panel_certification=entry)

    def recuse(self, person, entry):
        reasons = {entry.pk: self.chance.choice(["", "Sells it"])}
        ratings.declare_conflicts(panelist=person, reasons=reasons)

    def withdraw(self, person, _entry):
        """Rarely: somebody is taken off the panel."""
        if self.chance.random() < 0.2:
            Panelist.objects.filter(pk=person.pk).update(
                withdrawn_at="2026-11-24T12:00Z", withdrawn_by=self.by, withdrawal_reason="Moved away"
            )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("assignment", Panel.Assignment.values)
def test_the_tally_equals_a_recount(seed, assignment, drafted, consultant):
    Panel.objects.update(assignment=assignment, ratings_wanted=2)
    Assignment.objects.bulk_create(
        [Assignment(panelist=person, panel_certification=drafted.entries[0]) for person in drafted.panelists[:3]]
    )
    drafted.panel.refresh_from_db()
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    history = History(drafted, consultant, seed)
    compared = 0
    for _ in range(STEPS):
        history.step()
        for ballot in Ballot.objects.select_related("round"):
            assert tally(ballot, drafted.panel) == recount(ballot, drafted.panel)
            compared += 1
    live.end_session(by=consultant, panel=drafted.panel)
    assert Rating.objects.filter(state=Rating.State.SUBMITTED).count() == 0
    shown = {item.entry.pk: item.submitted for item in session_of(drafted.panel).entries}
    for held in Round.objects.order_by("number"):
        for ballot in held.ballots.all():
            counted = Rating.objects.counted().filter(round=held, panel_certification=ballot.panel_certification_id)
            if ballot == ballot.panel_certification.ballots.order_by("round__number", "number").last():
                assert shown[ballot.panel_certification_id] == counted.count()
    assert compared > 0
