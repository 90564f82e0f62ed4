"""Who may see the demo's outbox."""

import rules

from accounts.permissions import is_state_staff

SEE_OUTBOX = "datasets.see_outbox"

rules.add_perm(SEE_OUTBOX, is_state_staff)
