"""Writing listings: a new period, a clash, keeping, retiring, taking back, and what takes the place of what."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models.functions import Now

from accounts.models import AuditEntry
from certifications.models import Certification, ProgramCertification
from certifications.selectors import listings
from certifications.selectors.entry import certification_choices, open_certifications
from certifications.services.catalog import change_certification, set_replaced_by
from certifications.services.listings import keep_listing, restore_listing, retire_listing, set_listing
from core.problems import MoveNotAllowedError, Problem
from tests.factories.certifications import CertificationFactory, ProgramCertificationFactory

pytestmark = pytest.mark.usefixtures("in_2026_27")


@pytest.fixture
def certification(db):
    return CertificationFactory(name="Welder Level 1")


def approve(by, program, certification, **changes):
    values = {
        "first_school_year": 2027,
        "status": ProgramCertification.Status.APPROVED,
        "type": ProgramCertification.Type.APPROVED,
        "counts_federally": True,
        "reason": "Employers ask for it.",
    }
    return set_listing(by=by, program=program, certification=certification, **{**values, **changes})


def test_a_new_pair_gets_a_listing_with_its_audit_entry(approver, program, certification):
    listing = approve(approver, program, certification)
    assert list(ProgramCertification.objects.in_force(2027)) == [listing]
    assert list(ProgramCertification.objects.in_force(2026)) == []
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.verb, entry.target_id) == (approver, "set listing to approved", listing.pk)


def test_an_undecided_listing_is_decided_not_doubled(approver, program, certification):
    suggested = ProgramCertificationFactory(
        program=program, certification=certification, status="suggested", counts_federally=False, first_school_year=2025
    )
    listing = approve(approver, program, certification)
    assert listing.pk == suggested.pk
    assert (listing.status, listing.first_school_year) == ("approved", 2027)


def test_the_listing_of_the_same_first_year_is_changed(approver, program, certification):
    first = approve(approver, program, certification)
    second = approve(approver, program, certification, counts_federally=False, reason="A safety card.")
    assert (second.pk, second.counts_federally, second.reason) == (first.pk, False, "A safety card.")


def test_a_period_that_overlaps_is_refused_in_words(approver, program, certification):
    approve(approver, program, certification, first_school_year=2025, last_school_year=2028)
    with pytest.raises(Problem, match=r"Welder Level 1 cannot be listed .* from 2026-27") as refusal:
        approve(approver, program, certification, first_school_year=2027)
    assert refusal.value.field == "first_school_year"
    assert ProgramCertification.objects.count() == 1


@pytest.mark.parametrize("before", [{"status": "declined", "counts_federally": False}, {}])
def test_a_later_decision_ends_the_open_period_before_it(approver, program, certification, before):
    first = approve(approver, program, certification, first_school_year=2025, **before)
    second = approve(approver, program, certification, first_school_year=2027)
    first.refresh_from_db()
    assert (first.last_school_year, second.last_school_year) == (2026, None)
    assert list(ProgramCertification.objects.in_force(2027)) == [second]


def test_a_retired_listing_stays_in_force_until_its_last_year(program, certification):
    listing = ProgramCertificationFactory(
        program=program, certification=certification, last_school_year=2026, status="retired"
    )
    assert list(ProgramCertification.objects.in_force(2026)) == [listing]
    assert list(ProgramCertification.objects.in_force(2027)) == []


@pytest.fixture
def listing(program, certification):
    """Approved from 2021-22 on, due for review now."""
    return ProgramCertificationFactory(
        program=program,
        certification=certification,
        first_school_year=2022,
        review_school_year=2027,
        reason="Employers ask for it.",
    )


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_an_approved_listing_is_reviewed_after_five_school_years_or_when_said(approver, program, certification):
    assert approve(approver, program, certification).review_school_year == 2032
    assert approve(approver, program, certification, review_school_year=2029).review_school_year == 2029
    declined = approve(approver, program, certification, status="declined", counts_federally=False)
    assert declined.review_school_year is None


def test_a_later_decision_is_the_review_of_the_period_before_it(approver, listing):
    approve(approver, listing.program, listing.certification, first_school_year=2028)
    assert list(listings.due_for_review(year=2027)) == []


def test_due_are_approved_listings_in_force_whose_year_has_come(listing, program):
    later = ProgramCertificationFactory(program=program, first_school_year=2024, review_school_year=2029)
    ProgramCertificationFactory(review_school_year=2026, status="retired", last_school_year=2028)
    ProgramCertificationFactory(review_school_year=2026, last_school_year=2026)
    ProgramCertificationFactory()
    assert list(listings.due_for_review(year=2027)) == [listing]
    assert list(listings.due_for_review(year=2029, cluster=program.cluster)) == [listing, later]
    assert list(listings.due_for_review(year=2029, cluster=ProgramCertificationFactory().program.cluster)) == []


def test_keeping_puts_the_review_off_with_a_reason(consultant, listing):
    listing_now = keep_listing(by=consultant, listing=listing, review_school_year=2032, reason=" Still asked for. ")
    assert (listing_now.review_school_year, listing_now.reason, listing_now.status) == (
        2032,
        "Still asked for.",
        "approved",
    )
    keep_listing(by=consultant, listing=listing, review_school_year=2032, reason="Still asked for.")
    assert verbs() == ["kept listing"]
    assert list(listings.due_for_review(year=2027)) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"review_school_year": 2027}, "review_school_year"),
        ({"review_school_year": 2038}, "review_school_year"),
    ],
)
def test_keeping_is_refused_in_words(consultant, listing, values, field):
    with pytest.raises(Problem) as refusal:
        keep_listing(**{"by": consultant, "listing": listing, "review_school_year": 2032, "reason": "Good."} | values)
    assert (refusal.value.field, verbs()) == (field, [])


@pytest.mark.parametrize(
    "state", [{"status": "retired", "last_school_year": 2028, "retired_at": Now()}, {"last_school_year": 2026}]
)
def test_what_is_retired_or_over_cannot_be_kept(consultant, listing, state):
    ProgramCertification.objects.filter(pk=listing.pk).update(**state)
    with pytest.raises(MoveNotAllowedError):
        keep_listing(by=consultant, listing=listing, review_school_year=2032, reason="Good.")


def test_retiring_ends_it_after_a_last_school_year_and_names_the_replacement(approver, listing):
    newer = CertificationFactory(name="Welder Level 2")
    for _ in range(2):
        ended = retire_listing(
            by=approver, listing=listing, last_school_year=2028, reason="Nobody asks for it.", replaced_by=newer
        )
    assert (ended.status, ended.last_school_year, ended.review_school_year) == ("retired", 2028, None)
    assert (ended.counts_federally, ended.reason) == (True, "Nobody asks for it.")
    assert Certification.objects.get(pk=listing.certification_id).replaced_by == newer
    assert verbs() == ["set the replacement of", "retired listing"]
    again = retire_listing(by=approver, listing=listing, last_school_year=2027, reason="Sooner.")
    assert (again.last_school_year, Certification.objects.get(pk=listing.certification_id).replaced_by) == (2027, newer)


def test_districts_enter_until_the_last_school_year(home_district, listing, consultant):
    from tests.factories.data_collection import CollectionDecisionFactory

    entity = listing.certification.entity
    for year in (2027, 2028):
        CollectionDecisionFactory(entity=entity, school_year=year, method="district")
    newer = CertificationFactory(name="Welder Level 2")
    retire_listing(by=consultant, listing=listing, last_school_year=2027, reason="Nobody asks.", replaced_by=newer)
    assert list(open_certifications(program=listing.program, year=2027)) == [listing.certification]
    assert list(open_certifications(program=listing.program, year=2028)) == []
    (choice,) = certification_choices(program=listing.program, entity=entity, year=2027)
    assert (choice.last_school_year, choice.replaced_by) == (2027, newer)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"reason": ""}, "reason"), ({"last_school_year": 2026}, "last_school_year")],
)
def test_retiring_is_refused_in_words(consultant, listing, values, field):
    with pytest.raises(Problem) as refusal:
        retire_listing(**{"by": consultant, "listing": listing, "last_school_year": 2028, "reason": "Old."} | values)
    assert (refusal.value.field, verbs()) == (field, [])


def test_retiring_before_the_first_school_year_is_refused(consultant, program, certification):
    coming = ProgramCertificationFactory(program=program, certification=certification, first_school_year=2029)
    with pytest.raises(Problem, match="not before the first"):
        retire_listing(by=consultant, listing=coming, last_school_year=2028, reason="Old.")


def test_retiring_into_a_later_listing_of_the_pair_is_refused_and_changes_nothing(consultant, listing):
    ProgramCertification.objects.filter(pk=listing.pk).update(last_school_year=2028)
    ProgramCertificationFactory(
        program=listing.program, certification=listing.certification, first_school_year=2029, status="under_review",
        counts_federally=False,
    )  # fmt: skip
    newer = CertificationFactory()
    with pytest.raises(Problem, match="listed again for some of these school years"):
        retire_listing(by=consultant, listing=listing, last_school_year=2030, reason="Old.", replaced_by=newer)
    listing.certification.refresh_from_db()
    assert (listing.certification.replaced_by, verbs()) == (None, [])


@pytest.mark.parametrize("state", [{"status": "declined", "counts_federally": False}, {"last_school_year": 2026}])
def test_what_is_not_approved_or_over_cannot_be_retired(consultant, listing, state):
    ProgramCertification.objects.filter(pk=listing.pk).update(**state)
    with pytest.raises(MoveNotAllowedError):
        retire_listing(by=consultant, listing=listing, last_school_year=2028, reason="Old.")


def test_a_retirement_is_taken_back_until_its_last_school_year_has_ended(consultant, listing):
    retire_listing(by=consultant, listing=listing, last_school_year=2028, reason="Old.")
    retire_listing(by=consultant, listing=listing, last_school_year=2027, reason="Sooner.")
    for _ in range(2):
        back = restore_listing(by=consultant, listing=listing)
    assert (back.status, back.last_school_year, back.review_school_year) == ("approved", None, 2027)
    assert back.reason == "Employers ask for it."
    assert (back.retired_at, back.approved_review_school_year, back.approved_reason) == (None, None, "")
    assert verbs() == ["retired listing", "retired listing", "took back the retirement of listing"]


def test_a_decision_is_no_way_to_retire_and_ends_what_waits_to_come_back(approver, listing):
    with pytest.raises(MoveNotAllowedError):
        approve(approver, listing.program, listing.certification, status="retired", last_school_year=2028)
    retire_listing(by=approver, listing=listing, last_school_year=2028, reason="Old.")
    again = approve(approver, listing.program, listing.certification, first_school_year=listing.first_school_year)
    assert (again.pk, again.retired_at, again.approved_reason) == (listing.pk, None, "")


def test_a_retirement_that_is_over_stays(consultant, listing):
    ProgramCertification.objects.filter(pk=listing.pk).update(status="retired", last_school_year=2026, retired_at=Now())
    with pytest.raises(MoveNotAllowedError):
        restore_listing(by=consultant, listing=listing)


def test_a_listing_that_was_never_approved_here_cannot_come_back(consultant):
    never = ProgramCertificationFactory(status="declined", counts_federally=False)
    with pytest.raises(MoveNotAllowedError):
        restore_listing(by=consultant, listing=never)


def test_a_retirement_is_not_taken_back_over_a_later_listing(consultant, listing):
    retire_listing(by=consultant, listing=listing, last_school_year=2027, reason="Old.")
    ProgramCertificationFactory(program=listing.program, certification=listing.certification, first_school_year=2028)
    with pytest.raises(Problem, match="listed again"):
        restore_listing(by=consultant, listing=listing)


def test_others_may_not(home_district, state_auditor, listing):
    for person in (home_district.coordinator, home_district.official, state_auditor):
        for act in (
            lambda by: keep_listing(by=by, listing=listing, review_school_year=2032, reason="x"),
            lambda by: retire_listing(by=by, listing=listing, last_school_year=2028, reason="x"),
            lambda by: restore_listing(by=by, listing=listing),
            lambda by: set_replaced_by(by=by, certification=listing.certification, replaced_by=None),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
        assert listings.home_items(person) == []


def test_who_only_reviews_does_not_decide(consultant, program, certification):
    with pytest.raises(PermissionDenied):
        approve(consultant, program, certification)
    assert ProgramCertification.objects.count() == 0


def test_replacements_are_set_and_taken_away(consultant, certification):
    newer = CertificationFactory()
    for _ in range(2):
        assert set_replaced_by(by=consultant, certification=certification, replaced_by=newer).replaced_by == newer
    assert set_replaced_by(by=consultant, certification=certification, replaced_by=None).replaced_by is None
    assert verbs() == ["set the replacement of"] * 2


def test_replacements_never_lead_in_a_circle(consultant):
    first, second, third = (CertificationFactory(name=name) for name in ("One", "Two", "Three"))
    set_replaced_by(by=consultant, certification=first, replaced_by=second)
    set_replaced_by(by=consultant, certification=second, replaced_by=third)
    for replacement, words in ((third, "by itself"), (first, "by One, which it replaces in turn")):
        with pytest.raises(Problem, match=words) as refusal:
            set_replaced_by(by=consultant, certification=third, replaced_by=replacement)
        assert refusal.value.field == "replaced_by"
    from certifications.selectors.catalog import fingerprint

    with pytest.raises(Problem, match="in turn"):
        change_certification(by=consultant, certification=third, seen=fingerprint(third), replaced_by=first)


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_close_a_circle_together(consultant):
    one, two = CertificationFactory(name="One"), CertificationFactory(name="Two")
    begin, refused = Barrier(2), []

    def act(certification, replaced_by):
        begin.wait()
        try:
            set_replaced_by(by=consultant, certification=certification, replaced_by=replaced_by)
        except Problem as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=act, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Certification.objects.exclude(replaced_by=None).count() == 1


def test_consultants_hear_of_what_is_due(consultant, approver, listing):
    (item,) = listings.home_items(consultant)
    assert (item.title, item.count, item.href) == ("Review 1 listing", 1, "/catalog/listings/due/")
    ProgramCertificationFactory(review_school_year=2026)
    assert listings.home_items(consultant)[0].title == "Review 2 listings"
    assert listings.home_items(approver) == []
    ProgramCertification.objects.update(review_school_year=None)
    assert listings.home_items(consultant) == []
