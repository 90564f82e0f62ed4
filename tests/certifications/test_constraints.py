"""The database says no: each named rule of the shared model, from both sides."""

from datetime import date

import pytest
from django.db import DatabaseError
from django.utils import timezone

from certifications import models
from tests.constraints import Rule, check_both_sides
from tests.factories import certifications
from tests.factories.accounts import UserFactory

Record = certifications.StudentCertificationFactory
Listing = certifications.ProgramCertificationFactory


def two_listings(first: tuple[int, int | None], second: tuple[int, int | None], *, other_program: bool = False) -> None:
    one = Listing(first_school_year=first[0], last_school_year=first[1])
    Listing(
        program=certifications.ProgramFactory() if other_program else one.program,
        certification=one.certification,
        first_school_year=second[0],
        last_school_year=second[1],
    )


def two_records(**second) -> None:
    first = Record(date_earned=date(2026, 10, 1))
    values = {"enrollment": first.enrollment, "certification": first.certification, "date_earned": date(2026, 10, 1)}
    Record(**{**values, **second})


def decided(**values) -> None:
    Record(**{"decided_by": UserFactory(), "decided_at": timezone.now(), **values})


def same_enrollment_twice(second_year: int) -> None:
    one = certifications.EnrollmentFactory(school_year=2026)
    certifications.EnrollmentFactory(student=one.student, offering=one.offering, school_year=second_year)


def same_offering_twice(*, same_building: bool) -> None:
    one = certifications.ProgramOfferingFactory()
    certifications.ProgramOfferingFactory(
        program=one.program, building=one.building if same_building else certifications.BuildingFactory()
    )


def same_name_twice(second: str) -> None:
    one = certifications.CertificationFactory(name="Network+")
    certifications.CertificationFactory(entity=one.entity, name=second)


def same_standard_twice(version: str) -> None:
    one = certifications.ProgramStandardFactory(code="A.1", version="2026")
    certifications.ProgramStandardFactory(program=one.program, code="A.1", version=version)


def same_segment_weight_twice(version: str) -> None:
    one = certifications.SegmentWeightFactory(segment_code="A", version="2026")
    certifications.SegmentWeightFactory(program=one.program, segment_code="A", version=version)


def applied(**values) -> None:
    certifications.StandardsImportFactory(**{"applied_by": UserFactory(), "applied_at": timezone.now(), **values})


def same_part_twice(position: int) -> None:
    one = certifications.CertificationPartFactory(position=1)
    certifications.CertificationPartFactory(certification=one.certification, position=position)


def same_alias_twice(second: str) -> None:
    one = certifications.CertificationAliasFactory(alias="Net Plus")
    certifications.CertificationAliasFactory(certification=one.certification, alias=second)


def same_evidence_twice(*, same_record: bool) -> None:
    one = certifications.EvidenceLinkFactory()
    certifications.EvidenceLinkFactory(document=one.document, record=one.record if same_record else Record())


RULES = [
    Rule(
        "segment_weight_once_per_version",
        lambda: same_segment_weight_twice("2027"),
        lambda: same_segment_weight_twice("2026"),
    ),
    Rule(
        "segment_weight_above_zero",
        lambda: certifications.SegmentWeightFactory(weight="0.01"),
        lambda: certifications.SegmentWeightFactory(weight="0"),
    ),
    Rule(
        "standards_import_applied_at_and_by",
        applied,
        lambda: applied(applied_by=None),
    ),
    Rule(
        "standards_import_applied_or_discarded",
        lambda: certifications.StandardsImportFactory(discarded_at=timezone.now()),
        lambda: applied(discarded_at=timezone.now()),
    ),
    Rule(
        "district_code_five_digits",
        lambda: certifications.DistrictFactory(code="01010"),
        lambda: certifications.DistrictFactory(code="1010"),
    ),
    Rule(
        "building_code_five_digits",
        lambda: certifications.BuildingFactory(code="00044"),
        lambda: certifications.BuildingFactory(code="44"),
    ),
    Rule(
        "program_cip_code_form",
        lambda: certifications.ProgramFactory(cip_code="47.0604"),
        lambda: certifications.ProgramFactory(cip_code="470604"),
    ),
    Rule("standard_code_once_per_version", lambda: same_standard_twice("2027"), lambda: same_standard_twice("2026")),
    Rule(
        "offering_once_per_building",
        lambda: same_offering_twice(same_building=False),
        lambda: same_offering_twice(same_building=True),
    ),
    Rule(
        "student_uic_ten_digits",
        lambda: certifications.StudentFactory(uic="0012345678"),
        lambda: certifications.StudentFactory(uic="12345678"),
    ),
    Rule("enrollment_once", lambda: same_enrollment_twice(2027), lambda: same_enrollment_twice(2026)),
    Rule(
        "enrollment_grade_range",
        lambda: certifications.EnrollmentFactory(grade=9),
        lambda: certifications.EnrollmentFactory(grade=8),
    ),
    Rule(
        "enrollment_school_year_range",
        lambda: certifications.EnrollmentFactory(school_year=2100),
        lambda: certifications.EnrollmentFactory(school_year=1999),
    ),
    Rule("certification_name_once_per_entity", lambda: same_name_twice("A+"), lambda: same_name_twice("NETWORK+")),
    Rule(
        "certification_expiry_positive",
        lambda: certifications.CertificationFactory(expires_after_months=36),
        lambda: certifications.CertificationFactory(expires_after_months=0),
    ),
    Rule("part_position_once", lambda: same_part_twice(2), lambda: same_part_twice(1)),
    Rule(
        "part_cut_score_within_scale",
        lambda: certifications.CertificationPartFactory(score_min=100, score_max=900, cut_score=720),
        lambda: certifications.CertificationPartFactory(score_min=100, score_max=900, cut_score=72),
    ),
    Rule("alias_once_per_certification", lambda: same_alias_twice("N+"), lambda: same_alias_twice("net plus")),
    Rule(
        "listing_periods_do_not_overlap",
        lambda: two_listings((2024, 2025), (2026, None)),
        lambda: two_listings((2024, 2026), (2026, None)),
    ),
    Rule(
        "listing_periods_do_not_overlap",
        lambda: two_listings((2024, None), (2024, None), other_program=True),
        lambda: two_listings((2024, None), (2027, 2027)),
    ),
    Rule(
        "listing_counts_only_if_approved",
        lambda: Listing(status="suggested", counts_federally=False),
        lambda: Listing(status="suggested", counts_federally=True),
    ),
    Rule(
        "listing_retired_has_last_year",
        lambda: Listing(status="retired", last_school_year=2026),
        lambda: Listing(status="retired", last_school_year=None),
    ),
    Rule(
        "listing_retired_keeps_what_it_was",
        lambda: Listing(status="retired", last_school_year=2026, approved_reason="Asked for."),
        lambda: Listing(status="retired", last_school_year=2026, retired_at=None),
    ),
    Rule(
        "listing_retired_keeps_what_it_was",
        lambda: Listing(approved_reason=""),
        lambda: Listing(approved_reason="Asked for."),
    ),
    Rule(
        "public_list_counter_counts",
        lambda: certifications.PublicListCounterFactory(changes=1),
        lambda: certifications.PublicListCounterFactory(changes=0),
    ),
    Rule(
        "listing_reviewed_after_first_year",
        lambda: (Listing(first_school_year=2025, review_school_year=2026), Listing(review_school_year=None)),
        lambda: Listing(first_school_year=2025, review_school_year=2025),
    ),
    Rule(
        "listing_first_year_range",
        lambda: Listing(first_school_year=2000),
        lambda: Listing(first_school_year=1999),
    ),
    Rule(
        "evidence_sha256_form",
        lambda: certifications.EvidenceDocumentFactory(sha256="a" * 64),
        lambda: certifications.EvidenceDocumentFactory(sha256="A" * 64),
    ),
    Rule(
        "evidence_has_pages",
        lambda: certifications.EvidenceDocumentFactory(pages=1),
        lambda: certifications.EvidenceDocumentFactory(pages=0),
    ),
    Rule(
        "evidence_link_once",
        lambda: same_evidence_twice(same_record=False),
        lambda: same_evidence_twice(same_record=True),
    ),
    Rule(
        "evidence_link_page_positive",
        lambda: certifications.EvidenceLinkFactory(page=1),
        lambda: certifications.EvidenceLinkFactory(page=0),
    ),
    Rule("record_one_award_once", lambda: two_records(date_earned=date(2026, 10, 2)), two_records),
    Rule("record_one_award_once", lambda: two_records(result="failed"), two_records),
    Rule("record_one_award_once", lambda: two_records(state="withdrawn"), two_records),
    Rule(
        "record_pass_has_date",
        lambda: Record(result="failed", date_earned=None),
        lambda: Record(result="passed", date_earned=None),
    ),
    Rule("record_score_not_negative", lambda: Record(score=0), lambda: Record(score=-1)),
    Rule("record_decided_at_and_by", lambda: decided(state="approved"), lambda: decided(decided_at=None)),
    Rule("record_decided_state_has_decider", lambda: Record(state="submitted"), lambda: Record(state="approved")),
    Rule(
        "record_returned_has_reason",
        lambda: decided(state="returned", state_reason="The PDF shows another student."),
        lambda: decided(state="returned"),
    ),
    Rule(
        "record_earned_not_before_tested",
        lambda: Record(date_tested=date(2026, 10, 1)),
        lambda: Record(date_tested=date(2026, 10, 2)),
    ),
    Rule("record_school_year_range", lambda: Record(school_year=2027), lambda: Record(school_year=27)),
    Rule(
        "state_change_moves",
        lambda: certifications.StateChangeFactory(from_state="draft", to_state="submitted"),
        lambda: certifications.StateChangeFactory(from_state="submitted", to_state="submitted"),
    ),
    Rule(
        "entry_draft_submitted_or_discarded",
        lambda: certifications.EntryDraftFactory(discarded_at=timezone.now()),
        lambda: certifications.EntryDraftFactory(
            discarded_at=timezone.now(), submission=certifications.SubmissionFactory()
        ),
    ),
    Rule(
        "entry_draft_school_year_range",
        lambda: certifications.EntryDraftFactory(school_year=2027),
        lambda: certifications.EntryDraftFactory(school_year=0),
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_database_keeps_the_rule(rule, db):
    check_both_sides(rule)


def test_a_listing_period_that_runs_backward_is_refused(db):
    # As a range it is no range at all, so PostgreSQL may name either rule; the person sees the check's message.
    with pytest.raises(DatabaseError, match=r"listing_period|range lower bound"):
        Listing(first_school_year=2026, last_school_year=2025)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_state_change_cannot_be_changed_or_deleted(act, db):
    change = certifications.StateChangeFactory()
    rows = models.StateChange.objects.filter(pk=change.pk)
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"):
        rows.update(reason="other") if act == "update" else rows.delete()
