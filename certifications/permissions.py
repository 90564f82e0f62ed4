"""Who may do what with the catalog and with student records: permissions as predicates over roles."""

from typing import Any

import rules
from django.db.models import Q

from accounts.permissions import holds, is_approver
from accounts.roles import DISTRICT_VIEW_ROLES, ENTRY_ROLES, STATE_ROLES, Role

SEE_CATALOG = "certifications.see_catalog"
EDIT_CATALOG = "certifications.edit_catalog"
SEE_REQUESTS = "certifications.see_requests"
SEND_REQUEST = "certifications.send_request"
ANSWER_REQUEST = "certifications.answer_request"
REVIEW_LISTINGS = "certifications.review_listings"

is_consultant = holds(Role.OCTE_CONSULTANT)

rules.add_perm(SEE_CATALOG, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(EDIT_CATALOG, is_consultant)
rules.add_perm(SEE_REQUESTS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(SEND_REQUEST, holds(*ENTRY_ROLES))
rules.add_perm(ANSWER_REQUEST, is_consultant)
rules.add_perm(REVIEW_LISTINGS, is_consultant | is_approver)

# District entry, records, evidence.
ENTER_RECORDS = "certifications.enter_records"
SEE_RECORDS = "certifications.see_records"
DECIDE_RECORDS = "certifications.decide_records"


@rules.predicate
def enters_for_its_building(user: Any, record: Any) -> bool:
    """The person enters results for the record's building or its district; without a record, for any at all.

    A person may hold several roles: an auditor of one district who enters for another enters only there.
    """
    if record is None:
        return True
    building = record.enrollment.offering.building
    reach = Q(district_id=building.district_id) | Q(building_id=building.pk)
    return bool(user.memberships.filter(reach, ended_at=None, role__in=ENTRY_ROLES).exists())


rules.add_perm(ENTER_RECORDS, holds(*ENTRY_ROLES) & enters_for_its_building)
rules.add_perm(SEE_RECORDS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(DECIDE_RECORDS, is_approver)
# Django's own names, by which the admin asks. Nobody adds or deletes records there.
rules.add_perm("certifications.view_studentcertification", is_approver)
rules.add_perm("certifications.change_studentcertification", is_approver)
