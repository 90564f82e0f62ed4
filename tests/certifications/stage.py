"""What tests of entry and records set up: open routes, a listed certification, students, PDFs."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q

from certifications import ports
from certifications.models import Certification, Enrollment, Program, ProgramOffering
from tests.factories.certifications import (
    CertificationFactory,
    CertificationPartFactory,
    EnrollmentFactory,
    ProgramCertificationFactory,
)


@contextmanager
def open_routes() -> Iterator[None]:
    """Every certification is open for entry; the app's own answer is put back afterwards."""
    before = list(ports._entry_routes)
    ports.provide_entry_routes(lambda _year: Q())
    yield
    ports._entry_routes[:] = before


def listed_certification(program: Program) -> Certification:
    """Listed for the program, with one part: 0 to 100, cut score 70."""
    listed = CertificationFactory(name="AWS Certified Welder", entity__name="American Welding Society")
    CertificationPartFactory(certification=listed)
    ProgramCertificationFactory(program=program, certification=listed)
    return listed


def three_students(offering: ProgramOffering) -> list[Enrollment]:
    """Enrolled this school year."""
    return [
        EnrollmentFactory(offering=offering, student__last_name=name, student__first_name="Ann")
        for name in ("Abbott", "Baker", "Clark")
    ]


def good_row(**given) -> dict:
    return {"ticked": True, "result": "passed", "score": "85", "date_earned": "10/1/2026", **given}


def pdf_bytes(*, pages: int = 1, **saving) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        out = BytesIO()
        pdf.save(out, **saving)
    return out.getvalue()


def upload(content: bytes, name: str = "roster.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
