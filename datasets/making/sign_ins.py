"""The demo's sign-ins, one for each role; they exist only where the demo was made, never in production."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Role
from datasets.making.plan import HOME_DISTRICT, TWIN_DISTRICT

# Known to everybody who reads this; make_demo refuses to run in production.
PASSWORD = "demo-octe-2027"  # noqa: S105


@dataclass(frozen=True)
class SignIn:
    """A person of the demo who can sign in.

    Attributes:
        district: the code of the district where (or in whose region or building) the role is held; "" for state roles.
    """

    role: Role
    email: str
    name: str
    district: str = ""


SIGN_INS: tuple[SignIn, ...] = (
    SignIn(Role.OCTE_CONSULTANT, "consultant@example.org", "Cora Consultant"),
    SignIn(Role.OCTE_APPROVER, "approver@example.org", "April Prover"),
    SignIn(Role.STATE_AUDITOR, "state.auditor@example.org", "Stan Auditor"),
    SignIn(Role.CEPD_ADMINISTRATOR, "cepd@example.org", "Regina Cepd", HOME_DISTRICT),
    SignIn(Role.DISTRICT_COORDINATOR, "coordinator@example.org", "Corey Ordinator", HOME_DISTRICT),
    SignIn(Role.FISCAL_OFFICIAL, "fiscal@example.org", "Fiona Fiscal", HOME_DISTRICT),
    SignIn(Role.DISTRICT_AUDITOR, "auditor@example.org", "Audra Checker", HOME_DISTRICT),
    SignIn(Role.BUILDING_REPORTER, "building@example.org", "Bill Dings", HOME_DISTRICT),
    SignIn(Role.DISTRICT_COORDINATOR, "twin@example.org", "Tina Twin", TWIN_DISTRICT),
)


@dataclass(frozen=True)
class SignInLine:
    """A sign-in as people read it."""

    role: str
    organization: str
    email: str
    password: str


def available() -> list[SignInLine]:
    """The demo's sign-ins that exist here, in the order of the roles. Callers see to it that this is no production."""
    order = {sign_in.email: place for place, sign_in in enumerate(SIGN_INS)}
    people = User.objects.filter(email__in=order, is_active=True).prefetch_related(
        "memberships__region", "memberships__district", "memberships__building"
    )
    lines = []
    for person in sorted(people, key=lambda person: order[person.email]):
        membership = next((row for row in person.memberships.all() if row.ended_at is None), None)
        if membership:
            lines.append(
                SignInLine(membership.get_role_display(), membership.organization_name, person.email, PASSWORD)
            )
    return lines
