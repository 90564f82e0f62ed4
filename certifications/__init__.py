"""The shared model (organisations, programs, students, catalogue, records), district entry, evidence and approval."""
