"""Reading decisions on the method, the agreements behind them, and what a decision affects."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from certifications.models import AwardingEntity, Certification, District, ProgramCertification
from data_collection.models import CollectionDecision, DataSharingAgreement


@dataclass(frozen=True)
class Reach:
    """What a decision on an entity (or one certification) affects in a school year."""

    certifications: list[Certification]
    programs: int
    districts: int


def decisions_visible_to(user: User) -> QuerySet[CollectionDecision]:
    """Decisions, in force and earlier, with what lists show: the state's only."""
    return CollectionDecision.objects.visible_to(user).select_related(
        "entity", "certification", "agreement", "decided_by"
    )


def agreements_visible_to(user: User) -> QuerySet[DataSharingAgreement]:
    """Data sharing agreements: the state's only."""
    return DataSharingAgreement.objects.visible_to(user)


def reach_of(entity: AwardingEntity, certification: Certification | None, school_year: int) -> Reach:
    """What a decision would affect.

    Args:
        certification: one certification of the entity, or None for all of them.
        school_year: ending year.

    Returns:
        The certifications listed in the year, how many programs list them, and how many districts offer those.
    """
    listings = ProgramCertification.objects.in_force(school_year).filter(certification__entity=entity)
    if certification:
        listings = listings.filter(certification=certification)
    programs = listings.order_by().values("program_id").distinct()
    districts = District.objects.filter(buildings__offerings__program__in=programs).distinct()
    certifications = Certification.objects.filter(pk__in=listings.order_by().values("certification_id"))
    return Reach(list(certifications), programs.count(), districts.count())
