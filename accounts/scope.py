"""How far a person sees: worked out once per request from the memberships."""

from dataclasses import dataclass, field

from django.db.models import Q


@dataclass(frozen=True)
class Scope:
    """The organizations a person belongs to.

    Attributes:
        state: sees every organization.
        region_ids, district_ids, building_ids: primary keys of the organizations of the memberships.
        roles: every role held, in whichever organization.
        official_district_ids: the districts whose fiscal-agency official this person is.
    """

    state: bool = False
    region_ids: frozenset[int] = frozenset()
    district_ids: frozenset[int] = frozenset()
    building_ids: frozenset[int] = frozenset()
    roles: frozenset[str] = field(default_factory=frozenset)
    official_district_ids: frozenset[int] = frozenset()

    def buildings(self, path: str = "") -> Q:
        """A filter for the buildings in reach.

        Args:
            path: the lookup from the model that is filtered to its building, for example "offering__building";
                empty when the model is Building itself.

        Returns:
            A Q that is true for rows in reach: all for the state, none for somebody without memberships.
        """
        if self.state:
            return Q()
        prefix = f"{path}__" if path else ""
        return (
            Q(**{f"{prefix}district__region_id__in": self.region_ids})
            | Q(**{f"{prefix}district_id__in": self.district_ids})
            | Q(**{f"{prefix}id__in": self.building_ids})
        )

    def districts(self, path: str = "") -> Q:
        """A filter for the districts in reach; a building reporter reaches the district that the building belongs
        to.
        """
        if self.state:
            return Q()
        prefix = f"{path}__" if path else ""
        return (
            Q(**{f"{prefix}region_id__in": self.region_ids})
            | Q(**{f"{prefix}id__in": self.district_ids})
            | Q(**{f"{prefix}buildings__id__in": self.building_ids})
        )
