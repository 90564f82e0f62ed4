"""Writing listings: a new period, a change of an undecided one, and a clash."""

import pytest

from accounts.models import AuditEntry
from certifications.models import ProgramCertification
from certifications.services.listings import set_listing
from octe_certs.problems import Problem
from tests.factories.certifications import CertificationFactory, ProgramCertificationFactory


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


def test_a_retired_listing_stays_in_force_until_its_last_year(approver, program, certification):
    listing = approve(approver, program, certification, first_school_year=2025, last_school_year=2026, status="retired")
    assert list(ProgramCertification.objects.in_force(2026)) == [listing]
    assert list(ProgramCertification.objects.in_force(2027)) == []
