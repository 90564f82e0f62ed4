"""Every write to the shared model."""
