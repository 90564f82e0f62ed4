"""Tables of the catalogue and of requests."""
