"""The demo's people: those who can sign in, and one coordinator in every other district."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Membership, User
from accounts.roles import LEVEL_OF, Level, Role
from certifications.models import District
from datasets.making import names
from datasets.making.plan import Plan
from datasets.making.sign_ins import PASSWORD, SIGN_INS, SignIn


@dataclass(frozen=True)
class Cast:
    """The people whom the other parts of the demo need.

    Attributes:
        coordinators: district id -> who enters and submits for it.
    """

    consultant: User
    approver: User
    coordinators: dict[int, User]


def make_people(plan: Plan, districts: Iterable[District]) -> Cast:
    """Make the sign-ins, and coordinators (who cannot sign in) for `districts`."""
    password = make_password(PASSWORD)
    people = {sign_in.email: _sign_in(sign_in, password) for sign_in in SIGN_INS}
    coordinators: dict[int, User] = {
        membership.district_id: membership.user
        for membership in Membership.objects.filter(
            role=Role.DISTRICT_COORDINATOR, user__email__in=people, ended_at=None
        ).select_related("user")
        if membership.district_id is not None
    }
    missing = [district for district in districts if district.pk not in coordinators]
    coordinators.update(_other_coordinators(plan, missing))
    return Cast(
        consultant=people["consultant@example.org"],
        approver=people["approver@example.org"],
        coordinators=coordinators,
    )


def _sign_in(sign_in: SignIn, password: str) -> User:
    user, made = User.objects.get_or_create(email=sign_in.email, defaults={"name": sign_in.name, "password": password})
    if not made:
        return user
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    level = LEVEL_OF[sign_in.role]
    district = District.objects.filter(code=sign_in.district).first()
    building = None
    if district and level == Level.BUILDING:
        building = max(district.buildings.order_by("code"), key=lambda each: sum(each.grade_sizes.values()))
    Membership.objects.create(
        user=user,
        role=sign_in.role,
        region=district.region if district and level == Level.REGION else None,
        district=district if level == Level.DISTRICT else None,
        building=building,
    )
    return user


def _other_coordinators(plan: Plan, districts: list[District]) -> dict[int, User]:
    chance = plan.random("people")
    first = names.frequencies("female.first").draw(chance, len(districts))
    last = names.frequencies("all.last").draw(chance, len(districts))
    known = {user.email: user for user in User.objects.filter(email__startswith="coordinator.")}
    people = {}
    new: list[User] = []
    for district, given, family in zip(districts, first, last, strict=True):
        email = f"coordinator.{district.code}@example.org"
        # "!" at the start: a password that nobody can type.
        person = known.get(email) or User(email=email, name=f"{given} {family}", password=f"!{district.code}")
        if person.pk is None:
            new.append(person)
        people[district.pk] = person
    User.objects.bulk_create(new)
    fresh = {person.email for person in new}
    Membership.objects.bulk_create(
        Membership(user=person, role=Role.DISTRICT_COORDINATOR, district_id=district)
        for district, person in people.items()
        if person.email in fresh
    )
    return people
