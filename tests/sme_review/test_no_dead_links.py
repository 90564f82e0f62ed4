"""Whoever reads a page of a panel may open every page that it links to; nothing leads into a refusal."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sme_review.services import panels, rounds
from tests.sme_review.deciding import send

HREF = re.compile(r'href="(/panels/[^"#]*)')


@pytest.fixture(params=["drafted", "planned", "running", "closed", "sent", "put away"])
def panel(request, consultant):
    """A panel at each step."""
    if request.param in {"drafted", "planned", "put away"}:
        cast = request.getfixturevalue("drafted")
        if request.param == "planned":
            rounds.open_round(by=consultant, panel=cast.panel, opens_at=timezone.now() + timedelta(days=3))
        if request.param == "put away":
            panels.put_away_panel(by=consultant, panel=cast.panel, reason="Set up twice")
        return cast.panel
    cast = request.getfixturevalue("running" if request.param == "running" else "closed")
    if request.param == "sent":
        send(cast, consultant)
    return cast.panel


@pytest.mark.parametrize("who", ["consultant", "approver", "state_auditor"])
def test_every_link_from_a_panels_page_opens(who, panel, client, request):
    client.force_login(request.getfixturevalue(who))
    waiting, seen, refused = [(reverse("sme_review:panel", args=[panel.pk]), "")], set(), []
    while waiting:
        address, came_from = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        page = client.get(address.replace("&amp;", "&"))
        if page.status_code not in {200, 302}:
            refused.append((page.status_code, address, came_from))
        if page.headers.get("Content-Type", "").startswith("text/html") and "?" not in address:
            waiting += [(href, address) for href in HREF.findall(page.content.decode())]
    assert refused == []
    assert len(seen) >= 5
