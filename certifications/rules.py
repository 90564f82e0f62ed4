"""Who may do what with the catalogue and with student records: permissions as predicates over roles."""

import rules

from accounts.roles import DISTRICT_VIEW_ROLES, ENTRY_ROLES, STATE_ROLES, Role
from accounts.rules import holds

SEE_CATALOGUE = "certifications.see_catalogue"
EDIT_CATALOGUE = "certifications.edit_catalogue"
SEE_REQUESTS = "certifications.see_requests"
SEND_REQUEST = "certifications.send_request"
ANSWER_REQUEST = "certifications.answer_request"

is_consultant = holds(Role.OCTE_CONSULTANT)

rules.add_perm(SEE_CATALOGUE, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(EDIT_CATALOGUE, is_consultant)
rules.add_perm(SEE_REQUESTS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(SEND_REQUEST, holds(*ENTRY_ROLES))
rules.add_perm(ANSWER_REQUEST, is_consultant)
