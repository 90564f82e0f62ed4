"""Every write of data collection."""
