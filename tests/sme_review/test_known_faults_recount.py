"""A known fault of such tools: counts that drift from what they count. A recount by hand, row by row, after each step.

Random histories of a round that is rated by mail: people save, submit, take back, step back, are taken off, replaced.
"""

import random
from statistics import median

import pytest

from core.problems import Problem
from sme_review.enums import StakeholderGroup
from sme_review.models import ConflictDeclaration, Panel, PanelCertification, Panelist, Rating
from sme_review.presenters.panelists import progress_by_group
from sme_review.selectors.panelists import panelists_of
from sme_review.selectors.panels import with_progress
from sme_review.selectors.ratings import tasks_of
from sme_review.selectors.reminders import waiting_on
from sme_review.services import panelists, ratings, rounds
from sme_review.validators import Answers
from tests.sme_review.conftest import enlarge_first_group, refresh
from tests.sme_review.results import results_of

STEPS = 45
FIELDS = {"proportion": "proportion", "employer": "employer_value", "postsecondary": "postsecondary_value"}


class History:
    """Random steps; what a service refuses changes nothing."""

    def __init__(self, cast, by, seed):
        self.cast, self.by, self.chance = cast, by, random.Random(seed)

    def step(self):
        person = self.chance.choice(list(Panelist.objects.filter(panel=self.cast.panel)))
        name = self.chance.choice([*["save"] * 6, *["submit"] * 4, "reopen", "recuse", "withdraw", "replace"])
        try:
            getattr(self, name)(person, self.chance.choice(self.cast.entries))
        except Problem:
            return

    def save(self, person, entry):
        held = person.ratings.filter(panel_certification=entry).first()
        value = self.chance.choice([None, 2, 3, 4, 4])
        share = self.chance.choice([None, 40, 50, 60, 70, 80])
        answers = Answers(share, "", value, value is None, "", self.chance.choice([3, 4]))
        version = held.version if held else 0
        ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=version)

    def submit(self, person, _entry):
        ratings.submit_ratings(panelist=person)

    def reopen(self, person, entry):
        ratings.reopen_rating(panelist=person, panel_certification=entry)

    def recuse(self, person, entry):
        reasons = {entry.pk: self.chance.choice(["", "", "Sells it"])}
        ratings.declare_conflicts(panelist=person, reasons=reasons)

    def withdraw(self, person, _entry):
        if self.chance.random() < 0.4:
            panelists.withdraw_panelist(by=self.by, panelist=person, reason="Moved")

    def replace(self, person, _entry):
        if self.chance.random() < 0.6:
            new = panelists.NewPanelist(name="New", email=f"new{person.pk}@example.org", group=person.group)
            panelists.replace_panelist(by=self.by, panelist=person, reason="Moved", person=new)


class Recount:
    """The rows as they are, counted one by one."""

    def __init__(self, panel):
        self.people = [person for person in Panelist.objects.filter(panel=panel) if not person.withdrawn_at]
        self.entries = list(PanelCertification.objects.filter(panel=panel))
        self.away = {(one.panelist_id, one.panel_certification_id) for one in ConflictDeclaration.objects.all()}
        self.ratings = {(one.panelist_id, one.panel_certification_id): one for one in Rating.objects.all()}

    def counted(self, person, entry):
        """The rating that counts; None where there is none."""
        rating = self.ratings.get((person.pk, entry.pk))
        if rating is None or rating.state == Rating.State.DRAFT or (person.pk, entry.pk) in self.away:
            return None
        return rating

    def done(self, person) -> int:
        """Of how many certifications somebody has submitted or from how many they have stepped back."""
        return sum(bool(self.counted(person, entry)) or (person.pk, entry.pk) in self.away for entry in self.entries)

    def group(self, label, entry, field) -> tuple:
        """Invited, answered, cannot judge, recused, missing, median."""
        people = [person for person in self.people if StakeholderGroup(person.group).label == label]
        away = [person for person in people if (person.pk, entry.pk) in self.away]
        rated = [rating for person in people if (rating := self.counted(person, entry))]
        values = [getattr(rating, field) for rating in rated if getattr(rating, field) is not None]
        missing = len(people) - len(away) - len(rated)
        middle = median(values) if len(values) >= 3 else None
        return (len(people), len(values), len(rated) - len(values), len(away), missing, middle)


def assert_counts(panel, by):
    """What staff and panelists see counted while the round is open."""
    recount = Recount(panel)
    shown = with_progress(Panel.objects.filter(pk=panel.pk)).get()
    assert shown.panelist_count == len(recount.people)
    everything = [(person, entry) for person in recount.people for entry in recount.entries]
    assert shown.rated_count == sum(bool(recount.counted(*one)) for one in everything)
    assert shown.expected_count == sum((person.pk, entry.pk) not in recount.away for person, entry in everything)
    people = list(panelists_of(by, panel))
    assert {person.pk for person in people} == {person.pk for person in recount.people}
    finished = {person.pk for person in recount.people if recount.done(person) == len(recount.entries)}
    assert {person.pk for person in people if person.submitted_count + person.conflict_count >= 2} == finished
    assert sum(group.finished for group in progress_by_group(people)) == len(finished)
    left = {one.panelist.pk: one.left for one in waiting_on([panel])}
    assert left == {
        person.pk: len(recount.entries) - recount.done(person) for person in recount.people if person.pk not in finished
    }
    reader = Panelist.objects.select_related("panel").get(pk=recount.people[0].pk)
    for task in tasks_of(reader):
        others = [person for person in recount.people if person != reader]
        assert task.taken == sum(bool(recount.counted(person, task.entry)) for person in others)


def assert_results(panel, by):
    """The numbers of the closed round."""
    recount = Recount(panel)
    for result in results_of(panel, viewer=by):
        assert result.raters == sum(bool(recount.counted(person, result.entry)) for person in recount.people)
        for one in result.questions:
            field = FIELDS[one.question.key]
            for group in one.groups:
                counts = (group.invited, group.answered, group.cannot_judge, group.recused, group.missing)
                assert (*counts, group.median) == recount.group(group.label, result.entry, field)
            rated = [rating for person in recount.people if (rating := recount.counted(person, result.entry))]
            values = [value for rating in rated if (value := getattr(rating, field)) is not None]
            assert (one.summary.median if one.summary else None) == (median(values) if values else None)
            assert one.total.answered == len(values)
            if one.support:
                assert (one.support.endorsing, one.support.raters) == (sum(v >= 4 for v in values), len(values))


@pytest.mark.parametrize("seed", range(5))
def test_what_is_counted_equals_a_recount(seed, running, consultant):
    enlarge_first_group(running)
    history = History(running, consultant, seed)
    for _ in range(STEPS):
        history.step()
        assert_counts(running.panel, consultant)
    rounds.close_round(by=consultant, round=running.round)
    refresh(running)
    assert_results(running.panel, consultant)
    assert Rating.objects.counted().exists()
    for person in Panelist.objects.filter(panel=running.panel, withdrawn_at=None)[:1]:
        panelists.withdraw_panelist(by=consultant, panelist=person, reason="Moved after the close")
    assert_results(running.panel, consultant)
