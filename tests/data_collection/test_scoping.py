"""What the state knows of entities is the state's; the twin and the neighbor alike see nothing of it."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from data_collection.models import Answer, CollectionDecision, QuestionnaireRequest
from data_collection.selectors.decisions import agreements_visible_to, reach_of
from data_collection.selectors.entities import entities_visible_to
from data_collection.selectors.questionnaire_requests import history_of
from data_collection.selectors.windows import next_district_due_date
from tests.factories import data_collection
from tests.factories.certifications import YEAR, CertificationFactory, ProgramCertificationFactory


@pytest.fixture
def answer(db):
    made = data_collection.AnswerFactory()
    data_collection.CollectionDecisionFactory(entity=made.questionnaire_request.entity)
    data_collection.DataSharingAgreementFactory(entity=made.questionnaire_request.entity)
    return made


def seen_by(user):
    return [
        rows.count()
        for rows in (
            QuestionnaireRequest.objects.visible_to(user),
            Answer.objects.visible_to(user),
            CollectionDecision.objects.visible_to(user),
            agreements_visible_to(user),
            entities_visible_to(user),
        )
    ]


def test_the_state_sees_everything(answer, consultant, approver, state_auditor):
    assert [seen_by(user) for user in (consultant, approver, state_auditor)] == [[1, 1, 1, 1, 1]] * 3


@pytest.mark.parametrize("role", ["coordinator", "official", "auditor", "reporter", "cepd"])
def test_districts_and_regions_see_nothing(role, answer, home_district):
    user = getattr(home_district, role)
    assert seen_by(user) == [0, 0, 0, 0, 0]
    assert list(history_of(user, [answer.questionnaire_request])) == []


def test_what_a_decision_affects(home_district):
    one = CertificationFactory()
    other = CertificationFactory(entity=one.entity)
    ProgramCertificationFactory(certification=one, program=home_district.offering.program)
    ProgramCertificationFactory(certification=other)
    whole, single = reach_of(one.entity, None, YEAR), reach_of(one.entity, one, YEAR)
    assert (set(whole.certifications), whole.programs, whole.districts) == ({one, other}, 2, 1)
    assert (single.certifications, single.programs, single.districts) == ([one], 1, 1)


def test_no_dates_no_due_date(db):
    assert next_district_due_date(YEAR) is None
    assert str(data_collection.CollectionWindowFactory()) == "Collection of 2026-27"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_in_force"),
    [
        (date(2026, 7, 1), None, True),
        (date(2026, 7, 1), date(2026, 12, 1), True),
        (date(2026, 12, 1), None, True),
        (date(2026, 7, 1), date(2026, 11, 30), False),
        (date(2026, 12, 2), None, False),
    ],
)
def test_an_agreement_is_in_force_from_its_first_day_to_its_last(starts_on, ends_on, is_in_force):
    agreement = data_collection.DataSharingAgreementFactory.build(entity=None, starts_on=starts_on, ends_on=ends_on)
    with time_machine.travel(datetime(2026, 12, 1, 17, tzinfo=UTC)):
        assert agreement.is_in_force is is_in_force
