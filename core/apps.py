"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The bottom: what every app uses and what knows of none of them. It has no models."""

    name = "core"

    def ready(self) -> None:
        """Register the permissions that each app lays down in its `permissions.py`."""
        autodiscover_modules("permissions")
