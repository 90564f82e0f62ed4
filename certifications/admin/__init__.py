"""What approvers see in the admin, one file per part; importing them registers them."""

from certifications.admin import catalogue, records

__all__ = ["catalogue", "records"]
