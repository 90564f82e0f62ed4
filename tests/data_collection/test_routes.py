"""Which certifications districts may enter, and which method is in force for an entity."""

import pytest
from django.utils import timezone

from certifications.models import Certification
from certifications.ports import open_for_district_entry
from data_collection.enums import Method
from data_collection.selectors.routes import district_entry_filter, entity_route
from tests.factories.certifications import YEAR, CertificationFactory
from tests.factories.data_collection import CollectionDecisionFactory


def decide(certification, method, *, own=False, **values):
    return CollectionDecisionFactory(
        entity=certification.entity,
        certification=certification if own else None,
        method=method,
        verify_when="after_window" if method in {"district", "both", "interim"} else "",
        **values,
    )


def opened(year=YEAR):
    return set(Certification.objects.filter(district_entry_filter(year)))


@pytest.fixture
def certification(db):
    return CertificationFactory()


@pytest.mark.parametrize(
    ("method", "is_open"),
    [("undecided", False), ("direct", False), ("district", True), ("both", True), ("interim", True)],
)
@pytest.mark.parametrize("own", [True, False])
def test_only_district_both_and_interim_open_entry(method, is_open, own, certification):
    decide(certification, method, own=own)
    assert opened() == ({certification} if is_open else set())
    assert entity_route(certification.entity, YEAR).opens_district_entry is (is_open and not own)


def test_nothing_is_open_without_a_decision(certification):
    assert opened() == set()
    route = entity_route(certification.entity, YEAR)
    assert (route.method, route.decision) == (Method.UNDECIDED, None)


def test_own_decision_overrides_the_one_of_the_entity(certification):
    sibling = CertificationFactory(entity=certification.entity)
    decide(certification, "district")
    decide(certification, "direct", own=True)
    assert opened() == {sibling}


def test_own_decision_opens_what_the_entity_sends_directly(certification):
    CertificationFactory(entity=certification.entity)
    decide(certification, "direct")
    decide(certification, "interim", own=True)
    assert opened() == {certification}


def test_a_decision_holds_for_its_school_year_only(certification):
    decide(certification, "district", school_year=YEAR - 1)
    assert opened() == set()
    assert opened(YEAR - 1) == {certification}


def test_a_superseded_decision_opens_nothing(certification):
    decide(certification, "district", superseded_at=timezone.now())
    assert opened() == set()


def test_other_entities_are_not_touched(certification):
    decide(CertificationFactory(), "district")
    assert certification not in opened()


def test_the_port_answers(certification):
    decide(certification, "district")
    assert list(Certification.objects.filter(open_for_district_entry(YEAR))) == [certification]


def test_route_of_an_entity(certification):
    assert entity_route(certification.entity, YEAR).label == "Not decided yet"
    decision = decide(certification, "both")
    assert entity_route(certification.entity, YEAR).decision == decision
