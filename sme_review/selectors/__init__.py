"""Every read of panels."""
