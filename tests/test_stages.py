"""What a stage puts back is what its services build: the same rows, objects and mails, but for numbers and times."""

import dataclasses
import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import models, transaction

from tests import conftest as cast
from tests.sme_review import conftest as panel
from tests.stages import empty, everything, staged

STAGES = [
    (cast.make_program, ()),
    (cast.make_home_district, (cast.make_program,)),
    (cast.make_twin_district, (cast.make_program,)),
    (cast.make_consultant, ()),
    (cast.make_approver, ()),
    (cast.make_state_auditor, ()),
    (panel.draft, (cast.make_consultant,)),
    (panel.open_first_round, (cast.make_consultant,)),
    (panel.rate, (cast.make_consultant,)),
    (panel.close_first_round, (cast.make_consultant,)),
]
# Another at each build.
OF_ONE_BUILD = (models.DateTimeField, models.UUIDField)
# Whole numbers that go on from one build to the next.
COUNTED = {"position", "target_id"}
SECRET = re.compile(r"secret_hash|sha256")


def plain(value: Any) -> str:
    """Its text, with every number and personal link alike, since they go on from one build to the next."""
    text = re.sub(r"/link/panel/[^/\s]+/", "/link/panel/secret/", json.dumps(value, default=str, sort_keys=True))
    return re.sub(r"\b[0-9a-f]{64}\b|\d+", "#", text)


def shape(row: models.Model) -> list[Any]:
    """A row's own values; of what it points at, whether it does."""
    shown: list[Any] = [row._meta.label]
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        # An event's `id` is the number of the row that it is about.
        if (
            field.name == "id"
            or field.primary_key
            or field.is_relation
            or isinstance(field, OF_ONE_BUILD)
            or SECRET.search(field.name)
        ):
            shown.append((field.name, value is None))
        elif isinstance(value, int):
            shown.append((field.name, "#" if field.name in COUNTED else value))
        else:
            shown.append((field.name, plain(value)))
    return shown


def rows() -> list[list[Any]]:
    """The shape of every row that there is, whatever its table."""
    filled = {name for name, _ in everything()}
    read = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in filled]
    return sorted((shape(row) for model in read for row in model._base_manager.all()), key=repr)


def described(objects: Any) -> Any:
    if isinstance(objects, models.Model):
        return shape(objects), sorted(objects._state.fields_cache)
    if dataclasses.is_dataclass(objects):
        return [(field.name, described(getattr(objects, field.name))) for field in dataclasses.fields(objects)]
    if isinstance(objects, list):
        return [described(each) for each in objects]
    return plain(list(objects) if isinstance(objects, dict) else objects)


def sent() -> list[tuple[Any, ...]]:
    return sorted((plain(each.subject), each.to, plain(each.body)) for each in mail.outbox)


@pytest.mark.parametrize(("build", "below"), STAGES, ids=lambda each: getattr(each, "__name__", ""))
def test_a_stage_put_back_is_what_is_built(build, below, db):
    standing = [staged(each) for each in below]
    with transaction.atomic():
        built = (described(build(*standing)), rows(), sent())
        transaction.set_rollback(True)
    mail.outbox.clear()
    put_back = (described(staged(build, *standing)), rows(), sent())
    assert put_back == built


@pytest.mark.parametrize("turn", ["first", "second"])
def test_no_change_of_a_stage_reaches_the_next_test(turn, db):
    program = staged(cast.make_program)
    assert (program.title, type(program).objects.get().title) == ("Welding Technology", "Welding Technology")
    program.title = "Changed"
    program.save()


def test_a_stage_that_changes_what_it_stands_on_is_refused(db):
    def rename(program):
        program.title = "Changed"
        program.save()

    program = staged(cast.make_program)
    with pytest.raises(AssertionError, match="rename changes what it stands on"):
        staged(rename, program)


def test_a_test_that_commits_gets_what_is_built_and_leaves_nothing(transactional_db):
    first, second = staged(cast.make_consultant), staged(cast.make_consultant)
    assert second.pk > first.pk
    empty()
    assert everything() == frozenset()
    assert ContentType.objects.count() == len(apps.get_models(include_auto_created=False))
