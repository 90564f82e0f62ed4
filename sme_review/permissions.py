"""Who may do what with panels."""

import rules

from accounts.permissions import is_approver, is_state, is_state_staff

SEE_PANELS = "sme_review.see_panels"
MANAGE_PANELS = "sme_review.manage_panels"
DECIDE_LISTINGS = "sme_review.decide_listings"

rules.add_perm(SEE_PANELS, is_state)
rules.add_perm(MANAGE_PANELS, is_state_staff)
rules.add_perm(DECIDE_LISTINGS, is_approver)
