"""The health addresses."""

import pytest
from django.db import connection

from tests.octe_certs.production import python

ASK = """
import django
django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client(headers={"host": "127.0.0.1"}).get(path)
    print(path, answer.status_code, answer.content.decode())
"""


def test_healthz_answers_without_asking_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_answers_when_the_database_is_migrated(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_readyz_on_an_empty_database_names_the_migrations(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": "migrations"})


def test_readyz_without_a_database_names_it_while_healthz_goes_on():
    done = python("-c", ASK, DJANGO_SETTINGS_MODULE="octe_certs.settings")
    assert done.stdout.splitlines() == [
        '/healthz 200 {"status": "ok"}',
        '/readyz 503 {"status": "not ready", "missing": "database"}',
    ]
