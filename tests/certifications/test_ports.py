"""What district entry asks of the room above it."""

import pytest
from django.db.models import Q

from certifications import ports
from certifications.selectors.entry import attempt_dates, entity_choices
from tests.certifications.stage import listed_certification, open_routes
from tests.factories.certifications import YEAR, StudentCertificationFactory


def test_without_an_answer_nothing_is_open_in_silence():
    with open_routes():
        ports._entry_routes.clear()
        with pytest.raises(LookupError, match="No app has provided the collection routes"):
            ports.open_for_district_entry(YEAR)


def test_an_entity_is_open_with_its_open_certifications(program):
    listed = listed_certification(program)
    with open_routes():
        (choice,) = entity_choices(program=program, year=YEAR)
        assert (choice.entity, choice.is_open, choice.certifications) == (listed.entity, True, 1)
        ports.provide_entry_routes(lambda _year: Q(pk__in=[]))
        (choice,) = entity_choices(program=program, year=YEAR)
        assert (choice.is_open, choice.certifications) == (False, 0)


def test_a_failed_attempt_without_a_day_is_no_duplicate_of_anything(db):
    record = StudentCertificationFactory(result="failed", date_earned=None)
    assert attempt_dates([record.student_id], certification_id=record.certification_id) == {}
