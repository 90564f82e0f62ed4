"""App configuration."""

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """The data that ship with the product: reference files and the demo, and the commands that load them."""

    name = "datasets"
