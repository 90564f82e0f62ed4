"""Freezing what the approvers are handed."""

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from core.access import require
from sme_review import verbs
from sme_review.figures.canonical import sha256_of
from sme_review.models import Packet, Panel
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.packet_content import packet_content


def freeze_packet(*, by: User, panel: Panel) -> Packet:
    """Write down all that an approver needs, with its hash; the caller holds the panel's lock.

    Args:
        panel: its recommendation is whole. Each sending makes the next number.
    """
    require(by, MANAGE_PANELS)
    number = (Packet.objects.filter(panel=panel).aggregate(last=Max("number"))["last"] or 0) + 1
    now = timezone.now()
    content = packet_content(panel, viewer=by, number=number, frozen_by=by, frozen_at=now)
    packet = Packet.objects.create(
        panel=panel, number=number, content=content, sha256=sha256_of(content), frozen_by=by, frozen_at=now
    )
    record(by=by, verb=verbs.PACKET_FROZEN, target=packet, detail={"panel": panel.pk, "sha256": packet.sha256})
    return packet
