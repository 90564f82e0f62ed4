"""The first person of an installation, who invites all others."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services.audit import acting_as, record
from core.problems import Problem

OPERATOR = "the operator of the server"


@transaction.atomic
def make_first_person(*, email: str, name: str) -> User:
    """Make the account of an OCTE approver without a password: they set one by mail, at "Forgot your password?".

    Only whoever runs the server can call this, and only while nobody is approver: afterwards people come by invitation.

    Raises:
        Problem: somebody is approver already, or the address has an account.
    """
    if Membership.objects.filter(role=Role.OCTE_APPROVER, ended_at=None, user__is_active=True).exists():
        raise Problem("There is an OCTE approver already. New people come by invitation.", field="email")
    if User.objects.filter(email__iexact=email).exists():
        raise Problem(f"{email} has an account already.", field="email")
    with acting_as(OPERATOR):
        person = User.objects.create_user(email, name=name)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        Membership.objects.create(user=person, role=Role.OCTE_APPROVER)
        record(by=None, by_label=OPERATOR, verb="gave a role", target=person, detail={"role": Role.OCTE_APPROVER})
    return person
