"""Pages of requests for certifications that are not listed."""
