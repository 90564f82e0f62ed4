"""Where results come from in a school year: the method in force, and which certifications districts may enter."""

from dataclasses import dataclass

from django.db.models import Q

from certifications.models import AwardingEntity
from data_collection.enums import DISTRICT_METHODS, Method
from data_collection.models import CollectionDecision


@dataclass(frozen=True)
class Route:
    """Where the results of an entity come from.

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


def entity_route(entity: AwardingEntity, school_year: int) -> Route:
    """The route of an entity as a whole, in a school year (the ending year); certifications may have their own."""
    decision = CollectionDecision.objects.in_force(school_year).filter(entity=entity, certification=None).first()
    return Route(Method(decision.method), decision) if decision else Route()
