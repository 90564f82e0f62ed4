"""Whom a release concerns."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Membership, User
from accounts.roles import Role
from certifications.models import District
from sme_review.models import ListingDecision, Panel, Panelist


@dataclass(frozen=True)
class Reader:
    """Somebody in districts who is told, with the districts it is about."""

    user: User
    districts: list[str]


def panelists_to_tell(panel: Panel) -> list[Panelist]:
    """Those who are on the panel and were invited."""
    return list(Panelist.objects.filter(panel=panel, withdrawn_at=None, invited_at__isnull=False))


def districts_offering(panel: Panel) -> list[District]:
    """The districts in which a building offers the panel's program."""
    return list(District.objects.filter(buildings__offerings__program=panel.program_id).distinct().order_by("name"))


def coordinators_to_tell(panel: Panel) -> list[Reader]:
    """The coordinators of the districts that offer the program; where a district has none, its fiscal officials."""
    districts = {district.pk: district.name for district in districts_offering(panel)}
    members = (
        Membership.objects.filter(
            district__in=districts,
            role__in=[Role.DISTRICT_COORDINATOR, Role.FISCAL_OFFICIAL],
            ended_at=None,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("user__name", "user_id", "district__name")
    )
    memberships = list(members)
    coordinated = {each.district_id for each in memberships if each.role == Role.DISTRICT_COORDINATOR}
    readers: dict[int, Reader] = {}
    for each in memberships:
        if each.district_id is None or (each.role == Role.FISCAL_OFFICIAL and each.district_id in coordinated):
            continue
        reader = readers.setdefault(each.user_id, Reader(each.user, []))
        reader.districts.append(districts[each.district_id])
    return list(readers.values())


def consultants_to_tell(panel: Panel) -> list[User]:
    """Who set up the panel and who sent its recommendation."""
    people = {pk for pk in (panel.created_by_id, panel.sent_by_id) if pk is not None}
    return list(User.objects.filter(pk__in=people, is_active=True))


def decisions_for_panel(decisions: Iterable[ListingDecision]) -> list[ListingDecision]:
    """What panelists are told of: what is sent back is not decided."""
    return [decision for decision in decisions if decision.outcome != ListingDecision.Outcome.SENT_BACK]


def decisions_for_districts(decisions: Iterable[ListingDecision]) -> list[ListingDecision]:
    """What districts are told of: what districts may enter changes by approvals and refusals alone."""
    return [decision for decision in decisions if decision.is_final]
