"""Reading the public list: what is approved, for which program, in which school years. Nothing else passes here.

Suggested, reviewed and declined listings, and the internal reason of any listing, are nobody's business outside. Every
public page, download and API answer reads through `listings()`, which holds approved ones and retired ones alone, and
only the columns that are named here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from certifications.models import (
    Certification,
    CertificationAlias,
    Program,
    ProgramCertification,
    PublicListCounter,
)
from certifications.models.listing import ProgramCertificationQuerySet
from core import school_year

_LISTING_COLUMNS = ("first_school_year", "last_school_year", "status", "type", "counts_federally")
_PROGRAM_COLUMNS = ("cip_code", "title", "cluster__code", "cluster__title")
_CERTIFICATION_COLUMNS = ("code", "name", "version", "kind", "is_sample", "entity__code", "entity__name")
# Words of a search beyond these are passed over.
_MOST_WORDS = 8

SORTS: dict[str, tuple[str, ...]] = {
    "cip": ("program__cip_code", "certification__name", "certification__version"),
    "program": ("program__title", "certification__name", "certification__version"),
    "cluster": ("program__cluster__title", "program__cip_code", "certification__name"),
    "certification": ("certification__name", "certification__version", "program__cip_code"),
    "entity": ("certification__entity__name", "certification__name", "program__cip_code"),
    "type": ("type", "program__cip_code", "certification__name"),
    "counts": ("counts_federally", "program__cip_code", "certification__name"),
    "since": ("first_school_year", "program__cip_code", "certification__name"),
}


@dataclass(frozen=True)
class ListEdition:
    """Which state of the public list this is.

    Attributes:
        mark: another one after every change of what the list shows, and in every school year.
        changed_at: when it last changed; None while nothing was ever entered.
        first_year, last_year: the school years that can be asked for.
    """

    mark: str
    changed_at: datetime | None
    first_year: int
    last_year: int

    @property
    def years(self) -> range:
        """The newest last."""
        return range(self.first_year, self.last_year + 1)


def edition() -> ListEdition:
    """The present edition, in one query.

    The number of changes alone would not do: a restored backup counts on from where it was, to another state.
    """
    listed = ProgramCertification.objects.filter(status__in=ProgramCertification.LISTED).order_by()
    state = PublicListCounter.objects.aggregate(
        changes=Coalesce(Sum("changes"), 0),
        changed_at=Max("changed_at"),
        # Each is one number, the same beside every line of the counter; only aggregates can stand here.
        earliest=Max(Subquery(_only(listed, Min("first_school_year")))),
        latest=Max(Subquery(_only(listed, Max("first_school_year")))),
    )
    current, changed_at = school_year.current(), state["changed_at"]
    return ListEdition(
        mark=f"{current}|{state['changes']}|{changed_at.isoformat() if changed_at else ''}",
        changed_at=changed_at,
        first_year=min(state["earliest"] or current, current),
        last_year=max(state["latest"] or current, current + 1),
    )


def _only(rows: QuerySet[Any], figure: Aggregate) -> QuerySet[Any]:
    """One figure over all rows, as a query to stand in another one."""
    return rows.values(all=Value(1)).annotate(figure=figure).values("figure")


def listings() -> ProgramCertificationQuerySet:
    """Listings that are public, each with the columns that are public; the replacement is public where it is listed
    too.
    """
    related = [f"program__{name}" for name in _PROGRAM_COLUMNS]
    related += [f"certification__{name}" for name in _CERTIFICATION_COLUMNS]
    rows = ProgramCertification.objects.filter(status__in=ProgramCertification.LISTED)
    return (
        rows.select_related("program__cluster", "certification__entity", "certification__replaced_by")
        .only(
            *_LISTING_COLUMNS,
            *related,
            *(f"certification__replaced_by__{name}" for name in ("code", "name", "version")),
        )
        .annotate(replacement_is_public=Exists(_public("certification", OuterRef("certification__replaced_by"))))
        .order_by(*SORTS["cip"], "first_school_year", "pk")
    )


def _public(of: str, what: Any) -> QuerySet[ProgramCertification]:
    """Public listings of one program or certification."""
    return ProgramCertification.objects.filter(status__in=ProgramCertification.LISTED, **{of: what})


def find(
    *,
    year: int,
    q: str = "",
    cluster: str = "",
    cip: str = "",
    type: str = "",  # noqa: A002 - the field's own name
    counts: bool | None = None,
) -> QuerySet[ProgramCertification]:
    """The public listings in force in a school year.

    Args:
        year: the school year's ending year.
        q: words, each of which stands in the certification's name, code, version or another name, in its entity's
            name, or in the program's title or CIP code.
        cluster: a career cluster's code.
        cip: a program's CIP code.
        type: a value of ProgramCertification.Type.
        counts: counts for federal reporting, or does not.
    """
    rows = listings().in_force(year)
    exact = {"program__cluster__code": cluster, "program__cip_code": cip, "type": type}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if counts is not None:
        rows = rows.filter(counts_federally=counts)
    for word in q.split()[:_MOST_WORDS]:
        rows = rows.filter(_says(word))
    return rows


def _says(word: str) -> Q:
    """Listings in whose words `word` stands."""
    aliases = CertificationAlias.objects.filter(certification=OuterRef("certification"), alias__icontains=word)
    entity = Q(certification__entity__name__icontains=word) | Q(certification__entity__short_name__icontains=word)
    certification = Q(certification__name__icontains=word) | Q(certification__version__icontains=word)
    program = Q(program__title__icontains=word) | Q(program__cip_code__startswith=word)
    return certification | Q(certification__code__icontains=word) | entity | program | Q(Exists(aliases))


def sort(rows: QuerySet[ProgramCertification], order: str) -> QuerySet[ProgramCertification]:
    """Sorted by one of SORTS, downward with a minus before it; anything else leaves the order by CIP code."""
    columns = SORTS.get(order.removeprefix("-"), SORTS["cip"])
    first = F(columns[0]).desc() if order.startswith("-") else F(columns[0]).asc()
    return rows.order_by(first, *columns[1:], "first_school_year", "pk")


def programs() -> list[Program]:
    """The programs that have or had a certification, by CIP code, with their clusters."""
    rows = Program.objects.filter(Exists(_public("program", OuterRef("pk"))))
    return list(rows.select_related("cluster").only(*_PROGRAM_COLUMNS).order_by("cip_code"))


def program_with(cip_code: str) -> Program | None:
    """One of the programs, or None."""
    return Program.objects.select_related("cluster").only(*_PROGRAM_COLUMNS).filter(cip_code=cip_code).first()


def certifications() -> QuerySet[Certification]:
    """The certifications that a program lists or listed."""
    return Certification.objects.filter(Exists(_public("certification", OuterRef("pk")))).select_related("entity")


def certification_with(code: str) -> Certification | None:
    """One certification with parts, public listings, and what it replaces; None where no program ever listed it."""
    own = listings().order_by("program__cip_code", "-first_school_year")
    rows = certifications().defer("information_sheet", "entity__source_note").filter(code=code)
    return rows.prefetch_related("parts", "aliases", Prefetch("listings", queryset=own)).first()


def kin_of(certification: Certification) -> list[Certification]:
    """Public certifications that belong to it: its other versions, what replaces it, and what it replaces."""
    versions = Q(entity=certification.entity_id, name__iexact=certification.name)
    either = versions | Q(pk=certification.replaced_by_id) | Q(replaced_by=certification)
    return list(certifications().filter(either).exclude(pk=certification.pk).order_by("name", "version"))


@dataclass(frozen=True)
class Change:
    """What is other for one program and certification than in the school year before.

    Attributes:
        kind: "added", "ended" or "changed".
        listing: the listing in force now; for "ended" the one that was in force last.
        before: the listing of the year before; None for "added".
    """

    kind: str
    listing: ProgramCertification
    before: ProgramCertification | None


def changes(year: int) -> list[Change]:
    """What changed from the school year before to `year`, by CIP code and certification; one query."""
    rows = listings().filter(Q(last_school_year=None) | Q(last_school_year__gte=year - 1), first_school_year__lte=year)
    both_years = list(rows)
    now, before = _by_pair(both_years, year), _by_pair(both_years, year - 1)
    pairs = dict.fromkeys((row.program_id, row.certification_id) for row in both_years)
    return [change for pair in pairs if (change := _change(now.get(pair), before.get(pair)))]


def _by_pair(rows: Iterable[ProgramCertification], year: int) -> dict[tuple[int, int], ProgramCertification]:
    """(program, certification) -> the listing in force in a school year."""
    return {(row.program_id, row.certification_id): row for row in rows if row.covers(year)}


def _change(now: ProgramCertification | None, before: ProgramCertification | None) -> Change | None:
    if now and not before:
        return Change("added", now, None)
    if before and not now:
        return Change("ended", before, before)
    if now and before and (now.type, now.counts_federally) != (before.type, before.counts_federally):
        return Change("changed", now, before)
    return None
