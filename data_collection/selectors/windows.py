"""Reading the dates of collection, the rules of retention, and what a decision reaches."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from certifications.models import AwardingEntity, Certification, District, ProgramCertification
from data_collection.models import CollectionWindow, RetentionRule


@dataclass(frozen=True)
class Reach:
    """What a decision on an entity (or one certification) touches in a school year."""

    certifications: list[Certification]
    programs: int
    districts: int


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


def reach_of(entity: AwardingEntity, certification: Certification | None, school_year: int) -> Reach:
    """What a decision would touch: certifications listed in the year, their programs, and the districts that offer them."""
    listings = ProgramCertification.objects.in_force(school_year).filter(certification__entity=entity)
    if certification:
        listings = listings.filter(certification=certification)
    programs = listings.order_by().values("program_id").distinct()
    districts = District.objects.filter(buildings__offerings__program__in=programs).distinct()
    held = Certification.objects.filter(pk__in=listings.order_by().values("certification_id"))
    return Reach(list(held), programs.count(), districts.count())
