"""Panels in a live session, with a secret for each panelist and a signed-in facilitator; imported once Django is set
up.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from certifications.models import AwardingEntity, CareerCluster, Certification, Program, ProgramStandard
from core.personal_links import new_secret
from sme_review.enums import StakeholderGroup
from sme_review.models import Panelist, PanelistLink
from sme_review.services import live, panels

GROUPS = list(StakeholderGroup)


def make_panels(count: int, *, panelists: int, certifications: int) -> dict[str, Any]:
    """Make what the sessions need; returns each panel's pk, its facilitator's cookie and its panelists' secrets."""
    entity = AwardingEntity.objects.create(name="Bench Entity")
    offered = [
        Certification.objects.create(
            entity=entity, name=f"Certification {number}", code=f"bench-{number}", information_sheet="Sheet. " * 80
        )
        for number in range(certifications)
    ]
    made = [_panel(number, offered, panelists) for number in range(count)]
    return {"panels": made, "cookie": settings.SESSION_COOKIE_NAME}


def _panel(number: int, offered: list[Certification], panelists: int) -> dict[str, Any]:
    facilitator = User.objects.create_user(f"facilitator{number}@example.org", name=f"Facilitator {number}")
    facilitator.memberships.create(role=Role.OCTE_CONSULTANT)
    cluster, _ = CareerCluster.objects.get_or_create(code="bench", defaults={"title": "Bench"})
    program = Program.objects.create(cip_code=f"48.{number:04}", title=f"Program {number}", cluster=cluster)
    ProgramStandard.objects.create(
        program=program, version="2026", segment_code="A", segment_title="A", code="A.1", statement="S", position=1
    )
    panel = panels.create_panel(
        by=facilitator, program=program, title=f"Panel {number}", due_date=date(2100, 1, 1), standards_version="2026"
    )
    panels.add_certifications(by=facilitator, panel=panel, certifications=offered)
    secrets = [_panelist(panel, number, seat) for seat in range(panelists)]
    live.start_session(by=facilitator, panel=panel, mail_again=False)
    client = Client()
    client.force_login(facilitator)
    return {
        "pk": panel.pk,
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "entries": list(panel.certifications.values_list("pk", flat=True)),
        "secrets": secrets,
    }


def _panelist(panel: Any, number: int, seat: int) -> str:
    secret, secret_hash = new_secret()
    now = timezone.now()
    person = Panelist.objects.create(
        panel=panel,
        name=f"Expert {seat}",
        email=f"expert{number}-{seat}@example.org",
        group=GROUPS[seat % len(GROUPS)],
        invited_at=now,
    )
    PanelistLink.objects.create(panelist=person, secret_hash=secret_hash, sent_at=now)
    return secret
