"""Which versions of a program's standards panels rest on; the catalogue asks through its port (docs/adr/0004)."""

from sme_review.models import Panel


def standards_in_use(program_id: int, lock: bool) -> set[str]:
    """The versions of a program's standards whose panels were opened.

    Args:
        lock: lock the program's panels, so that none opens before the running transaction has changed the standards.
    """
    panels = Panel.objects.filter(program_id=program_id).order_by("pk")
    if lock:
        panels = panels.select_for_update(no_key=True)
    return {panel.standards_version for panel in panels if panel.state != Panel.State.DRAFT}
