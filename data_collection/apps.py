"""App configuration."""

from django.apps import AppConfig


class DataCollectionConfig(AppConfig):
    """Questionnaires to awarding entities, method decisions, collection windows."""

    name = "data_collection"
