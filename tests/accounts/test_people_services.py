"""Invitations and memberships as services: who may, what is refused, what is written down."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.roles import Role
from accounts.services import people
from core.problems import MoveNotAllowedError, Problem
from tests.conftest import make_member
from tests.factories.accounts import InvitationFactory, MembershipFactory, UserFactory

PASSWORD = "seven green lanterns hum"


def invite(by, **fields):
    return people.invite(**{"by": by, "email": "new@example.org", "name": "New Person"} | fields)


def secret_of(mail) -> str:
    return re.search(r"/link/invitation/([^/\s]+)/", mail.body)[1]


@pytest.fixture
def send(django_capture_on_commit_callbacks, mailoutbox):
    """Call a service, deliver its mail, and give back the secret in the last one."""

    def call(service, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            service(**fields)
        return secret_of(mailoutbox[-1])

    return call


def test_state_staff_invite_to_any_role(consultant, home_district):
    places = {
        Role.CEPD_ADMINISTRATOR: home_district.district.region,
        Role.BUILDING_REPORTER: home_district.building,
    }
    for role in Role:
        state = role in {Role.OCTE_CONSULTANT, Role.OCTE_APPROVER, Role.STATE_AUDITOR}
        where = None if state else places.get(role, home_district.district)
        assert invite(consultant, role=role, organization=where).state == "waiting"
    assert Invitation.objects.count() == len(Role)


def test_invitation_is_mailed_and_written_down(consultant, home_district, send, mailoutbox):
    secret = send(
        people.invite,
        by=consultant,
        email=" New@Example.ORG ",
        name="New Person",
        role=Role.DISTRICT_COORDINATOR,
        organization=home_district.district,
    )
    [mail] = mailoutbox
    assert mail.to == ["new@example.org"]
    assert "Adams Public Schools" in mail.body
    invitation = Invitation.objects.get()
    assert secret not in invitation.secret_hash
    assert AuditEntry.objects.filter(by=consultant, verb="invited", target_id=invitation.pk).count() == 1


@pytest.mark.parametrize(
    ("role", "place"),
    [("district_coordinator", "district"), ("district_auditor", "district"), ("building_reporter", "building")],
)
def test_official_invites_to_roles_of_their_own_district_only(role, place, home_district, twin_district):
    assert invite(home_district.official, role=role, organization=getattr(home_district, place)).role == role
    with pytest.raises(PermissionDenied):
        invite(home_district.official, role=role, organization=getattr(twin_district, place))


@pytest.mark.parametrize("role", [Role.OCTE_APPROVER, Role.CEPD_ADMINISTRATOR, Role.FISCAL_OFFICIAL])
def test_official_cannot_invite_to_roles_above_theirs(role, home_district):
    where = {Role.CEPD_ADMINISTRATOR: home_district.district.region, Role.FISCAL_OFFICIAL: home_district.district}
    with pytest.raises(PermissionDenied):
        invite(home_district.official, role=role, organization=where.get(role))


@pytest.mark.parametrize("person", ["coordinator", "auditor", "reporter", "cepd"])
def test_others_of_the_district_cannot_invite(person, home_district):
    with pytest.raises(PermissionDenied):
        invite(getattr(home_district, person), role=Role.BUILDING_REPORTER, organization=home_district.building)


def test_an_official_of_one_district_who_coordinates_another_manages_only_the_first(home_district, twin_district):
    MembershipFactory(user=home_district.official, role=Role.DISTRICT_COORDINATOR, district=twin_district.district)
    with pytest.raises(PermissionDenied):
        invite(home_district.official, role=Role.DISTRICT_AUDITOR, organization=twin_district.district)


def test_a_role_without_its_organization_is_refused(consultant, home_district):
    with pytest.raises(Problem, match="Choose the organization"):
        invite(consultant, role=Role.DISTRICT_COORDINATOR)
    with pytest.raises(Problem, match="Choose the organization"):
        invite(consultant, role=Role.OCTE_APPROVER, organization=home_district.district)


def test_inviting_twice_says_so_and_sends_one_mail(consultant, home_district):
    where = {"role": Role.DISTRICT_AUDITOR, "organization": home_district.district}
    invite(consultant, **where)
    with pytest.raises(Problem, match="already invited"):
        invite(consultant, **where, email="NEW@example.org")
    assert Invitation.objects.count() == 1


def test_inviting_somebody_who_has_the_role_says_so(consultant, home_district):
    with pytest.raises(Problem, match="already has this role"):
        invite(
            consultant,
            email=home_district.coordinator.email.upper(),
            role=Role.DISTRICT_COORDINATOR,
            organization=home_district.district,
        )


def test_sending_again_replaces_the_link(consultant, send):
    first = send(people.invite, by=consultant, email="a@example.org", name="A", role=Role.STATE_AUDITOR)
    invitation = Invitation.objects.get()
    Invitation.objects.filter(pk=invitation.pk).update(
        invited_at=timezone.now() - timedelta(days=30), expires_at=timezone.now() - timedelta(days=16)
    )
    second = send(people.resend_invitation, by=consultant, invitation=invitation)
    with pytest.raises(MoveNotAllowedError):
        people.accept_invitation(secret=first, name="A", password=PASSWORD)
    assert people.accept_invitation(secret=second, name="A", password=PASSWORD).email == "a@example.org"


@pytest.mark.parametrize("state", ["accepted_at", "withdrawn_at"])
@pytest.mark.parametrize("service", [people.resend_invitation, people.withdraw_invitation])
def test_a_finished_invitation_cannot_be_handled(service, state, consultant):
    done = {"accepted_by": consultant} if state == "accepted_at" else {}
    invitation = InvitationFactory(**{state: timezone.now()}, **done)
    with pytest.raises(MoveNotAllowedError, match="already"):
        service(by=consultant, invitation=invitation)


def test_a_stranger_cannot_handle_an_invitation(home_district, twin_district):
    invitation = InvitationFactory(role=Role.DISTRICT_AUDITOR, district=home_district.district)
    with pytest.raises(PermissionDenied):
        people.withdraw_invitation(by=twin_district.official, invitation=invitation)
    assert people.withdraw_invitation(by=home_district.official, invitation=invitation).state == "withdrawn"


def test_accepting_makes_the_account_and_the_role(consultant, home_district, send):
    secret = send(
        people.invite,
        by=consultant,
        email="Cora@Example.org",
        name="Cora",
        role=Role.DISTRICT_COORDINATOR,
        organization=home_district.district,
    )
    account = people.accept_invitation(secret=secret, name=" Cora Coordinator ", password=PASSWORD)
    assert (account.email, account.name) == ("cora@example.org", "Cora Coordinator")
    assert account.check_password(PASSWORD)
    assert account.scope.district_ids == {home_district.district.pk}
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.accepted_by) == ("accepted", account)
    with pytest.raises(MoveNotAllowedError):
        people.accept_invitation(secret=secret, name="Somebody else", password=PASSWORD)


def test_an_existing_account_is_never_taken_over(consultant, send):
    account = UserFactory(email="known@example.org")
    other = UserFactory()
    secret = send(people.invite, by=consultant, email="Known@example.org", name="K", role=Role.STATE_AUDITOR)
    with pytest.raises(Problem, match="Sign in as known"):
        people.accept_invitation(secret=secret, name="Thief", password=PASSWORD)
    with pytest.raises(Problem, match="Sign in as known"):
        people.accept_invitation(secret=secret, user=other)
    assert not Membership.objects.exclude(user=consultant).exists()
    assert people.accept_invitation(secret=secret, user=account) == account
    assert Membership.objects.get(user=account).role == Role.STATE_AUDITOR
    assert User.objects.get(pk=account.pk).check_password(PASSWORD) is False


def test_a_closed_account_cannot_accept(consultant, send):
    account = UserFactory(email="closed@example.org", is_active=False)
    secret = send(people.invite, by=consultant, email=account.email, name="C", role=Role.STATE_AUDITOR)
    with pytest.raises(Problem, match="Sign in as"):
        people.accept_invitation(secret=secret, user=account)


def test_somebody_signed_in_as_another_is_not_given_the_role(consultant, send):
    secret = send(people.invite, by=consultant, email="nobody@example.org", name="N", role=Role.STATE_AUDITOR)
    with pytest.raises(Problem, match="Sign out first"):
        people.accept_invitation(secret=secret, user=consultant)


def test_accepting_what_was_given_meanwhile_gives_it_once(consultant, send):
    account = UserFactory()
    secret = send(people.invite, by=consultant, email=account.email, name="T", role=Role.STATE_AUDITOR)
    people.add_membership(by=consultant, user=account, role=Role.STATE_AUDITOR)
    people.accept_invitation(secret=secret, user=account)
    assert Membership.objects.filter(user=account).count() == 1


def test_a_role_is_given_once(consultant, home_district):
    user = home_district.coordinator
    where = {"role": Role.DISTRICT_AUDITOR, "organization": home_district.district}
    assert people.add_membership(by=consultant, user=user, **where).user == user
    with pytest.raises(Problem, match="already has this role"):
        people.add_membership(by=consultant, user=user, **where)
    assert AuditEntry.objects.get(verb="gave a role").target_id == user.pk


def test_a_stranger_cannot_give_or_end_roles(home_district, twin_district):
    with pytest.raises(PermissionDenied):
        people.add_membership(
            by=twin_district.official,
            user=home_district.coordinator,
            role=Role.DISTRICT_AUDITOR,
            organization=home_district.district,
        )
    with pytest.raises(PermissionDenied):
        people.end_membership(by=twin_district.official, membership=home_district.coordinator.memberships.get())


def test_an_official_cannot_end_a_role_above_theirs(home_district):
    for person in (home_district.cepd, home_district.official):
        with pytest.raises(PermissionDenied):
            people.end_membership(by=home_district.official, membership=person.memberships.get())


def test_ending_a_role_twice_is_the_same_as_once(home_district):
    membership = home_district.coordinator.memberships.get()
    first = people.end_membership(by=home_district.official, membership=membership)
    second = people.end_membership(by=home_district.official, membership=membership)
    assert first.ended_at == second.ended_at
    assert AuditEntry.objects.filter(verb="ended a role").count() == 1


def test_approvers_keep_their_own_role_and_the_last_one_stays(approver, consultant):
    with pytest.raises(Problem, match="your own approver role"):
        people.end_membership(by=approver, membership=approver.memberships.get())
    with pytest.raises(Problem, match="last approver"):
        people.end_membership(by=consultant, membership=approver.memberships.get())
    make_member(Role.OCTE_APPROVER)
    assert people.end_membership(by=consultant, membership=approver.memberships.get()).ended_at
