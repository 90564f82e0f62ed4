"""Decisions are kept, undone, released all or none; what is sent back comes again as packet 2."""

import threading

import pytest
from django.db import InternalError, connection, transaction
from django.db.models import F

from accounts.models import AuditEntry
from certifications.models import ProgramCertification
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from core.school_year import current
from sme_review.models import ListingDecision, Panel, Round
from sme_review.selectors.decisions import history_of, planned_changes, settled_entries, undecided
from sme_review.services.decisions import decide_listing, undo_decision
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.services.releases import NotReleasedError, release_decisions
from tests.conftest import Role, make_member
from tests.factories.certifications import ProgramCertificationFactory
from tests.factories.sme_review import ListingDecisionFactory
from tests.sme_review.deciding import again, decide, recommend, send


@pytest.fixture
def sent(closed, consultant):
    """A sent recommendation; returns its lines."""
    return send(closed, consultant)


def keep_both(approver, sent, first="approved", second="declined"):
    return [decide(approver, sent[0], first), decide(approver, sent[1], second)]


def test_decision_before_sending_is_refused(closed, consultant, approver):
    line = recommend(closed, consultant)[0]
    with pytest.raises(MoveNotAllowedError, match="not with the approvers"):
        decide(approver, line, "declined")


def test_decision_needs_reason_and_approval_its_years(sent, approver):
    with pytest.raises(Problem) as refused:
        decide_listing(by=approver, recommendation=sent[0], outcome="declined", reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(Problem) as refused:
        decide(approver, sent[0], "approved", first_school_year=None)
    assert refused.value.field == "first_school_year"
    with pytest.raises(Problem) as refused:
        decide(approver, sent[0], "approved", last_school_year=2026)
    assert refused.value.field == "last_school_year"


def test_a_kept_decision_changes_nothing_in_the_catalog(sent, closed, approver, mailoutbox):
    mailoutbox.clear()
    kept = keep_both(approver, sent)
    assert [decision.released_at for decision in kept] == [None, None]
    assert ProgramCertification.objects.count() == 0
    assert again(closed.panel).state == Panel.State.RECOMMENDED
    assert mailoutbox == []


def test_same_decision_again_changes_nothing_and_another_is_refused(sent, approver, consultant):
    first = decide(approver, sent[0], "declined")
    assert decide(approver, sent[0], "declined") == first
    second_approver = make_member(Role.OCTE_APPROVER)
    with pytest.raises(MoveNotAllowedError, match="undo that decision first"):
        decide(second_approver, sent[0], "approved")


def test_decision_on_an_older_packet_is_stale(sent, approver):
    with pytest.raises(StaleVersionError, match="Packet 1 was sent since"):
        decide(approver, sent[0], "declined", packet=0)
    assert decide(approver, sent[0], "declined", packet=1).outcome == "declined"


def test_any_approver_undoes_until_released(sent, closed, approver):
    first, second = keep_both(approver, sent)
    other = make_member(Role.OCTE_APPROVER)
    undone = undo_decision(by=other, decision=first)
    assert (undone.undone_by, undo_decision(by=approver, decision=first).undone_by) == (other, other)
    assert undecided(closed.panel) == [sent[0]]
    decide(approver, sent[0], "deferred")
    release_decisions(by=approver, panel=closed.panel)
    with pytest.raises(MoveNotAllowedError, match="can no longer be undone"):
        undo_decision(by=approver, decision=second)


def test_release_waits_for_every_certification(sent, closed, approver):
    decide(approver, sent[0], "approved")
    with pytest.raises(MoveNotAllowedError, match=f"Not decided yet: {sent[1]}"):
        release_decisions(by=approver, panel=closed.panel)
    assert ProgramCertification.objects.count() == 0


def test_release_with_nothing_kept_changes_nothing(sent, closed, approver):
    assert release_decisions(by=approver, panel=closed.panel) == []


def test_release_writes_the_catalog_and_decides_the_panel(sent, closed, approver):
    decide(approver, sent[0], "approved", last_school_year=2030, type="license", counts_federally=True)
    decide(approver, sent[1], "declined", counts_federally=True)
    seen = [change.decision.pk for change in planned_changes(closed.panel)]
    released = release_decisions(by=approver, panel=closed.panel, seen=seen)
    listings = [decision.listing for decision in released]
    assert [
        (item.status, item.first_school_year, item.last_school_year, item.type, item.counts_federally)
        for item in listings
    ] == [("approved", 2027, 2030, "license", True), ("declined", current() + 1, None, "approved", False)]
    panel = again(closed.panel)
    assert (panel.state, panel.released_by) == (Panel.State.DECIDED, approver)
    assert {decision.released_at for decision in released} == {panel.released_at}
    assert settled_entries(panel) == {entry.pk for entry in closed.entries}
    assert AuditEntry.objects.filter(verb="released the decisions of").count() == 1
    assert release_decisions(by=approver, panel=panel, seen=seen) == []
    with pytest.raises(MoveNotAllowedError, match="decided and released"):
        decide(approver, sent[0], "declined")


def test_release_is_all_or_nothing_and_says_which_and_why(sent, closed, approver, consultant, mailoutbox):
    ProgramCertificationFactory(
        program=closed.panel.program,
        certification=closed.entries[1].certification,
        first_school_year=2024,
        last_school_year=2029,
    )
    mailoutbox.clear()
    keep_both(approver, sent, "approved", "approved")
    with pytest.raises(NotReleasedError) as refused:
        release_decisions(by=approver, panel=closed.panel)
    [(decision, why)] = refused.value.refused
    assert decision.recommendation == sent[1]
    assert why.startswith(f"{closed.entries[1]} cannot be listed for")
    assert ProgramCertification.objects.count() == 1
    assert not ListingDecision.objects.filter(released_at__isnull=False).exists()
    assert again(closed.panel).released_at is None
    assert mailoutbox == []


def test_release_of_a_stale_page_is_refused(sent, closed, approver):
    first, second = keep_both(approver, sent)
    undo_decision(by=approver, decision=second)
    decide(approver, sent[1], "approved")
    with pytest.raises(StaleVersionError):
        release_decisions(by=approver, panel=closed.panel, seen=[first.pk, second.pk])
    assert ProgramCertification.objects.count() == 0


def test_deferred_goes_under_review_and_is_decided_later(sent, closed, approver):
    keep_both(approver, sent, "deferred", "declined")
    [deferred, _] = release_decisions(by=approver, panel=closed.panel)
    assert (deferred.listing.status, again(closed.panel).state) == ("under_review", Panel.State.RECOMMENDED)
    decide(approver, sent[0], "approved", counts_federally=True)
    [approved] = release_decisions(by=approver, panel=closed.panel)
    deferred.refresh_from_db()
    assert (approved.listing, approved.listing.status) == (deferred.listing, "approved")
    assert deferred.superseded_at is not None
    assert again(closed.panel).state == Panel.State.DECIDED


def test_deferral_leaves_a_standing_listing_alone(sent, closed, approver):
    listing = ProgramCertificationFactory(
        program=closed.panel.program, certification=closed.entries[0].certification, first_school_year=2024
    )
    keep_both(approver, sent, "deferred", "declined")
    [change, _] = planned_changes(closed.panel)
    assert (change.target, change.ends) == (None, None)
    released = release_decisions(by=approver, panel=closed.panel)
    listing.refresh_from_db()
    assert (released[0].listing, listing.status) == (None, ProgramCertification.Status.APPROVED)


def test_the_plan_names_the_listing_that_ends(sent, closed, approver):
    listing = ProgramCertificationFactory(
        program=closed.panel.program, certification=closed.entries[1].certification, first_school_year=2024
    )
    keep_both(approver, sent)
    new, ended = planned_changes(closed.panel)
    assert (new.ends, ended.ends) == (None, listing)
    assert (ended.target_status, ended.target_type) == ("Declined", "Approved")
    release_decisions(by=approver, panel=closed.panel)
    listing.refresh_from_db()
    assert listing.last_school_year == current()


def test_sent_back_returns_to_the_consultant_and_comes_again_as_packet_2(sent, closed, consultant, approver):
    keep_both(approver, sent, "approved", "sent_back")
    release_decisions(by=approver, panel=closed.panel)
    panel = again(closed.panel)
    assert (panel.state, panel.sent_at) == (Panel.State.CLOSED, None)
    with pytest.raises(MoveNotAllowedError):
        decide(approver, sent[1], "approved")
    kept = save_recommendation(
        by=consultant,
        panel=panel,
        text="Changed.",
        choices=[
            Choice(closed.entries[0], "do_not_recommend", note="Too late"),
            Choice(closed.entries[1], "discuss", note="Two employers wrote."),
        ],
    )
    assert [item.panel_certification for item in kept] == [closed.entries[1]]
    send_recommendation(by=consultant, panel=panel)
    packet = panel.packets.first()
    assert packet.number == 2
    decided, open_again = packet.content["certifications"]
    if decided["key"] != closed.entries[0].pk:
        decided, open_again = open_again, decided
    assert (decided["decided"]["outcome"], decided["choice"]) == ("Approved", "Recommend")
    assert (open_again["decided"], open_again["choice"]) == (None, "Discuss")
    assert panel.packets.last().content["certifications"][1]["choice"] == "Recommend"
    assert undecided(panel) == [sent[1]]
    decide(approver, sent[1], "declined")
    [last] = release_decisions(by=approver, panel=panel)
    assert (last.recommendation, again(panel).state) == (sent[1], Panel.State.DECIDED)


def test_release_lets_panelists_see_what_the_round_shows(sent, closed, approver):
    keep_both(approver, sent)
    release_decisions(by=approver, panel=closed.panel)
    assert Round.objects.get(panel=closed.panel).ballots.filter(revealed_at=None).count() == 0


def test_history_holds_other_programs_and_earlier_decisions(sent, closed, approver):
    certification = closed.entries[0].certification
    here = ProgramCertificationFactory(program=closed.panel.program, certification=certification)
    elsewhere = ProgramCertificationFactory(certification=certification)
    earlier = ListingDecisionFactory(recommendation__panel_certification__certification=certification)
    found = history_of(closed.panel)[certification.pk]
    assert (found.on_program, found.elsewhere, found.decisions) == ([here], [elsewhere], [earlier])
    assert history_of(closed.panel)[closed.entries[1].certification_id].decisions == []


@pytest.mark.django_db(transaction=True)
def test_two_approvers_releasing_at_once_release_once(sent, closed, approver, mailoutbox):
    keep_both(approver, sent)
    seen = [change.decision.pk for change in planned_changes(closed.panel)]
    mailoutbox.clear()
    released = []

    def release():
        released.append(len(release_decisions(by=approver, panel=closed.panel, seen=seen)))
        connection.close()

    threads = [threading.Thread(target=release) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(released) == [0, 0, 0, 2]
    assert ProgramCertification.objects.count() == 2
    assert sorted(message.to[0] for message in mailoutbox) == sorted(
        [*(person.email for person in closed.panelists), closed.panel.created_by.email]
    )


def test_a_packet_cannot_be_changed_or_removed(sent, closed):
    packet = closed.panel.packets.get()
    for change in (lambda: closed.panel.packets.update(number=F("number") + 1), packet.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()
