"""Every write to people and the audit trail."""
