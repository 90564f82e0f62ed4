"""App configuration."""

from django.apps import AppConfig


class SmeReviewConfig(AppConfig):
    """Panels of subject-matter experts: rounds, ratings, statistics, recommendations and OCTE's listing decisions."""

    name = "sme_review"
