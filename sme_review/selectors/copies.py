"""What a new panel can take over from an earlier one."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from certifications.models import Certification, Program
from sme_review.models import Panel, PanelCertification, Panelist
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panels import panels_visible_to
from sme_review.selectors.standards import standards_versions


@dataclass(frozen=True)
class Replaced:
    """A certification of the earlier panel that the catalog has replaced since, and what stands in its place now."""

    entry: PanelCertification
    by: Certification


@dataclass(frozen=True)
class Proposal:
    """What a copy of a panel would take along."""

    source: Panel
    versions: list[str]
    entries: list[PanelCertification]
    replaced: list[Replaced]
    people: list[Panelist]

    @property
    def replacements(self) -> list[Replaced]:
        """Those whose replacement can come instead: each once, and none that is on the panel anyway."""
        taken = {entry.certification_id for entry in self.entries}
        each_once = []
        for each in self.replaced:
            if each.by.pk not in taken:
                each_once.append(each)
                taken.add(each.by.pk)
        return each_once


def earlier_panels(user: User, program: Program | None = None) -> QuerySet[Panel]:
    """The panels that a new one can be copied from, those put away too: by program, the newest first."""
    panels = panels_visible_to(user)
    if program is not None:
        panels = panels.filter(program=program)
    return panels.order_by("program__cip_code", "-created_at", "-id")


def proposal_of(source: Panel) -> Proposal:
    """What can be taken over now. Certifications that the catalog has replaced are set apart with their replacement."""
    entries = list(certifications_of(source))
    successors = _successors([entry.certification for entry in entries])
    return Proposal(
        source=source,
        versions=standards_versions(source.program),
        entries=[entry for entry in entries if entry.certification_id not in successors],
        replaced=[
            Replaced(entry, successors[entry.certification_id])
            for entry in entries
            if entry.certification_id in successors
        ],
        people=list(Panelist.objects.filter(panel=source, withdrawn_at=None)),
    )


def _successors(certifications: list[Certification]) -> dict[int, Certification]:
    """Primary key of each replaced certification -> what replaced it in the end; one query for each step of the chain.

    The catalog lets no chain lead in a circle.
    """
    successors: dict[int, Certification] = {}
    following = {each.pk: each.replaced_by_id for each in certifications if each.replaced_by_id}
    while following:
        known = Certification.objects.select_related("entity").in_bulk(set(following.values()))
        successors |= {pk: known[successor] for pk, successor in following.items() if successor is not None}
        following = {pk: each.replaced_by_id for pk, each in successors.items() if each.replaced_by_id}
    return successors
