"""Requests for certifications that are not listed: asking and answering."""
