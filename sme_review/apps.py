"""App configuration."""

from django.apps import AppConfig


class SmeReviewConfig(AppConfig):
    """Panels of subject-matter experts: rounds, ratings, statistics, recommendations and OCTE's listing decisions."""

    name = "sme_review"

    def ready(self) -> None:
        """Tell the room below which versions of standards panels rest on (docs/adr/0004)."""
        from certifications.ports import provide_standards_in_use
        from sme_review.selectors.standards import standards_in_use

        provide_standards_in_use(standards_in_use)
