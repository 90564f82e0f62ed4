"""Forms of the catalogue and of requests."""
