"""Who may do what with the catalog and with student records: permissions as predicates over roles."""

from typing import Any, NamedTuple

import rules
from django.db.models import Q

from accounts.permissions import holds, is_approver
from accounts.roles import DISTRICT_VIEW_ROLES, ENTRY_ROLES, STATE_ROLES, Role

SEE_CATALOG = "certifications.see_catalog"
EDIT_CATALOG = "certifications.edit_catalog"
SEE_REQUESTS = "certifications.see_requests"
SEND_REQUEST = "certifications.send_request"
ANSWER_REQUEST = "certifications.answer_request"
# Look at an approved listing again: keep it, retire it, take a retirement back.
REVIEW_LISTINGS = "certifications.review_listings"
# Write what was decided: approving and declining are one hand's, reviewing may be the other's as well.
SET_LISTINGS = "certifications.set_listings"

is_consultant = holds(Role.OCTE_CONSULTANT)

rules.add_perm(SEE_CATALOG, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(EDIT_CATALOG, is_consultant)
rules.add_perm(SEE_REQUESTS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(SEND_REQUEST, holds(*ENTRY_ROLES))
rules.add_perm(ANSWER_REQUEST, is_consultant)
rules.add_perm(REVIEW_LISTINGS, is_consultant | is_approver)
rules.add_perm(SET_LISTINGS, is_approver)

# District entry, records, evidence.
ENTER_RECORDS = "certifications.enter_records"
SEE_RECORDS = "certifications.see_records"
DECIDE_RECORDS = "certifications.decide_records"
# Let a document prove a record. Takes an EvidenceDocument.
USE_EVIDENCE = "certifications.use_evidence"


class EntryPlace(NamedTuple):
    """Where results are entered: one building of a district, or the district; and whose alone it is, if anybody's."""

    district_id: int
    building_id: int | None = None
    owner_id: int | None = None


@rules.predicate
def enters_there(user: Any, target: Any) -> bool:
    """The person enters results where the target's `entry_place` is; without a target, anywhere at all.

    A person may hold several roles: an auditor of one district who enters for another enters only there. Who enters for
    one building reaches the district's own things (drafts, documents), but of its records only those of that building.
    """
    if target is None:
        return True
    place: EntryPlace = target.entry_place
    if place.owner_id not in {None, user.pk}:
        return False
    building = Q(building_id=place.building_id) if place.building_id else Q(building__district_id=place.district_id)
    roles = user.memberships.filter(ended_at=None, role__in=ENTRY_ROLES)
    return bool(roles.filter(Q(district_id=place.district_id) | building).exists())


@rules.predicate
def sees_it(user: Any, target: Any) -> bool:
    """The target is among what the person may see; without a target, true."""
    return target is None or type(target).objects.visible_to(user).filter(pk=target.pk).exists()


rules.add_perm(ENTER_RECORDS, holds(*ENTRY_ROLES) & enters_there)
rules.add_perm(USE_EVIDENCE, holds(*ENTRY_ROLES) & sees_it)
rules.add_perm(SEE_RECORDS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(DECIDE_RECORDS, is_approver)
# Django's own names, by which the admin asks. Nobody adds or deletes records there.
rules.add_perm("certifications.view_studentcertification", is_approver)
rules.add_perm("certifications.change_studentcertification", is_approver)
