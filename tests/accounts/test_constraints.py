"""The database says no: each named rule of people and the audit trail, from both sides."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from tests.constraints import Rule, check_both_sides
from tests.factories import accounts
from tests.factories.certifications import DistrictFactory


def same_address_twice(second: str) -> None:
    accounts.UserFactory(email="a.person@example.org")
    accounts.UserFactory(email=second)


def same_membership_twice(*, ended: bool) -> None:
    first = accounts.MembershipFactory(ended_at=timezone.now() if ended else None)
    accounts.MembershipFactory(user=first.user)


RULES = [
    Rule(
        "user_email_unique",
        lambda: same_address_twice("b.person@example.org"),
        lambda: same_address_twice("A.Person@example.org"),
    ),
    Rule(
        "membership_organization_fits_role",
        lambda: accounts.MembershipFactory(role=Role.DISTRICT_COORDINATOR, district=DistrictFactory()),
        lambda: accounts.MembershipFactory(role=Role.DISTRICT_COORDINATOR),
    ),
    Rule(
        "membership_organization_fits_role",
        lambda: accounts.MembershipFactory(role=Role.OCTE_APPROVER),
        lambda: accounts.MembershipFactory(role=Role.OCTE_APPROVER, district=DistrictFactory()),
    ),
    Rule("membership_once", lambda: same_membership_twice(ended=True), lambda: same_membership_twice(ended=False)),
    Rule(
        "invitation_organization_fits_role",
        lambda: accounts.InvitationFactory(role=Role.FISCAL_OFFICIAL, district=DistrictFactory()),
        lambda: accounts.InvitationFactory(role=Role.FISCAL_OFFICIAL),
    ),
    Rule(
        "invitation_accepted_at_and_by",
        lambda: accounts.InvitationFactory(accepted_at=timezone.now(), accepted_by=accounts.UserFactory()),
        lambda: accounts.InvitationFactory(accepted_at=timezone.now()),
    ),
    Rule(
        "invitation_expires_after_invited",
        lambda: accounts.InvitationFactory(expires_at=timezone.now() + timedelta(days=1)),
        lambda: accounts.InvitationFactory(expires_at=timezone.now() - timedelta(days=1)),
    ),
    Rule(
        "audit_entry_says_who",
        lambda: accounts.AuditEntryFactory(by=None, by_label="Panelist 14"),
        lambda: accounts.AuditEntryFactory(by=None),
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_database_keeps_the_rule(rule, db):
    check_both_sides(rule)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_an_audit_entry_cannot_be_changed_or_deleted(act, db):
    rows = AuditEntry.objects.filter(pk=accounts.AuditEntryFactory().pk)
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"):
        rows.update(verb="other") if act == "update" else rows.delete()
