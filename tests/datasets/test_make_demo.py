"""The demo: the same arguments make the same rows, and what COPY wrote keeps every rule."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.models import Membership, User
from certifications.models import (
    Enrollment,
    ProgramCertification,
    ProgramOffering,
    Student,
    StudentCertification,
)
from datasets.making import bulk
from datasets.making.names import frequencies
from datasets.making.sign_ins import SIGN_INS
from datasets.making.whole import COPIED
from tests.datasets.demo import make_demo

pytestmark = pytest.mark.django_db

# The event tables hold the time of loading.
HASHED = (*COPIED, ProgramOffering, ProgramCertification, Membership)
TIMES_OF_LOADING = {"started_at"}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def natural(model: type[models.Model]) -> list[str]:
    """Columns without primary and foreign keys' numbers, which depend on what was in the database before."""
    return [
        field.column
        for field in model._meta.concrete_fields
        if not field.is_relation and not field.primary_key and field.name not in TIMES_OF_LOADING
    ]


def fingerprint() -> str:
    digest = hashlib.sha256()
    for model in HASHED:
        columns = ", ".join(f'"{name}"' for name in natural(model)) or "1"
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}" ORDER BY id')  # noqa: S608
            digest.update(repr((model._meta.label, cursor.fetchall())).encode())
    return digest.hexdigest()


@pytest.fixture
def emptied():
    """Empties the database between two demos, past the triggers that forbid it."""

    def empty():
        with connection.cursor() as cursor:
            tables = ", ".join(f'"{name}"' for name in connection.introspection.table_names() if "django_" not in name)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
            cursor.execute("SET session_replication_role = origin")

    return empty


def test_same_arguments_make_the_same_rows(emptied):
    make_demo()
    first = fingerprint()
    emptied()
    make_demo()
    assert fingerprint() == first
    emptied()
    make_demo(seed=8)
    assert fingerprint() != first


def test_demo_has_the_numbers_it_says():
    printed = make_demo()
    counts = (Student.objects.count(), Enrollment.objects.count(), StudentCertification.objects.count())
    assert counts[0] == 120
    line = f"Done: {counts[0]:,} students, {counts[1]:,} enrollments in {ProgramOffering.objects.count():,} offerings, {counts[2]:,} records"
    assert printed.splitlines()[-1].endswith(line)


def test_production_refuses(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never made in production"):
        call_command("make_demo")
    assert not User.objects.exists()


def test_database_with_people_is_left_alone_unless_forced():
    make_demo()
    with pytest.raises(CommandError, match="There are people in this database"):
        make_demo()
    before = set(Student.objects.values_list("uic", flat=True))
    make_demo(force=True, seed=8)
    after = set(Student.objects.values_list("uic", flat=True))
    assert before < after
    assert len(after) == 240
    assert User.objects.filter(email__in=[each.email for each in SIGN_INS]).count() == len(SIGN_INS)


@pytest.mark.parametrize("options", [{"students": 0}, {"years": 0}, {"years": 11}])
def test_sizes_that_make_no_sense_are_refused(options):
    with pytest.raises(CommandError, match="at least 1 student"):
        call_command("make_demo", **options)


def test_missing_reference_data_are_said():
    with pytest.raises(CommandError, match="load_reference"):
        call_command("make_demo", stdout=StringIO())
    assert not User.objects.exists()


def test_copier_notices_a_column_that_it_does_not_know():
    with pytest.raises(ValueError, match="birth_date"):
        bulk.Copier(Student, ("id", "uic", "first_name", "last_name", "sex"))


def test_names_are_as_frequent_as_in_the_census():
    last = frequencies("all.last")
    assert (last.names[:3], last.totals[:3]) == (["Smith", "Johnson", "Williams"], [1.006, 1.816, 2.515])
    assert "McDonald" in last.names
