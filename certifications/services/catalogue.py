"""Writing the catalogue: certifications, parts, other names, awarding entities."""
