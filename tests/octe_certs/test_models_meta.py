"""What holds for every model: a factory, and a message for people on every constraint."""

import importlib
import inspect
from pathlib import Path

import factory
import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.models import CheckConstraint

OWN_APPS = ("accounts", "certifications", "sme_review", "data_collection", "datasets")
MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in OWN_APPS and not hasattr(model, "pgh_tracked_model")
]


def factories() -> dict[type, type]:
    """Model -> its factory, from every file in tests/factories."""
    found = {}
    for path in sorted((Path(__file__).parents[1] / "factories").glob("*.py")):
        module = importlib.import_module(f"tests.factories.{path.stem}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, factory.django.DjangoModelFactory) and member._meta.model:
                found.setdefault(member._meta.model, member)
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_a_factory_that_works(model, db):
    made = factories()[model].create()
    assert model._base_manager.get(pk=made.pk) == made


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_rule_of_the_database_speaks_to_people(model):
    rules = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint | ExclusionConstraint)]
    assert [rule.name for rule in rules if rule.violation_error_message == rule.default_violation_error_message] == []
