"""A known fault of such tools: two saves racing. Each race is run with two threads and two database connections.

Where it matters who is first, the first one's transaction is held open until the second has begun.
"""

import pytest
from django.db import connection

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.models import (
    Assignment,
    Ballot,
    ConflictDeclaration,
    ListingDecision,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Recommendation,
    Round,
)
from sme_review.selectors.assignment import situation_of
from sme_review.selectors.ratings import answers_of
from sme_review.selectors.recommendations import recommendation_mark
from sme_review.services import assignment, ballots, live, panelists, panels, ratings, rounds
from sme_review.services.decisions import undo_decision
from sme_review.services.discussions import save_notes
from sme_review.services.ratings import RoundClosedError
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.services.releases import release_decisions
from sme_review.validators import Answers
from tests.conftest import Role, make_member
from tests.sme_review.conftest import COMPLETE, refresh
from tests.sme_review.deciding import again, decide, recommend, send
from tests.sme_review.racing import together, while_held

pytestmark = pytest.mark.django_db(transaction=True)

ONE = Answers(80, "", 5, False, "So", 4)
OTHER = Answers(70, "", 3, postsecondary_value=2)


def save(person, entry, answers=COMPLETE, version=0):
    return ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=version)


def kept_by(person) -> Rating:
    return Rating.objects.get(panelist=person)


# One panelist in two tabs


@pytest.fixture
def drawn_up(running):
    """The first panelist has saved a draft on the first certification."""
    save(running.panelists[0], running.entries[0])
    return running


def test_two_tabs_that_save_other_answers_keep_one_of_them_whole(drawn_up):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    met = together(lambda: save(person, entry, ONE, 1), lambda: save(person, entry, OTHER, 1))
    assert sum(isinstance(each, StaleVersionError) for each in met) == 1
    held = kept_by(person)
    assert answers_of(held) in (ONE, OTHER)
    assert held.version == 2


def test_the_second_tab_waits_for_the_first_and_is_told(drawn_up):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    waited, met = while_held(lambda: save(person, entry, OTHER, 1), lambda: save(person, entry, ONE, 1))
    assert waited
    assert isinstance(met, StaleVersionError)
    assert kept_by(person).proportion == 70


def test_a_save_beside_a_submit_is_told_and_what_was_submitted_stays(drawn_up):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    _, met = while_held(lambda: ratings.submit_ratings(panelist=person), lambda: save(person, entry, OTHER, 1))
    assert "This rating is submitted" in met.message
    assert (kept_by(person).state, kept_by(person).proportion) == ("submitted", 60)


def test_a_submit_beside_a_save_submits_what_was_saved(drawn_up):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    _, met = while_held(lambda: save(person, entry, OTHER, 1), lambda: ratings.submit_ratings(panelist=person))
    assert met == 1
    assert (kept_by(person).state, kept_by(person).proportion) == ("submitted", 70)


def test_two_tabs_that_submit_submit_once(drawn_up):
    person = drawn_up.panelists[0]
    met = together(*[lambda: ratings.submit_ratings(panelist=person)] * 2)
    assert sorted(met) == [0, 1]
    assert AuditEntry.objects.filter(verb=verbs.RATINGS_SUBMITTED).count() == 1


def test_a_conflict_beside_a_submit_leaves_nothing_counted(drawn_up):
    """Whichever is first, the panelist who has stepped back has no rating that counts."""
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]

    def step_back():
        ratings.declare_conflicts(panelist=person, reasons={entry.pk: "Sells it"})

    def submit():
        return ratings.submit_ratings(panelist=person)

    for first, second in ((step_back, submit), (submit, step_back)):
        waited, _ = while_held(first, second)
        assert waited
        assert kept_by(person).state == "draft"
        assert not Rating.objects.counted().exists()
        ConflictDeclaration.objects.all().delete()


def test_a_save_beside_a_conflict_is_refused(running):
    person, entry = running.panelists[0], running.entries[0]
    _, met = while_held(
        lambda: ratings.declare_conflicts(panelist=person, reasons={entry.pk: "Sells it"}),
        lambda: save(person, entry),
    )
    assert "You declared a conflict of interest" in met.message
    assert not Rating.objects.exists()


# A panelist against the staff


def test_a_save_beside_the_close_is_in_or_is_told(drawn_up, consultant):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    _, met = while_held(
        lambda: rounds.close_round(by=consultant, round=drawn_up.round), lambda: save(person, entry, OTHER, 1)
    )
    assert isinstance(met, RoundClosedError)
    assert kept_by(person).proportion == 60


def test_the_close_waits_for_a_submit_in_flight_and_counts_it(drawn_up, consultant):
    person = drawn_up.panelists[0]
    waited, held = while_held(
        lambda: ratings.submit_ratings(panelist=person),
        lambda: rounds.close_round(by=consultant, round=drawn_up.round),
    )
    assert waited
    assert kept_by(person).state == "locked"
    assert kept_by(person).saved_at <= held.closed_at


def test_a_save_beside_being_taken_off_is_refused(drawn_up, consultant):
    person, entry = drawn_up.panelists[0], drawn_up.entries[0]
    _, met = while_held(
        lambda: panelists.withdraw_panelist(by=consultant, panelist=person, reason="Moved"),
        lambda: save(person, entry, OTHER, 1),
    )
    assert "no longer on this panel" in met.message
    assert kept_by(person).proportion == 60


def test_a_certification_that_is_being_rated_is_not_removed(running, consultant):
    """The first rating of it is in flight when somebody takes it off the panel."""
    person, entry = running.panelists[0], running.entries[0]
    waited, met = while_held(
        lambda: save(person, entry), lambda: panels.remove_certification(by=consultant, panel_certification=entry)
    )
    assert waited
    assert "1 panelist has already rated it" in met.message
    assert kept_by(person).panel_certification == entry


def test_a_rating_of_what_is_being_removed_is_refused(running, consultant):
    person, entry = running.panelists[0], running.entries[0]
    _, met = while_held(
        lambda: panels.remove_certification(by=consultant, panel_certification=entry), lambda: save(person, entry)
    )
    assert isinstance(met, RoundClosedError)
    assert not Rating.objects.exists()


# Two of the staff


def test_two_consultants_who_open_the_round_open_it_once(drafted, consultant):
    met = together(*[lambda: rounds.open_round(by=consultant, panel=drafted.panel)] * 2)
    assert sum(isinstance(each, Problem) for each in met) == 1
    assert (Round.objects.count(), Ballot.objects.count()) == (1, 2)


def test_two_facilitators_who_open_different_certifications_open_one(drafted, consultant):
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    met = together(
        *[
            lambda entry=entry: ballots.open_ballot(by=consultant, panel_certification=entry)
            for entry in drafted.entries
        ]
    )
    assert sum(isinstance(each, MoveNotAllowedError) for each in met) == 1
    assert Ballot.objects.filter(closed_at=None).count() == 1


def test_two_consultants_who_change_who_rates_a_certification_keep_one_list(drafted, consultant):
    Panel.objects.update(assignment="balanced", ratings_wanted=2)
    refresh(drafted)
    entry = drafted.entries[0]
    shown = [(person.pk, entry.pk) for person in drafted.panelists]
    seen = situation_of(drafted.panel).row_mark(shown)

    def asking(pairs):
        return lambda: assignment.change_assignment(
            by=consultant, panel=drafted.panel, on_page=shown, ticked=pairs, seen=seen
        )

    met = together(asking(shown[:2]), asking(shown[3:]))
    assert sum(isinstance(each, StaleVersionError) for each in met) == 1
    kept = set(Assignment.objects.values_list("panelist", "panel_certification"))
    assert kept in ({*shown[:2]}, {*shown[3:]})


def test_two_facilitators_who_save_notes_keep_the_first_and_tell_the_second(drafted, consultant):
    entry = drafted.entries[0]
    other = make_member(Role.OCTE_CONSULTANT)
    waited, met = while_held(
        lambda: save_notes(by=consultant, panel_certification=entry, notes="First.", version=0),
        lambda: save_notes(by=other, panel_certification=entry, notes="Second.", version=0),
    )
    assert waited
    assert isinstance(met, StaleVersionError)
    assert PanelCertification.objects.get(pk=entry.pk).discussion.notes == "First."


def test_a_recommendation_that_is_saved_while_it_is_sent_is_refused(closed, consultant):
    recommend(closed, consultant)
    seen = recommendation_mark(closed.panel)
    choices = [Choice(entry, "discuss", "Late", n) for n, entry in enumerate(closed.entries, start=1)]
    waited, met = while_held(
        lambda: send_recommendation(by=consultant, panel=closed.panel),
        lambda: save_recommendation(by=consultant, panel=closed.panel, text="Late", choices=choices, seen=seen),
    )
    assert waited
    assert "before it is sent" in met.message
    assert set(Recommendation.objects.values_list("choice", flat=True)) == {"recommend"}
    assert closed.panel.packets.get().content["recommendation"] == again(closed.panel).recommendation_text


def test_two_consultants_who_send_freeze_one_packet(closed, consultant):
    recommend(closed, consultant)
    together(*[lambda: send_recommendation(by=consultant, panel=closed.panel)] * 2)
    assert closed.panel.packets.count() == 1


def test_somebody_taken_off_while_the_recommendation_is_sent_is_in_the_packet_or_not_at_all(closed, consultant):
    recommend(closed, consultant)
    waited, met = while_held(
        lambda: send_recommendation(by=consultant, panel=closed.panel),
        lambda: panelists.withdraw_panelist(by=consultant, panelist=closed.panelists[0], reason="Moved"),
    )
    assert waited
    assert isinstance(met, MoveNotAllowedError)
    assert closed.panel.packets.get().content["certifications"][0]["raters"] == 5
    assert not Panelist.objects.filter(withdrawn_at__isnull=False).exists()


def test_a_release_beside_an_undo_releases_all_or_tells(closed, consultant, approver):
    lines = send(closed, consultant)
    kept = [decide(approver, line, "declined") for line in lines]
    _, met = while_held(
        lambda: undo_decision(by=approver, decision=kept[0]),
        lambda: release_decisions(by=approver, panel=closed.panel),
    )
    assert isinstance(met, Problem)
    assert not ListingDecision.objects.filter(released_at__isnull=False).exists()


def test_an_undo_beside_a_release_is_refused(closed, consultant, approver):
    lines = send(closed, consultant)
    kept = [decide(approver, line, "declined") for line in lines]
    waited, met = while_held(
        lambda: release_decisions(by=approver, panel=closed.panel),
        lambda: undo_decision(by=approver, decision=kept[0]),
    )
    assert waited
    assert "can no longer be undone" in met.message
    assert ListingDecision.objects.filter(undone_at=None, released_at__isnull=False).count() == 2


def test_two_approvers_who_decide_different_certifications_both_keep_theirs(closed, consultant, approver):
    """The control: a race over different things loses nothing."""
    first, second = send(closed, consultant)
    other = make_member(Role.OCTE_APPROVER)
    together(lambda: decide(approver, first, "declined"), lambda: decide(other, second, "approved"))
    kept = dict(ListingDecision.objects.values_list("recommendation", "outcome"))
    assert kept == {first.pk: "declined", second.pk: "approved"}


def test_the_races_are_run_with_a_connection_for_each(running):
    """The control of the control: a thread's connection is not that of the test."""
    mine = connection.connection
    met = together(*[lambda: connection.cursor().connection] * 2)
    assert len({id(each) for each in (*met, mine)}) == 3
