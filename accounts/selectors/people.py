"""Reading people, their roles and invitations, and the organizations that a role can be given in."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, User
from accounts.permissions import INVITE_PEOPLE
from accounts.roles import LEVEL_OF, OFFICIAL_INVITES, STATE_STAFF, Level, Role
from core.home_items import HomeItem
from core.personal_links import hash_secret

_PLACES = ("region", "district__region", "building__district__region")


@dataclass(frozen=True)
class Place:
    """An organization as it stands in a list to choose from."""

    pk: int
    label: str
    group: str


def _in_reach(user: User) -> Q:
    """The memberships and invitations that a person may know of: all for the state, their district's for an
    official.
    """
    if user.scope.state:
        return Q()
    districts = user.scope.official_district_ids
    return Q(district_id__in=districts) | Q(building__district_id__in=districts)


def memberships_visible_to(user: User) -> QuerySet[Membership]:
    """Roles, ended ones too, with their organizations."""
    return Membership.objects.filter(_in_reach(user)).select_related("user", *_PLACES)


def own_memberships(user: User) -> QuerySet[Membership]:
    """What the person is now, and where."""
    return user.memberships.filter(ended_at=None).select_related("region", "district", "building")


def people_visible_to(user: User) -> QuerySet[User]:
    """Everybody for state roles; for a fiscal-agency official those who have or had a role in their district.

    Returns:
        Users with `roles_in_reach`: the memberships that the reader may know of, running ones first.
    """
    memberships = memberships_visible_to(user).order_by("ended_at", "role", "pk")
    people = User.objects.prefetch_related(Prefetch("memberships", queryset=memberships, to_attr="roles_in_reach"))
    if user.scope.state:
        return people
    return people.filter(Exists(Membership.objects.filter(_in_reach(user), user=OuterRef("pk"))))


def invitations_visible_to(user: User) -> QuerySet[Invitation]:
    """Invitations with who sent them and where they lead."""
    return Invitation.objects.filter(_in_reach(user)).select_related("invited_by", *_PLACES)


def invitation_by_secret(secret: str) -> Invitation | None:
    """The invitation that a link belongs to, whatever its state; None for an unknown link."""
    invitations = Invitation.objects.select_related("invited_by", "accepted_by", *_PLACES)
    return invitations.filter(secret_hash=hash_secret(secret)).first()


def home_items(user: User) -> list[HomeItem]:
    """Invitations that a person sent and that nobody accepted in time."""
    waiting = Invitation.objects.pending().filter(invited_by=user, expires_at__lt=timezone.now()).count()
    if not waiting or not user.has_perm(INVITE_PEOPLE):
        return []
    title = "Send an invitation again" if waiting == 1 else f"Send {waiting} invitations again"
    href = f"{reverse('accounts:invitations')}?state=pending"
    return [HomeItem(title, "The link in the mail has expired.", href, count=waiting)]


def account_of(invitation: Invitation) -> User | None:
    """The account of the invited address, if there is one."""
    return User.objects.filter(email=invitation.email).first()


def roles_given_by(user: User) -> list[Role]:
    """The roles that a person may give, in the order of the list of roles."""
    if user.scope.roles & STATE_STAFF:
        return list(Role)
    return [role for role in Role if role in OFFICIAL_INVITES and user.scope.official_district_ids]


def organizations_for(user: User, role: str, district_id: int | None = None) -> QuerySet[Any] | None:
    """The organizations in which a person may give a role.

    Args:
        role: decides the kind: regions, districts or buildings.
        district_id: for building roles, the district whose buildings are meant.

    Returns:
        Rows of Region, District or Building; None for state roles, which belong to no organization.
    """
    level = LEVEL_OF[role]
    if level == Level.STATE:
        return None
    if level == Level.REGION:
        return _model("Region").objects.all()
    if level == Level.DISTRICT:
        return districts_for(user)
    buildings: QuerySet[Any] = _model("Building").objects.filter(district__in=districts_for(user))
    return buildings.filter(district_id=district_id)


def districts_for(user: User) -> QuerySet[Any]:
    """The districts in which a person may give roles, with their regions."""
    districts: QuerySet[Any] = _model("District").objects.select_related("region").order_by("region__name", "name")
    if user.scope.roles & STATE_STAFF:
        return districts
    return districts.filter(pk__in=user.scope.official_district_ids)


def places(rows: QuerySet[Any]) -> list[Place]:
    """Organizations as a list to choose from, districts grouped by their county region."""
    return [Place(row.pk, f"{row.name} ({row.code})", _group(row)) for row in rows]


def _group(row: Any) -> str:
    region = getattr(row, "region", None)
    return str(region) if region else ""


def _model(name: str) -> Any:
    # The organizations live one layer up; they are looked up by name so that no code here imports them.
    return apps.get_model("certifications", name)
