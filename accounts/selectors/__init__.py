"""Every read of people, invitations and the audit trail."""
