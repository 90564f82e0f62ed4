"""Reading the catalogue: certifications, programs, awarding entities, requests."""
