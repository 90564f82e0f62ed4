"""App configuration."""

from django.apps import AppConfig


class DataCollectionConfig(AppConfig):
    """Questionnaires to awarding entities, method decisions, collection windows."""

    name = "data_collection"
    verbose_name = "Data collection"

    def ready(self) -> None:
        """Tell the room below which certifications are open for district entry (docs/adr/0004)."""
        from certifications.ports import provide_entry_routes
        from data_collection.selectors.routes import district_entry_filter

        provide_entry_routes(district_entry_filter)
