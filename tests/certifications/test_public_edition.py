"""The counter behind the public list: whoever changes what the list shows moves it on, and nobody waits for it."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from certifications.models import Certification, PublicListCounter
from certifications.selectors.public import edition
from tests.factories.certifications import CertificationAliasFactory, CertificationFactory, DistrictFactory

STATEMENTS = {
    "SQL": "UPDATE certifications_certification SET name = 'Renamed'",
    "deleting": "DELETE FROM certifications_certificationalias",
    "emptying a table": "TRUNCATE certifications_certificationalias",
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_whatever_writes_moves_the_edition_on(statement, db):
    CertificationAliasFactory()
    before = edition()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(STATEMENTS[statement])
    after = edition()
    assert after.mark != before.mark
    assert after.changed_at > before.changed_at


def test_a_statement_counts_once_however_many_rows_it_changes(db):
    for _ in range(3):
        CertificationFactory()
    before = PublicListCounter.objects.get().changes
    Certification.objects.update(summary="Shows that a person can weld.")
    assert PublicListCounter.objects.get().changes == before + 1


def test_reading_and_writing_elsewhere_leave_it(db):
    CertificationFactory()
    before = edition().mark
    DistrictFactory()
    assert edition().mark == before


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_do_not_wait_for_each_other():
    one, two = CertificationFactory(), CertificationFactory()
    marks, has_written, may_commit = [edition().mark], Event(), Event()

    def write():
        try:
            with transaction.atomic():
                Certification.objects.filter(pk=one.pk).update(name="One")
                has_written.set()
                may_commit.wait(20)
        finally:
            connection.close()

    writer = Thread(target=write)
    writer.start()
    has_written.wait(20)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        Certification.objects.filter(pk=two.pk).update(name="Two")
    marks.append(edition().mark)
    may_commit.set()
    writer.join()
    marks.append(edition().mark)
    assert len(set(marks)) == 3
