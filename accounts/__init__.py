"""People: users, their memberships and roles, sign-in, invitations, personal links and the audit trail."""
