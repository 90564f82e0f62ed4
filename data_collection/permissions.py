"""Who may do what about collection: permissions as predicates over roles."""

import rules

from accounts.permissions import holds
from accounts.roles import DISTRICT_VIEW_ROLES, STATE_ROLES, STATE_STAFF, Role

SEE_COLLECTION = "data_collection.see_collection"
MANAGE_QUESTIONNAIRES = "data_collection.manage_questionnaires"
DECIDE_METHODS = "data_collection.decide_methods"
SEE_WINDOWS = "data_collection.see_windows"
# In the menu; state staff find the dates on the page of the collection.
FIND_WINDOWS = "data_collection.find_windows"
SET_WINDOWS = "data_collection.set_windows"
SEE_RETENTION = "data_collection.see_retention"
EDIT_RETENTION = "data_collection.edit_retention"

rules.add_perm(SEE_COLLECTION, holds(*STATE_ROLES))
rules.add_perm(MANAGE_QUESTIONNAIRES, holds(*STATE_STAFF))
rules.add_perm(DECIDE_METHODS, holds(Role.OCTE_APPROVER))
rules.add_perm(SEE_WINDOWS, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(FIND_WINDOWS, holds(*DISTRICT_VIEW_ROLES))
rules.add_perm(SET_WINDOWS, holds(Role.OCTE_CONSULTANT))
rules.add_perm(SEE_RETENTION, holds(*STATE_ROLES, *DISTRICT_VIEW_ROLES))
rules.add_perm(EDIT_RETENTION, holds(Role.OCTE_APPROVER))
