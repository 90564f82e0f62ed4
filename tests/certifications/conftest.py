"""Fixtures of entry and records."""

import pytest
import time_machine

from certifications.services.entry import save_rows, set_document, start_draft
from tests.certifications.stage import good_row, listed_certification, open_routes, three_students
from tests.factories.certifications import YEAR, EvidenceDocumentFactory


@pytest.fixture
def today():
    """A Tuesday in November 2026, in school year 2026-27."""
    with time_machine.travel("2026-11-24T12:00:00-05:00", tick=False):
        yield


@pytest.fixture
def certification(program):
    """Listed for the program and open for entry."""
    with open_routes():
        yield listed_certification(program)


@pytest.fixture
def enrollments(home_district):
    """Three students of the home district."""
    return three_students(home_district.offering)


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


@pytest.fixture
def ready_draft(draft, enrollments, home_district):
    """Everything filled in: three students, one PDF."""
    by = home_district.coordinator
    draft = save_rows(by=by, draft=draft, rows={row.pk: good_row(page="1") for row in enrollments})
    document = EvidenceDocumentFactory(district=home_district.district, uploaded_by=by)
    return set_document(by=by, draft=draft, document=document)
