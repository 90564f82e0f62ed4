"""Who is asked to rate what: as it stands, and as it could be shared out evenly."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from core.stale_pages import mark_of
from sme_review.enums import StakeholderGroup
from sme_review.figures.balancing import Pair, Rater, Rules, Shared, share_out
from sme_review.models import Assignment, ConflictDeclaration, Panel, PanelCertification, Panelist, Rating


@dataclass(frozen=True)
class Situation:
    """A panel's people and certifications with what stands between them; pairs are (panelist, panel certification).

    Attributes:
        assigned: the pairs that stand; empty where everybody is asked for everything.
        conflicts: pairs from which the panelist steps back.
        rated: pairs with a rating that was begun or finished, in whichever round.
    """

    panel: Panel
    people: list[Panelist]
    entries: list[PanelCertification]
    assigned: frozenset[Pair] = frozenset()
    conflicts: frozenset[Pair] = frozenset()
    rated: frozenset[Pair] = frozenset()

    @cached_property
    def mark(self) -> str:
        """A short mark of all of it; another mark means that something changed."""
        keys = [[person.pk for person in self.people], [entry.pk for entry in self.entries]]
        return mark_of([*keys, sorted(self.assigned), sorted(self.conflicts), sorted(self.rated)])

    @cached_property
    def standing(self) -> frozenset[Pair]:
        """The pairs that are asked for, also where everybody is asked for everything."""
        if self.panel.assignment == Panel.Assignment.BALANCED:
            return self.assigned
        return frozenset((person.pk, entry.pk) for person in self.people for entry in self.entries) - self.conflicts

    def row_mark(self, pairs: Iterable[Pair]) -> str:
        """A mark of which of these pairs stand: of one certification or one panelist."""
        return mark_of(sorted(set(pairs) & self.assigned))


def situation_of(panel: Panel) -> Situation:
    """The panel as it stands; those who were taken off are left out."""
    people = list(Panelist.objects.filter(panel=panel, withdrawn_at=None).order_by("group", "name", "pk"))
    entries = list(PanelCertification.objects.filter(panel=panel).select_related("certification").order_by("position"))
    of_panel = {"panelist__panel": panel, "panelist__withdrawn_at": None}
    columns = ("panelist_id", "panel_certification_id")
    return Situation(
        panel=panel,
        people=people,
        entries=entries,
        assigned=frozenset(Assignment.objects.filter(**of_panel).values_list(*columns)),
        conflicts=frozenset(ConflictDeclaration.objects.filter(**of_panel).values_list(*columns)),
        rated=frozenset(Rating.objects.filter(**of_panel).values_list(*columns)),
    )


def propose(situation: Situation, *, wanted: int, most: int | None, minimum_per_group: int) -> Shared:
    """Share the certifications out evenly; what is rated stays, and what stands moves only where it must."""
    raters = [
        Rater(person.pk, person.group, frozenset(entry for who, entry in situation.conflicts if who == person.pk))
        for person in situation.people
    ]
    rules = Rules(wanted, most, minimum_per_group, tuple(StakeholderGroup.values))
    entries = [entry.pk for entry in situation.entries]
    return share_out(
        raters, entries, rules, existing=situation.assigned, rated=situation.rated, seed=situation.panel.pk
    )


@dataclass(frozen=True)
class CertificationLoad:
    """One certification: who is asked for it, by stakeholder group, and what is lacking, in sentences."""

    entry: PanelCertification
    people: list[Panelist]
    rated: int
    by_group: list[int]
    lacking: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PanelistLoad:
    """One panelist: how many certifications they are asked for, have begun to rate and step back from."""

    person: Panelist
    assigned: int
    rated: int
    recused: int
    too_many: bool


@dataclass(frozen=True)
class Board:
    """The loads from both sides."""

    certifications: list[CertificationLoad]
    panelists: list[PanelistLoad]

    @property
    def is_lacking(self) -> bool:
        """Whether a certification has too few people, or a panelist too much to do or nothing."""
        return any(load.lacking for load in self.certifications) or any(
            load.too_many or not load.assigned for load in self.panelists
        )


def board_of(situation: Situation, pairs: Iterable[Pair], *, wanted: int, most: int | None, minimum: int) -> Board:
    """The loads under these pairs, measured by the numbers wanted."""
    standing = set(pairs) - situation.conflicts
    return Board(
        [_certification_load(situation, entry, standing, wanted, minimum) for entry in situation.entries],
        [_panelist_load(situation, person, standing, most) for person in situation.people],
    )


def board_now(situation: Situation) -> Board:
    """The loads as they stand, by the panel's own numbers."""
    panel = situation.panel
    wanted = panel.ratings_wanted or 0
    return board_of(
        situation, situation.assigned, wanted=wanted, most=panel.most_per_panelist, minimum=panel.minimum_per_group
    )


def _certification_load(
    situation: Situation, entry: PanelCertification, pairs: set[Pair], wanted: int, minimum: int
) -> CertificationLoad:
    people = [person for person in situation.people if (person.pk, entry.pk) in pairs]
    by_group = [sum(person.group == group for person in people) for group in StakeholderGroup.values]
    lacking = [f"{wanted - len(people)} too few"] if len(people) < wanted else []
    lacking += [
        f"{StakeholderGroup(group).label}: {minimum - count} too few"
        for group, count in zip(StakeholderGroup.values, by_group, strict=True)
        if count < minimum
    ]
    rated = sum((person.pk, entry.pk) in situation.rated for person in people)
    return CertificationLoad(entry, people, rated, by_group, lacking)


def _panelist_load(situation: Situation, person: Panelist, pairs: set[Pair], most: int | None) -> PanelistLoad:
    assigned = sum(who == person.pk for who, _ in pairs)
    return PanelistLoad(
        person,
        assigned,
        rated=sum(who == person.pk for who, _ in situation.rated),
        recused=sum(who == person.pk for who, _ in situation.conflicts),
        too_many=most is not None and assigned > most,
    )
