"""Reading the catalog: certifications, programs, awarding entities. It is the same for everybody who may open it."""

from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from certifications.models import (
    AwardingEntity,
    Certification,
    CertificationAlias,
    CertificationPart,
    Program,
    ProgramCertification,
    ProgramOffering,
    ProgramStandard,
)
from core import school_year
from core.stale_pages import mark_of


def _count_of(rows: QuerySet[Any], key: str) -> Coalesce:
    """How many of `rows` belong to the outer row, as a subquery, so that no join multiplies another."""
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def listings_now() -> QuerySet[ProgramCertification]:
    """The listings in force in the running school year."""
    return ProgramCertification.objects.in_force(school_year.current())


def certifications() -> QuerySet[Certification]:
    """All certifications with their entity and `programs_now`, the number of programs that list them this year."""
    rows = Certification.objects.select_related("entity", "replaced_by")
    return rows.annotate(programs_now=_count_of(listings_now(), "certification"))


def named_like(rows: QuerySet[Certification], words: str) -> QuerySet[Certification]:
    """Certifications with `words` in their name, another name, their code or their entity's name."""
    aliases = CertificationAlias.objects.filter(certification=OuterRef("pk"), alias__icontains=words)
    entity = Q(entity__name__icontains=words) | Q(entity__short_name__icontains=words)
    return rows.filter(Q(name__icontains=words) | Q(code__icontains=words) | entity | Exists(aliases))


def listed_with(rows: QuerySet[Certification], *, status: str = "", cluster: Any = None) -> QuerySet[Certification]:
    """Certifications that have one listing of this status for a program of this cluster; "none" for no listing at
    all.
    """
    listings = ProgramCertification.objects.filter(certification=OuterRef("pk"))
    if cluster:
        listings = listings.filter(program__cluster=cluster)
    if status == "none":
        return rows.filter(~Exists(listings))
    return rows.filter(Exists(listings.filter(status=status) if status else listings))


def certification_page(rows: QuerySet[Certification]) -> QuerySet[Certification]:
    """With the parts, other names and listings that its page shows."""
    listings = ProgramCertification.objects.select_related("program").order_by(
        "program__cip_code", "-first_school_year"
    )
    return rows.prefetch_related("parts", "aliases", "replaces", Prefetch("listings", queryset=listings))


def parts() -> QuerySet[CertificationPart]:
    """Scored parts with their certification."""
    return CertificationPart.objects.select_related("certification")


def aliases() -> QuerySet[CertificationAlias]:
    """Other names with their certification."""
    return CertificationAlias.objects.select_related("certification")


def programs() -> QuerySet[Program]:
    """Programs with the numbers of standards, of listings in force this year and of buildings that offer them."""
    return Program.objects.select_related("cluster").annotate(
        standards_count=_count_of(ProgramStandard.objects.all(), "program"),
        listed_now=_count_of(listings_now(), "program"),
        offered_at=_count_of(ProgramOffering.objects.all(), "program"),
    )


def standards_by_segment(program: Program) -> list[tuple[str, list[tuple[str, list[ProgramStandard]]]]]:
    """The program's technical standards: version, then segment, then the standards in their order."""
    rows = program.standards.order_by("-version", "position")
    return [
        (version, [(segment, list(inside)) for segment, inside in groupby(of_version, _segment)])
        for version, of_version in groupby(rows, lambda row: row.version)
    ]


def _segment(row: ProgramStandard) -> str:
    return f"{row.segment_code} {row.segment_title}"


def listings_of(program: Program) -> QuerySet[ProgramCertification]:
    """A program's listings, the newest period first."""
    rows = program.listings.select_related("certification__entity")
    return rows.order_by("-first_school_year", F("last_school_year").desc(nulls_first=True), "certification__name")


def entities() -> QuerySet[AwardingEntity]:
    """Awarding entities with the number of their certifications."""
    counted = _count_of(Certification.objects.all(), "entity")
    return AwardingEntity.objects.annotate(certifications_count=counted)


def fingerprint(row: Model | None) -> str:
    """A short mark of a row's values: another mark means that somebody saved it in between. Empty for a new row."""
    if row is None or row.pk is None:
        return ""
    values = [field.value_to_string(row) for field in row._meta.concrete_fields]
    return mark_of(*values)
