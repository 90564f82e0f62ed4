"""The certifications under consideration on a panel, and those that could be added to it."""

from collections.abc import Collection

from django.db.models import OuterRef, Q, QuerySet

from certifications.models import Certification, ProgramCertification
from core.stale_pages import mark_of
from sme_review.models import (
    Panel,
    PanelCertification,
    Rating,
)
from sme_review.selectors.counting import count_per


def certifications_of(panel: Panel) -> QuerySet[PanelCertification]:
    """The certifications under consideration, in order, with their awarding entities and materials."""
    return (
        PanelCertification.objects.filter(panel=panel)
        .select_related("certification__entity")
        .prefetch_related("materials")
    )


def sheet_mark(entry: PanelCertification) -> str:
    """A short text that is another one as soon as what panelists read about it, or its place, is saved otherwise."""
    material = entry.materials.order_by("number").last()
    words = [material.information_sheet, material.blueprint, material.link] if material else []
    return mark_of(entry.position, *words)


def never_opened(panel: Panel) -> list[PanelCertification]:
    """The panel's certifications that no round has opened."""
    return list(certifications_of(panel).prefetch_related(None).filter(ballots=None))


def with_rating_counts(entries: QuerySet[PanelCertification]) -> QuerySet[PanelCertification]:
    """Adds rating_count: how many panelists have begun or finished rating it."""
    return entries.annotate(
        rating_count=count_per(Rating.objects.filter(panel_certification=OuterRef("pk")), "panel_certification")
    )


def addable_certifications(panel: Panel, *, words: str = "", ticked: Collection[int] = ()) -> QuerySet[Certification]:
    """The catalog's certifications that are not on the panel yet; those already listed for the program come first.

    Args:
        words: what name, awarding entity or code must contain, each word somewhere.
        ticked: primary keys of those that were chosen already; they stay in sight whatever is searched for.
    """
    matching = Q()
    for word in words.split():
        matching &= Q(pk__in=_matching(word).values("pk"))
    if words.strip():
        matching |= Q(pk__in=ticked)
    certifications = Certification.objects.exclude(pk__in=panel.certifications.values("certification_id")).filter(
        matching, replaced_by=None
    )
    listed = ProgramCertification.objects.filter(program_id=panel.program_id, certification=OuterRef("pk"))
    return (
        certifications.select_related("entity")
        .annotate(listed_for_program=count_per(listed, "certification"))
        .order_by("-listed_for_program", "name", "version", "id")
    )


def _matching(word: str) -> QuerySet[Certification]:
    by_name = Certification.objects.filter(name__icontains=word)
    by_code = Certification.objects.filter(code__icontains=word)
    by_entity = Certification.objects.filter(entity__name__icontains=word)
    by_alias = Certification.objects.filter(aliases__alias__icontains=word)
    return (by_name | by_code | by_entity | by_alias).order_by()
