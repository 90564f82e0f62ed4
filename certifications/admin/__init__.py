"""What approvers see in the admin, one file per part; importing them registers them."""

from certifications.admin import catalog, records

__all__ = ["catalog", "records"]
