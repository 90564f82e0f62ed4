"""Every read of the shared model."""
