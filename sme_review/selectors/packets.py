"""Reads of packets: what was frozen for the approvers."""

from django.db.models import QuerySet

from accounts.models import User
from sme_review.models import Packet, Panel


def packets_visible_to(user: User, panel: Panel) -> QuerySet[Packet]:
    """The packets of a panel that a person may see, the latest first, with who froze them."""
    return Packet.objects.visible_to(user).filter(panel=panel).select_related("frozen_by").order_by("-number")


def latest_packet(panel: Panel) -> Packet | None:
    """The packet on the approvers' table; None before the recommendation was sent."""
    return Packet.objects.filter(panel=panel).order_by("-number").first()


def released_packet(panel: Panel) -> Packet | None:
    """The packet that the released decisions rest on; None before a release."""
    if panel.released_at is None:
        return None
    return Packet.objects.filter(panel=panel, frozen_at__lte=panel.released_at).order_by("-number").first()
