"""One factory for every model (a test sees to it), one file per app."""
