"""Checks that several models share."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

EARLIEST_YEAR = 2000
LATEST_YEAR = 2100


def school_year_field(
    verbose_name: str = "school year", *, null: bool = False
) -> models.PositiveSmallIntegerField[Any, Any]:
    """A school year as its ending year, for example 2027 for 2026-27."""
    return models.PositiveSmallIntegerField(
        verbose_name,
        null=null,
        blank=null,
        validators=[MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR)],
        help_text="The year in which the school year ends: 2027 for 2026-27.",
    )


def school_year_check(field: str, name: str) -> models.CheckConstraint:
    """A constraint that `field` holds a plausible ending year."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__range": (EARLIEST_YEAR, LATEST_YEAR)}),
        name=name,
        violation_error_message=f"The school year must lie between {EARLIEST_YEAR} and {LATEST_YEAR}.",
    )


def digits_check(field: str, length: int, name: str, message: str) -> models.CheckConstraint:
    """A constraint that `field` holds exactly `length` digits."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__regex": rf"^[0-9]{{{length}}}$"}), name=name, violation_error_message=message
    )
