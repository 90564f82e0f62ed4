"""Invitations and memberships: who comes in, as what, where, and until when."""

from datetime import timedelta
from typing import Any

import pghistory
from allauth.account.models import EmailAddress
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from accounts.permissions import INVITE_PEOPLE, MANAGE_ROLE
from accounts.roles import LEVEL_OF, Level, Role
from accounts.services.audit import record
from core.access import require
from core.mail import absolute, send_after_commit
from core.personal_links import hash_secret, new_secret
from core.problems import MoveNotAllowedError, Problem

LINK_DAYS = 14


def _place(role: str, organization: models.Model | None) -> dict[str, models.Model]:
    """The one organization column that a role fills, none for a state role.

    Raises:
        Problem: the role needs an organization and has none, or the other way round.
    """
    level = LEVEL_OF[role]
    if (level == Level.STATE) != (organization is None):
        raise Problem("Choose the organization that this role belongs to, and no other.", field="organization")
    return {} if organization is None else {level.value: organization}


def _mail_link(invitation: Invitation, secret: str) -> None:
    send_after_commit(
        to=invitation.email,
        subject="You are invited to OCTE Certs",
        template="accounts/mail/invitation.txt",
        context={
            "invitation": invitation,
            "link": absolute(reverse("accounts:accept_invitation", args=[secret])),
            "days": LINK_DAYS,
        },
    )


@transaction.atomic
def invite(*, by: User, email: str, name: str, role: str, organization: models.Model | None = None) -> Invitation:
    """Offer a role to an address and mail the link, which works for 14 days.

    Args:
        by: state staff, or the fiscal-agency official of the district.
        organization: a Region, District or Building, as the role's level asks; None for state roles.

    Raises:
        PermissionDenied: `by` may not give this role there.
        Problem: that person has this role there already, or has an invitation to it.
    """
    require(by, INVITE_PEOPLE)
    email = email.strip().lower()
    place = _place(role, organization)
    secret, secret_hash = new_secret()
    invitation = Invitation(
        email=email,
        name=name.strip(),
        role=role,
        secret_hash=secret_hash,
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=LINK_DAYS),
        **place,
    )
    require(by, MANAGE_ROLE, invitation)
    if Membership.objects.filter(user__email=email, role=role, ended_at=None, **place).exists():
        raise Problem(f"{email} already has this role there.", field="email")
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        message = f"{email} is already invited to this role there. Send that invitation again from the list."
        raise Problem(message, field="email") from error
    record(by=by, verb="invited", target=invitation)
    _mail_link(invitation, secret)
    return invitation


def _locked_pending(invitation: Invitation, by: User) -> Invitation:
    """The invitation, locked, if it still waits and `by` may handle it."""
    locked = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("region", "district", "building", "invited_by")
        .get(pk=invitation.pk)
    )
    require(by, MANAGE_ROLE, locked)
    if not locked.is_pending:
        raise MoveNotAllowedError(f"This invitation was already {locked.state}.")
    return locked


@transaction.atomic
def resend_invitation(*, by: User, invitation: Invitation) -> Invitation:
    """Mail a fresh link, which works for 14 days; the link of the earlier mail stops working.

    Raises:
        PermissionDenied: `by` may not give this role there.
        MoveNotAllowedError: it was accepted or withdrawn.
    """
    require(by, INVITE_PEOPLE)
    invitation = _locked_pending(invitation, by)
    secret, invitation.secret_hash = new_secret()
    invitation.expires_at = timezone.now() + timedelta(days=LINK_DAYS)
    invitation.save(update_fields=["secret_hash", "expires_at"])
    record(by=by, verb="sent again", target=invitation)
    _mail_link(invitation, secret)
    return invitation


@transaction.atomic
def withdraw_invitation(*, by: User, invitation: Invitation) -> Invitation:
    """Take an invitation back; its link stops working at once.

    Raises:
        PermissionDenied: `by` may not give this role there.
        MoveNotAllowedError: it was accepted or withdrawn.
    """
    require(by, INVITE_PEOPLE)
    invitation = _locked_pending(invitation, by)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(by=by, verb="withdrew", target=invitation)
    return invitation


@transaction.atomic
def accept_invitation(*, secret: str, user: User | None = None, name: str = "", password: str = "") -> User:
    """Take up the role: for the account of the invited address, which is made here when there is none yet.

    Args:
        secret: from the link in the mail.
        user: the signed-in person; None for somebody who has no account.
        name, password: for the new account.

    Raises:
        MoveNotAllowedError: the link is unknown, has expired, or was used or withdrawn.
        Problem: the address has an account and somebody else, or nobody, is signed in.
    """
    invitation = Invitation.objects.select_for_update().filter(secret_hash=hash_secret(secret)).first()
    if invitation is None or not invitation.is_open:
        raise MoveNotAllowedError("This invitation no longer works.")
    account = User.objects.filter(email=invitation.email).first()
    if account is not None and (user is None or user.pk != account.pk or not account.is_active):
        raise Problem(f"Sign in as {invitation.email} to accept this invitation.")
    if account is None and user is not None:
        raise Problem(f"You are signed in as {user.email}. Sign out first: this invitation is for {invitation.email}.")
    account = account or _make_account(invitation, name, password)
    pghistory.context(user=account.pk)
    place: dict[str, Any] = {
        "region": invitation.region,
        "district": invitation.district,
        "building": invitation.building,
    }
    # Somebody may have given the role in the meantime; the invitation is then simply done.
    Membership.objects.get_or_create(user=account, role=invitation.role, ended_at=None, **place)
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = account
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(by=account, verb="accepted", target=invitation)
    return account


def _make_account(invitation: Invitation, name: str, password: str) -> User:
    """A new account; its address is proved, because the link came to it by mail."""
    with pghistory.context(link=f"invitation {invitation.pk}"):
        account = User.objects.create_user(invitation.email, password, name=name.strip() or invitation.name)
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


@transaction.atomic
def add_membership(*, by: User, user: User, role: str, organization: models.Model | None = None) -> Membership:
    """Give somebody who has an account one more role.

    Raises:
        PermissionDenied: `by` may not give this role there.
        Problem: they have it already.
    """
    require(by, INVITE_PEOPLE)
    membership = Membership(user=user, role=role, **_place(role, organization))
    require(by, MANAGE_ROLE, membership)
    try:
        with transaction.atomic():
            membership.save()
    except IntegrityError as error:
        raise Problem(f"{user} already has this role there.", field="organization") from error
    record(by=by, verb="gave a role", target=user, detail={"role": role, "where": membership.organization_name})
    return membership


@transaction.atomic
def end_membership(*, by: User, membership: Membership) -> Membership:
    """End a role; what it opened closes with the person's next click. Ending it twice is the same as once.

    Raises:
        PermissionDenied: `by` may not set this role there.
        Problem: it is their own approver role, or the last one that anybody holds.
    """
    require(by, INVITE_PEOPLE)
    # All approvers' rows are locked, in order, so that two people cannot end the last two at the same time.
    approvers = Membership.objects.select_for_update().filter(role=Role.OCTE_APPROVER, ended_at=None).order_by("pk")
    left = [row.pk for row in approvers if row.pk != membership.pk] if membership.role == Role.OCTE_APPROVER else [0]
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user", "region", "district", "building")
        .get(pk=membership.pk)
    )
    require(by, MANAGE_ROLE, membership)
    if membership.ended_at:
        return membership
    if membership.role == Role.OCTE_APPROVER and membership.user_id == by.pk:
        raise Problem("You cannot end your own approver role. Ask another member of the state staff to do it.")
    if not left:
        raise Problem("This is the last approver. Give the role to somebody else first.")
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    where = {"role": membership.role, "where": membership.organization_name}
    record(by=by, verb="ended a role", target=membership.user, detail=where)
    return membership
