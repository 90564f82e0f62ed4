"""Which versions of a program's standards panels rest on; the catalog asks through its port (docs/adr/0004)."""

from django.db.models import QuerySet

from certifications.models import Program, ProgramStandard
from sme_review.models import (
    Panel,
)


def standards_in_use(program_id: int, lock: bool) -> set[str]:
    """The versions of a program's standards whose panels were opened.

    Args:
        lock: lock the program's panels, so that none opens before the running transaction has changed the standards.
    """
    panels = Panel.objects.filter(program_id=program_id).order_by("pk")
    if lock:
        panels = panels.select_for_update(no_key=True)
    return {panel.standards_version for panel in panels if panel.state != Panel.State.DRAFT}


def standards_of(panel: Panel) -> QuerySet[ProgramStandard]:
    """The program's standards in the panel's version, in order."""
    return ProgramStandard.objects.filter(program_id=panel.program_id, version=panel.standards_version).order_by(
        "position", "code"
    )


def standards_versions(program: Program | None = None) -> list[str]:
    """The versions of standards that exist, the latest name first; of one program where it is given."""
    standards = ProgramStandard.objects.all() if program is None else ProgramStandard.objects.filter(program=program)
    return sorted(standards.order_by().values_list("version", flat=True).distinct(), reverse=True)
