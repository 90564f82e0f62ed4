"""Pages of people, invitations and the audit trail."""
