"""People and the audit trail, one file per noun."""

from accounts.models.audit_entry import AuditEntry
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.user import User

__all__ = ["AuditEntry", "Invitation", "Membership", "User"]
