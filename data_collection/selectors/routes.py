"""Where the results of a certification come from, in a school year."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from certifications.models import AwardingEntity, Certification
from data_collection.enums import DISTRICT_METHODS, Method
from data_collection.models import CollectionDecision


@dataclass(frozen=True)
class Route:
    """Where results come from, as everybody may know it.

    Attributes:
        method: a value of `Method`; undecided where nothing was decided.
        decision: the decision behind it, or None.
    """

    method: Method = Method.UNDECIDED
    decision: CollectionDecision | None = None

    @property
    def opens_district_entry(self) -> bool:
        """Whether districts may enter results."""
        return self.method in DISTRICT_METHODS

    @property
    def label(self) -> str:
        """The method in words."""
        return str(self.method.label)


def _route(decision: CollectionDecision | None) -> Route:
    return Route(Method(decision.method), decision) if decision else Route()


def district_entry_filter(school_year: int) -> Q:
    """A filter over `Certification`: those that districts may enter results for in `school_year`.

    The decision on the certification itself, where there is one, overrides the one on its entity; only the methods
    district, both and interim open district entry (design, rules that never bend, 2).
    """
    in_force = CollectionDecision.objects.in_force(school_year)
    own = in_force.filter(certification__isnull=False)
    wide = in_force.filter(certification=None, method__in=DISTRICT_METHODS)
    return Q(pk__in=own.filter(method__in=DISTRICT_METHODS).values("certification_id")) | (
        Q(entity_id__in=wide.values("entity_id")) & ~Q(pk__in=own.values("certification_id"))
    )


def collection_routes(certifications: Iterable[Certification], school_year: int) -> dict[int, Route]:
    """The route of each certification by its primary key, in one query. `school_year` is the ending year."""
    certifications = list(certifications)
    decisions = CollectionDecision.objects.in_force(school_year).filter(
        entity__in={certification.entity_id for certification in certifications}
    )
    by_target = {(decision.entity_id, decision.certification_id): decision for decision in decisions}
    return {
        certification.pk: _route(
            by_target.get((certification.entity_id, certification.pk)) or by_target.get((certification.entity_id, None))
        )
        for certification in certifications
    }


def collection_route(certification: Certification, school_year: int) -> Route:
    """The route of one certification."""
    return collection_routes([certification], school_year)[certification.pk]


def entity_route(entity: AwardingEntity, school_year: int) -> Route:
    """The route of an entity as a whole; single certifications may have decisions of their own."""
    return _route(CollectionDecision.objects.in_force(school_year).filter(entity=entity, certification=None).first())
