"""What panelists read about a certification: kept in versions once the panel is running."""

from django.utils import timezone

from accounts.models import User
from certifications.models import Certification
from core.access import require
from sme_review.models import Material, Panel, PanelCertification
from sme_review.permissions import MANAGE_PANELS


def words_of_catalog(certification: Certification) -> dict[str, str]:
    """What the catalog says of a certification, as a start of its material."""
    return {
        "information_sheet": certification.information_sheet or certification.summary,
        "link": certification.link,
    }


def write_material(
    *, by: User, panel_certification: PanelCertification, information_sheet: str, blueprint: str = "", link: str = ""
) -> Material:
    """Keep the material; the caller holds the panel's lock.

    While the panel is being set up the version is changed in place. Afterwards a change makes the next version, and
    ratings stay bound to the one that was shown (procedure, identification step 1.2).

    Returns:
        The version that holds from now on; the same one where nothing changed.
    """
    require(by, MANAGE_PANELS)
    latest = panel_certification.materials.order_by("-number").first()
    words = {"information_sheet": information_sheet, "blueprint": blueprint, "link": link}
    if latest is not None and all(getattr(latest, name) == value for name, value in words.items()):
        return latest
    in_place = latest is not None and panel_certification.panel.state == Panel.State.DRAFT
    material = latest if in_place else Material(panel_certification=panel_certification)
    assert material is not None  # noqa: S101 - for the type checker
    if not in_place:
        material.number = latest.number + 1 if latest else 1
    for name, value in words.items():
        setattr(material, name, value)
    material.made_by = by
    material.made_at = timezone.now()
    material.save()
    return material
