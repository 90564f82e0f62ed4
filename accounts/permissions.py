"""Who may do what, as predicates over the roles a person holds. Each app adds its own permissions in its
`permissions.py`.
"""

from typing import Any

import rules

from accounts.roles import OFFICIAL_INVITES, STATE_ROLES, STATE_STAFF, Role


def holds(*roles: str) -> Any:
    """A predicate: the person holds one of `roles`, in whichever organization."""
    wanted = frozenset(roles)

    @rules.predicate(name=f"holds {', '.join(sorted(wanted))}")
    def holds_one(user: Any) -> bool:
        return bool(user and user.is_authenticated and user.scope.roles & wanted)

    return holds_one


is_state_staff = holds(*STATE_STAFF)
is_state = holds(*STATE_ROLES)
is_approver = holds(Role.OCTE_APPROVER)
is_official = holds(Role.FISCAL_OFFICIAL)


@rules.predicate
def is_official_of(user: Any, place: Any) -> bool:
    """The person is fiscal-agency official of the district that a membership or invitation lies in, and its role is
    one they set.
    """
    if not user.scope.official_district_ids or place is None or place.role not in OFFICIAL_INVITES:
        return False
    district_id = place.building.district_id if place.building else place.district_id
    return district_id in user.scope.official_district_ids


USE_ADMIN = "accounts.use_admin"
SEE_AUDIT_TRAIL = "accounts.see_audit_trail"
SEE_GALLERY = "accounts.see_gallery"
SEE_PEOPLE = "accounts.see_people"
INVITE_PEOPLE = "accounts.invite_people"
# For one role in one organization: takes a Membership or an Invitation.
MANAGE_ROLE = "accounts.manage_role"

rules.add_perm(USE_ADMIN, is_approver)
rules.add_perm(SEE_AUDIT_TRAIL, is_state)
rules.add_perm(SEE_GALLERY, is_state_staff)
rules.add_perm(SEE_PEOPLE, is_state | is_official)
rules.add_perm(INVITE_PEOPLE, is_state_staff | is_official)
rules.add_perm(MANAGE_ROLE, is_state_staff | is_official_of)
