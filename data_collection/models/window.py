"""When a school year's results are due."""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from certifications.models.fields import school_year_check, school_year_field
from core.school_year import label


@pghistory.track()
class CollectionWindow(models.Model):
    """Due dates of a school year: districts first, OCTE after them; a preliminary and a final pair."""

    school_year = school_year_field()
    opens_on = models.DateField("district entry opens")
    preliminary_district_due = models.DateField("preliminary: due from districts")
    preliminary_octe_due = models.DateField("preliminary: due at OCTE")
    final_district_due = models.DateField("final: due from districts")
    final_octe_due = models.DateField("final: due at OCTE")

    class Meta:
        ordering = ("-school_year",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school_year"],
                name="collection_window_once_per_year",
                violation_error_message="This school year already has its dates.",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__lt=F("preliminary_district_due")),
                name="collection_window_opens_before_due",
                violation_error_message="Entry must open before the preliminary due date.",
            ),
            models.CheckConstraint(
                condition=Q(preliminary_district_due__lte=F("preliminary_octe_due")),
                name="collection_window_preliminary_order",
                violation_error_message="The preliminary date for districts cannot come after the one for OCTE.",
            ),
            models.CheckConstraint(
                condition=Q(preliminary_octe_due__lte=F("final_district_due")),
                name="collection_window_preliminary_before_final",
                violation_error_message="The final dates cannot come before the preliminary ones.",
            ),
            models.CheckConstraint(
                condition=Q(final_district_due__lte=F("final_octe_due")),
                name="collection_window_final_order",
                violation_error_message="The final date for districts cannot come after the one for OCTE.",
            ),
            school_year_check("school_year", "collection_window_school_year_range"),
        ]

    def __str__(self) -> str:
        return f"Collection of {label(self.school_year)}"

    @property
    def due_dates(self) -> list[tuple[str, date]]:
        """The dates that districts work toward, in order, with their words."""
        return [("Preliminary", self.preliminary_district_due), ("Final", self.final_district_due)]
