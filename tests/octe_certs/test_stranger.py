"""People of the twin district find nothing of ours at any address, whatever number they try."""

import pytest

from core.access import Kind
from octe_certs.addresses import all_addresses
from tests.factories.accounts import UserFactory
from tests.factories.certifications import (
    CertificationFactory,
    EnrollmentFactory,
    EntryDraftFactory,
    EvidenceDocumentFactory,
    EvidenceLinkFactory,
    ProgramCertificationFactory,
    StateChangeFactory,
    StudentCertificationFactory,
    SubmissionFactory,
)

# Each is text that no stranger may read, planted where a leak would show it.
MARKS = {
    "last name": "Quillfeather",
    "first name": "Oswinda",
    "UIC": "7319046258",
    "award identifier": "AWARD-5521",
    "certificate number": "CERTNO-8842",
    "submission reference": "OC-LEAK-MARK",
    "file name": "quillfeather-certificate.pdf",
    "reason": "The roster shows another date than typed.",
}


@pytest.fixture
def planted(home_district):
    """A returned record with all that hangs on it; returns the numbers under which its rows are known."""
    cast = home_district
    enrollment = EnrollmentFactory(
        offering=cast.offering,
        student__last_name=MARKS["last name"],
        student__first_name=MARKS["first name"],
        student__uic=MARKS["UIC"],
    )
    listing = ProgramCertificationFactory(program=cast.offering.program, certification=CertificationFactory())
    submission = SubmissionFactory(
        reference=MARKS["submission reference"], district=cast.district, submitted_by=cast.coordinator
    )
    decider = UserFactory()
    record = StudentCertificationFactory(
        enrollment=enrollment,
        certification=listing.certification,
        award_identifier=MARKS["award identifier"],
        certificate_number=MARKS["certificate number"],
        submission=submission,
        created_by=cast.coordinator,
        state="returned",
        state_reason=MARKS["reason"],
        decided_by=decider,
        decided_at="2026-11-01T12:00Z",
    )
    change = StateChangeFactory(record=record, from_state="submitted", to_state="returned", reason=MARKS["reason"])
    document = EvidenceDocumentFactory(
        district=cast.district, original_name=MARKS["file name"], uploaded_by=cast.coordinator
    )
    link = EvidenceLinkFactory(record=record, document=document, page=1)
    draft = EntryDraftFactory(
        district=cast.district,
        program=listing.program,
        certification=listing.certification,
        created_by=cast.coordinator,
        document=document,
        rows={str(enrollment.pk): {"certificate_number": MARKS["certificate number"], "ticked": "on"}},
    )
    rows = (
        enrollment,
        enrollment.student,
        listing,
        listing.certification,
        submission,
        record,
        change,
        document,
        link,
        draft,
    )
    return {row.pk for row in rows} | {cast.district.pk, cast.building.pk, cast.offering.pk, listing.program_id}


def what_shows(client, numbers) -> dict[str, set[str]]:
    """Which marks each address shows to the signed-in person, over all numbers."""
    shown: dict[str, set[str]] = {}
    visited = set()
    for number in numbers:
        for address in all_addresses(row=number):
            left_out = address.access is None or address.access.kind is Kind.LINK or "logout" in address.path
            if left_out or address.path in visited:
                continue
            visited.add(address.path)
            response = client.get(address.path)
            body = b"".join(response) if response.streaming else response.content
            text = body.decode(errors="replace") + str(response.headers)
            marks = {name for name, mark in MARKS.items() if mark in text}
            if marks:
                shown.setdefault(address.name, set()).update(marks)
    return shown


@pytest.mark.parametrize("person", ["coordinator", "official", "auditor", "reporter", "cepd"])
def test_the_twin_finds_nothing(person, planted, twin_district, client):
    client.force_login(getattr(twin_district, person))
    assert what_shows(client, planted) == {}


def test_the_owner_finds_it(planted, home_district, client):
    """The control: what the test above looks for is there to be found."""
    client.force_login(home_district.coordinator)
    shown = what_shows(client, planted)
    assert set().union(*shown.values()) == set(MARKS)
