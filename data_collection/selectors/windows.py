"""Reading the due dates of school years, and the rules of retention."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from data_collection.models import CollectionWindow, RetentionRule


def windows() -> QuerySet[CollectionWindow]:
    """The dates of all school years, latest first; the same for everybody."""
    return CollectionWindow.objects.all()


def window_of(school_year: int) -> CollectionWindow | None:
    """The dates of one school year, or None where they are not set."""
    return CollectionWindow.objects.filter(school_year=school_year).first()


def next_district_due_date(school_year: int) -> tuple[str, date] | None:
    """The next date that districts work toward, with its name; None when the dates are not set or all have passed."""
    window = window_of(school_year)
    today = timezone.localdate()
    upcoming = [(name, day) for name, day in window.due_dates if day >= today] if window else []
    return upcoming[0] if upcoming else None


def retention_rules() -> QuerySet[RetentionRule]:
    """The rules of retention; the same for everybody."""
    return RetentionRule.objects.all()
