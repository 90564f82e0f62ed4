"""Panels of subject-matter experts: rounds, ratings, statistics, recommendations and OCTE's listing decisions."""
