"""What tests of entry and records share: open routes, a listed certification, students, PDFs."""

from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q

from certifications import ports
from certifications.models import Certification
from certifications.services.entry import save_rows, set_document, start_draft
from tests.factories.certifications import (
    YEAR,
    CertificationFactory,
    CertificationPartFactory,
    EnrollmentFactory,
    EvidenceDocumentFactory,
    ProgramCertificationFactory,
)


@pytest.fixture
def routes():
    """Say which certifications are open; the app's own answer is put back afterwards."""
    before = list(ports._entry_routes)
    ports.provide_entry_routes(lambda _year: Q())
    yield ports.provide_entry_routes
    ports._entry_routes[:] = before


@pytest.fixture
def certification(program, routes) -> Certification:
    """Listed for the program, open for entry, with one part: 0 to 100, cut score 70."""
    listed = CertificationFactory(name="AWS Certified Welder", entity__name="American Welding Society")
    CertificationPartFactory(certification=listed)
    ProgramCertificationFactory(program=program, certification=listed)
    return listed


@pytest.fixture
def enrollments(home_district):
    """Three students of the home district."""
    return [
        EnrollmentFactory(offering=home_district.offering, student__last_name=name, student__first_name="Ann")
        for name in ("Abbott", "Baker", "Clark")
    ]


@pytest.fixture
def draft(home_district, program, certification):
    """The coordinator's empty sheet."""
    return start_draft(
        by=home_district.coordinator,
        district=home_district.district,
        program=program,
        certification=certification,
        school_year=YEAR,
    )


def good_row(**given) -> dict:
    return {"ticked": True, "result": "passed", "score": "85", "date_earned": "10/1/2026", **given}


@pytest.fixture
def ready_draft(draft, enrollments, home_district):
    """Everything filled in: three students, one PDF."""
    by = home_district.coordinator
    draft = save_rows(by=by, draft=draft, rows={row.pk: good_row(page="1") for row in enrollments})
    document = EvidenceDocumentFactory(district=home_district.district, uploaded_by=by)
    return set_document(by=by, draft=draft, document=document)


def pdf_bytes(*, pages: int = 1, **saving) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, **saving)
    return out.getvalue()


def upload(content: bytes, name: str = "roster.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
