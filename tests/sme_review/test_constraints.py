"""What the database itself refuses, each rule from both sides."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from sme_review.models import Panel, PanelCertification, Panelist, Rating, Round
from tests.factories.accounts import UserFactory
from tests.factories.sme_review import (
    AssignmentFactory,
    BallotFactory,
    ConflictDeclarationFactory,
    ListingDecisionFactory,
    MaterialFactory,
    PacketFactory,
    PanelCertificationFactory,
    PanelFactory,
    PanelistFactory,
    PanelistLinkFactory,
    RatingFactory,
    RecommendationFactory,
    RoundFactory,
    StandardMarkFactory,
)

pytestmark = pytest.mark.django_db


def refuses(name, make, **values):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make(**values)


def change(row, **values):
    """Write values past the model's own checks."""
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize("quorum", [2, 101])
def test_quorum_outside_its_range_is_refused(quorum):
    refuses("panel_quorum_range", PanelFactory, quorum=quorum)
    PanelFactory(quorum=3)
    PanelFactory(quorum=100)


def test_thresholds_stay_on_their_scales_and_in_order():
    refuses("panel_thresholds_on_scale", PanelFactory, recommend_proportion=101)
    refuses("panel_thresholds_on_scale", PanelFactory, reject_employer=0)
    refuses("panel_thresholds_in_order", PanelFactory, reject_proportion=60, recommend_proportion=50)
    PanelFactory(reject_proportion=50, recommend_proportion=50, reject_employer=1)


def test_sending_and_putting_away_say_who_and_when():
    by, at = UserFactory(), timezone.now()
    refuses("panel_sent_at_and_by", PanelFactory, sent_at=at, state=Panel.State.RECOMMENDED)
    refuses("panel_sent_fits_state", PanelFactory, state=Panel.State.RECOMMENDED)
    refuses("panel_sent_fits_state", PanelFactory, sent_at=at, sent_by=by)
    PanelFactory(sent_at=at, sent_by=by, state=Panel.State.DECIDED)
    refuses("panel_put_away_at_and_by", PanelFactory, put_away_at=at)
    refuses("panel_put_away_at_and_by", PanelFactory, put_away_reason="Over")
    PanelFactory(put_away_at=at, put_away_by=by)


def test_certification_is_once_on_a_panel_at_a_place_from_one():
    entry = PanelCertificationFactory()
    refuses("panel_certification_once", PanelCertificationFactory, panel=entry.panel, certification=entry.certification)
    PanelCertificationFactory(certification=entry.certification)
    refuses("panel_certification_position_positive", PanelCertificationFactory, position=0)
    assert PanelCertification.objects.count() == 2


def test_address_is_once_on_a_panel_however_it_is_written():
    panelist = PanelistFactory(email="ann@example.org")
    refuses("panelist_address_once_per_panel", PanelistFactory, panel=panelist.panel, email="Ann@Example.org")
    PanelistFactory(email="ann@example.org")


def test_panelist_opens_only_after_an_invitation():
    refuses("panelist_opened_after_invited", PanelistFactory, first_opened_at=timezone.now())
    refuses("panelist_due_date_mailed_after_invited", PanelistFactory, due_date_mailed="2026-12-18")
    PanelistFactory(invited=True, first_opened_at=timezone.now(), due_date_mailed="2026-12-18")
    assert Panelist.objects.count() == 1


def test_conflict_is_declared_once_and_with_a_reason():
    conflict = ConflictDeclarationFactory()
    refuses(
        "conflict_once",
        ConflictDeclarationFactory,
        panelist=conflict.panelist,
        panel_certification=conflict.panel_certification,
    )
    refuses("conflict_has_reason", ConflictDeclarationFactory, reason="")


def test_panel_has_one_open_round_and_two_in_all():
    panel = PanelFactory()
    RoundFactory(panel=panel)
    refuses("round_one_open_per_panel", RoundFactory, panel=panel, number=2)
    live = RoundFactory(mode=Round.Mode.LIVE)
    RoundFactory(panel=live.panel, number=2, mode=Round.Mode.LIVE)
    RoundFactory(panel=panel, number=2, closed=True)
    refuses("round_number_once", RoundFactory, panel=panel, number=2, closed=True)
    refuses("round_number_range", RoundFactory, number=3)
    RoundFactory()
    assert Round.objects.count() == 5


def test_closed_round_says_who_and_when_after_it_opened():
    refuses("round_closed_at_and_by", RoundFactory, state=Round.State.CLOSED)
    refuses("round_closed_at_and_by", RoundFactory, closed_at=timezone.now(), closed_by=UserFactory())
    refuses("round_closes_after_opening", RoundFactory, closed=True, closed_at=timezone.now() - timedelta(days=1))
    RoundFactory(closed=True, state=Round.State.FROZEN)


def test_rating_is_once_for_panelist_certification_and_round():
    rating = RatingFactory()
    again = {
        "panelist": rating.panelist,
        "panel_certification": rating.panel_certification,
        "ballot": rating.ballot,
        "material": rating.material,
    }
    refuses("rating_once_per_round", RatingFactory, round=rating.round, **again)
    RatingFactory(round=RoundFactory(panel=rating.round.panel, number=2, closed=True), **again)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("rating_proportion_range", {"proportion": 101}),
        ("rating_employer_range", {"employer_value": 0}),
        ("rating_employer_range", {"employer_value": 6}),
        ("rating_postsecondary_range", {"postsecondary_value": 6}),
        ("rating_employer_not_both", {"employer_value": 3, "employer_cannot_judge": True}),
        ("rating_postsecondary_not_both", {"postsecondary_value": 3, "postsecondary_cannot_judge": True}),
    ],
)
def test_values_off_the_scale_are_refused_even_in_a_draft(name, values):
    refuses(name, RatingFactory, state=Rating.State.DRAFT, **values)


@pytest.mark.parametrize(
    "values", [{"proportion": 0}, {"proportion": 100}, {"employer_value": 1}, {"employer_value": 5}]
)
def test_ends_of_the_scale_are_kept(values):
    RatingFactory(**values)


@pytest.mark.parametrize("missing", ["proportion", "employer_value", "postsecondary_value"])
def test_submitted_rating_is_complete_and_a_draft_need_not_be(missing):
    rating = RatingFactory(state=Rating.State.DRAFT, **{missing: None})
    refuses("rating_submitted_is_complete", change, row=rating, state="submitted", submitted_at=timezone.now())


def test_cannot_judge_completes_a_rating():
    RatingFactory(
        employer_value=None, employer_cannot_judge=True, postsecondary_value=None, postsecondary_cannot_judge=True
    )


def test_submission_date_fits_the_state():
    refuses("rating_submitted_at_fits_state", RatingFactory, submitted_at=None)
    refuses("rating_submitted_at_fits_state", RatingFactory, state=Rating.State.DRAFT, submitted_at=timezone.now())


def test_recommendation_stands_at_a_place_from_one():
    refuses("recommendation_position_positive", RecommendationFactory, position=0)
    RecommendationFactory(position=1)


def test_decision_has_a_reason_and_an_approval_its_listing():
    refuses("listing_decision_has_reason", ListingDecisionFactory, reason="")
    refuses("listing_decision_approved_has_listing", ListingDecisionFactory, listing=None)
    refuses("listing_decision_approved_has_first_year", ListingDecisionFactory, first_school_year=None)
    refuses("listing_decision_listing_when_released", ListingDecisionFactory, released_at=None)
    ListingDecisionFactory(listing=None, released_at=None)
    refuses(
        "listing_decision_counts_only_if_approved", ListingDecisionFactory, outcome="declined", counts_federally=True
    )
    ListingDecisionFactory(outcome="deferred", listing=None, first_school_year=None)
    ListingDecisionFactory(counts_federally=True)


def test_one_decision_stands_and_only_a_deferred_one_gives_way():
    deferred = ListingDecisionFactory(outcome="deferred")
    refuses("listing_decision_one_current", ListingDecisionFactory, recommendation=deferred.recommendation)
    change(deferred, superseded_at=timezone.now())
    approved = ListingDecisionFactory(recommendation=deferred.recommendation)
    refuses("listing_decision_only_deferred_superseded", change, row=approved, superseded_at=timezone.now())


def test_released_or_undone_but_not_both():
    now = timezone.now()
    by = UserFactory()
    refuses("listing_decision_undone_before_release", ListingDecisionFactory, undone_at=now, undone_by=by)
    refuses(
        "listing_decision_undone_before_release", ListingDecisionFactory, listing=None, released_at=None, undone_at=now
    )
    undone = ListingDecisionFactory(listing=None, released_at=None, undone_at=now, undone_by=by)
    ListingDecisionFactory(recommendation=undone.recommendation)


def test_last_school_year_belongs_to_an_approval_and_follows_the_first():
    name = "listing_decision_period_runs_forward"
    refuses(name, ListingDecisionFactory, last_school_year=2027)
    refuses(name, ListingDecisionFactory, outcome="deferred", last_school_year=2030)
    ListingDecisionFactory(last_school_year=2028)


def test_ballot_is_open_once_for_a_certification_and_closes_after_it_opened():
    ballot = BallotFactory()
    same = {"round": ballot.round, "panel_certification": ballot.panel_certification}
    refuses("ballot_one_open_per_certification", BallotFactory, **same, number=2)
    refuses("ballot_opening_once", BallotFactory, **same, closed=True)
    BallotFactory(**same, number=2, closed=True)
    refuses("ballot_closed_at_and_by", BallotFactory, closed_at=timezone.now())
    refuses("ballot_closes_after_opening", BallotFactory, closed=True, closed_at=timezone.now() - timedelta(days=1))


def test_spread_is_revealed_only_after_the_close():
    name = "ballot_revealed_after_close"
    refuses(name, BallotFactory, revealed_at=timezone.now())
    refuses(name, BallotFactory, closed=True, revealed_at=timezone.now() - timedelta(days=1))
    BallotFactory(closed=True, revealed_at=timezone.now() + timedelta(seconds=1))


def test_material_versions_count_from_one():
    material = MaterialFactory()
    refuses("material_version_once", MaterialFactory, panel_certification=material.panel_certification)
    refuses("material_version_positive", MaterialFactory, number=0)
    MaterialFactory(panel_certification=material.panel_certification, number=2)


def test_link_ends_after_it_was_sent():
    name = "panelist_link_ends_after_sent"
    refuses(name, PanelistLinkFactory, ended_at=timezone.now() - timedelta(days=1))
    PanelistLinkFactory(ended_at=timezone.now() + timedelta(seconds=1))


def test_somebody_is_asked_once_for_a_certification():
    asked = AssignmentFactory()
    refuses(
        "assignment_once", AssignmentFactory, panelist=asked.panelist, panel_certification=asked.panel_certification
    )


def test_standard_is_marked_once_on_a_worksheet():
    mark = StandardMarkFactory()
    refuses("standard_mark_once", StandardMarkFactory, rating=mark.rating, standard=mark.standard)
    StandardMarkFactory(rating=mark.rating)


def test_somebody_taken_off_has_a_reason_and_who_did_it():
    name = "panelist_withdrawn_at_by_reason"
    refuses(name, PanelistFactory, withdrawn_at=timezone.now(), withdrawn_by=UserFactory())
    refuses(name, PanelistFactory, withdrawal_reason="Moved away")
    PanelistFactory(withdrawn_at=timezone.now(), withdrawn_by=UserFactory(), withdrawal_reason="Moved away")


def test_balanced_panel_has_a_target_and_rounds_are_one_or_two():
    refuses("panel_balanced_has_target", PanelFactory, assignment="balanced")
    PanelFactory(assignment="balanced", ratings_wanted=5)
    refuses("panel_rounds_range", PanelFactory, rounds_planned=3)
    refuses("panel_most_per_panelist_positive", PanelFactory, most_per_panelist=0)
    refuses("panel_released_at_and_by", PanelFactory, released_at=timezone.now())


def test_packet_is_numbered_hashed_and_frozen():
    packet = PacketFactory()
    refuses("packet_number_once", PacketFactory, panel=packet.panel)
    refuses("packet_hash_form", PacketFactory, sha256="short")
    with pytest.raises(DatabaseError, match="packet_frozen"):
        change(packet, number=2)


@pytest.mark.parametrize("missing", ["ballot", "material"])
def test_rating_names_its_opening_and_its_material(missing):
    refuses("rating_names_ballot_and_material", RatingFactory, **{missing: None})
