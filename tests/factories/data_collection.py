"""Questionnaires, decisions, windows."""

import csv
from datetime import date, timedelta
from pathlib import Path

import factory
from django.utils import timezone

from core.personal_links import hash_secret, new_secret
from data_collection import models
from data_collection.services.questionnaires import sync_standard_questionnaire
from tests.factories.accounts import UserFactory
from tests.factories.certifications import YEAR, AwardingEntityFactory, StudentCertificationFactory

REFERENCE = Path(__file__).resolve().parents[2] / "datasets" / "reference"


def standard_questionnaire() -> models.Questionnaire:
    """The 27 questions and their gates, from the shipped files."""
    with (REFERENCE / "questionnaire.csv").open() as questions, (REFERENCE / "gates.csv").open() as gates:
        return sync_standard_questionnaire(
            version="2026", questions=list(csv.DictReader(questions)), gates=list(csv.DictReader(gates))
        )


class QuestionnaireFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Questionnaire

    version = factory.Sequence(lambda n: f"v{n}")
    title = "Questions for awarding entities"


class QuestionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Question

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    code = factory.Sequence(lambda n: f"A{n}")
    section_code = "A"
    section_title = "About your organization"
    position = factory.Sequence(lambda n: n)
    text = "What is your name?"
    answer_type = "text"


class GateRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.GateRule

    question = factory.SubFactory(QuestionFactory, answer_type="choice", choices=[["yes", "Yes"], ["no", "No"]])
    questionnaire = factory.SelfAttribute("question.questionnaire")
    gate = "legal"
    passes_when = ["yes"]


class QuestionnaireRequestFactory(factory.django.DjangoModelFactory):
    """Sent, not opened yet. Give `secret` to know the link's secret."""

    class Meta:
        model = models.QuestionnaireRequest

    class Params:
        secret = factory.LazyFunction(lambda: new_secret()[0])
        submitted = factory.Trait(
            first_opened_at=factory.LazyFunction(timezone.now),
            visits=1,
            submitted_at=factory.LazyFunction(timezone.now),
            signed_by="Jordan Lee",
        )

    entity = factory.SubFactory(AwardingEntityFactory)
    questionnaire = factory.SubFactory(QuestionnaireFactory)
    reference = factory.Sequence(lambda n: f"Q-{n:06d}")
    contact_name = "Jordan Lee"
    contact_email = "records@example.org"
    secret_hash = factory.LazyAttribute(lambda made: hash_secret(made.secret))
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=28))
    link_ends_on = factory.LazyAttribute(lambda made: made.due_on + timedelta(days=60))
    sent_at = factory.LazyFunction(timezone.now)
    sent_by = factory.SubFactory(UserFactory)


class AnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Answer

    questionnaire_request = factory.SubFactory(QuestionnaireRequestFactory)
    question = factory.SubFactory(
        QuestionFactory, questionnaire=factory.SelfAttribute("..questionnaire_request.questionnaire")
    )
    value = "An answer"


class DataSharingAgreementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.DataSharingAgreement

    entity = factory.SubFactory(AwardingEntityFactory)
    title = "Data sharing agreement"
    signed_on = date(2026, 6, 1)
    starts_on = date(2026, 7, 1)


class CollectionDecisionFactory(factory.django.DjangoModelFactory):
    """The district route for a whole entity, verified after the window."""

    class Meta:
        model = models.CollectionDecision

    entity = factory.SubFactory(AwardingEntityFactory)
    school_year = YEAR
    method = "district"
    reason = "The entity cannot share results by student."
    verify_when = "after_window"
    decided_by = factory.SubFactory(UserFactory)
    decided_at = factory.LazyFunction(timezone.now)


class CollectionWindowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CollectionWindow
        django_get_or_create = ("school_year",)

    school_year = YEAR
    opens_on = factory.LazyAttribute(lambda made: date(made.school_year - 1, 9, 1))
    preliminary_district_due = factory.LazyAttribute(lambda made: date(made.school_year, 6, 16))
    preliminary_octe_due = factory.LazyAttribute(lambda made: date(made.school_year, 6, 23))
    final_district_due = factory.LazyAttribute(lambda made: date(made.school_year, 8, 24))
    final_octe_due = factory.LazyAttribute(lambda made: date(made.school_year, 8, 31))


class RetentionRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RetentionRule

    name = factory.Sequence(lambda n: f"Evidence {n:05d}")
    basis = "2 CFR 200.334"
    start_event = "the final expenditure report"
    years = 3


class VerificationPlanFactory(factory.django.DjangoModelFactory):
    """Every record of the year, after its final date."""

    class Meta:
        model = models.VerificationPlan

    school_year = YEAR
    starts_on = factory.Sequence(lambda n: date(YEAR, 9, 1) + timedelta(days=n))
    ends_on = factory.LazyAttribute(lambda made: made.starts_on + timedelta(days=30))
    reach = "all"
    reason = "The first year of district entry."
    decided_by = factory.SubFactory(UserFactory)
    decided_at = factory.LazyFunction(timezone.now)


class VerificationCheckFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.VerificationCheck

    plan = factory.SubFactory(VerificationPlanFactory)
    record = factory.SubFactory(StudentCertificationFactory)
    outcome = "agrees"
    checked_by = factory.SubFactory(UserFactory)
    checked_at = factory.LazyFunction(timezone.now)
