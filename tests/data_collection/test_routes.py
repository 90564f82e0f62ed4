"""Which certifications districts may enter, and what they are told about the rest."""

import pytest
from django.utils import timezone

from certifications.models import Certification
from certifications.ports import open_for_district_entry
from data_collection.enums import Method
from data_collection.selectors.routes import collection_route, collection_routes, district_entry_filter, entity_route
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
    assert collection_route(certification, YEAR).opens_district_entry is is_open


def test_nothing_is_open_without_a_decision(certification):
    assert opened() == set()
    assert collection_route(certification, YEAR).method is Method.UNDECIDED
    assert collection_route(certification, YEAR).decision is None


def test_own_decision_overrides_the_one_of_the_entity(certification):
    sibling = CertificationFactory(entity=certification.entity)
    decide(certification, "district")
    decide(certification, "direct", own=True)
    assert opened() == {sibling}
    assert {key: route.method for key, route in collection_routes([certification, sibling], YEAR).items()} == {
        certification.pk: Method.DIRECT,
        sibling.pk: Method.DISTRICT,
    }


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


def test_routes_of_many_need_one_query(certification, django_assert_num_queries):
    many = [certification, *(CertificationFactory() for _ in range(5))]
    with django_assert_num_queries(1):
        assert len(collection_routes(many, YEAR)) == 6
