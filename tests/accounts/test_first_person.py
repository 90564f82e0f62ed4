"""The first person of an installation."""

import io

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, User
from accounts.roles import Role

pytestmark = pytest.mark.django_db


def first_person(email="ann@example.gov", name="Ann Example") -> str:
    said = io.StringIO()
    call_command("first_person", email, name, stdout=said)
    return said.getvalue().strip()


def test_first_person_is_approver_and_sets_a_password_by_mail(client, settings):
    assert first_person("Ann@Example.gov") == (
        f"ann@example.gov is an OCTE approver. They set a password at {settings.BASE_URL}/accounts/password/reset/"
    )
    person = User.objects.get()
    assert list(person.memberships.values_list("role", flat=True)) == [Role.OCTE_APPROVER]
    assert not person.has_usable_password()
    client.post("/accounts/password/reset/", {"email": "ann@example.gov"})
    assert [message.to for message in mail.outbox] == [["ann@example.gov"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_first_person_is_in_the_audit_trail(db):
    first_person()
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.by_label, entry.verb) == (None, "the operator of the server", "gave a role")
    assert entry.detail == {"role": Role.OCTE_APPROVER}


def test_first_person_is_refused_once_there_is_an_approver(approver):
    with pytest.raises(CommandError, match="There is an OCTE approver already"):
        first_person()
    assert list(User.objects.all()) == [approver]


def test_first_person_is_let_in_when_the_last_approver_has_gone(approver):
    User.objects.update(is_active=False)
    first_person()
    assert User.objects.filter(is_active=True).get().email == "ann@example.gov"


def test_first_person_whose_address_has_an_account_is_refused(consultant):
    with pytest.raises(CommandError, match="has an account already"):
        first_person(consultant.email.upper())


def test_first_person_with_a_wrong_address_is_refused():
    with pytest.raises(CommandError, match="ann is not an e-mail address"):
        first_person("ann")
