"""The shared model (organizations, programs, students, catalog, records), district entry, evidence and approval."""
