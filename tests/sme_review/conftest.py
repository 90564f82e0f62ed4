"""A panel at each step, made by the services."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core import mail
from django.test import Client, TestCase
from django.urls import resolve

from accounts.models import User
from sme_review.enums import StakeholderGroup
from sme_review.models import Ballot, Panel, PanelCertification, Panelist, Round
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.validators import Answers
from tests.factories.certifications import CertificationFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory
from tests.stages import staged

COMPLETE = Answers(proportion=60, employer_value=4, postsecondary_value=3)
GROUPS = [
    StakeholderGroup.SECONDARY,
    StakeholderGroup.SECONDARY,
    StakeholderGroup.POSTSECONDARY,
    StakeholderGroup.BUSINESS,
    StakeholderGroup.BUSINESS,
]


@dataclass
class PanelCast:
    """A panel with its certifications and five panelists of three groups."""

    panel: Panel
    entries: list[PanelCertification]
    panelists: list[Panelist]
    round: Round | None = None
    secrets: dict[int, str] = field(default_factory=dict)


# The stages in their order; each goes on from the one before.
STAGES = ("drafted", "running", "rated", "closed")


@pytest.fixture
def drafted(request, db, consultant) -> PanelCast:
    """Two certifications and five panelists, round 1 not open yet."""
    return only_stage(request, "drafted") or staged(draft, consultant)


@pytest.fixture
def running(request, db, consultant) -> PanelCast:
    """Round 1 open, links mailed."""
    return only_stage(request, "running") or staged(open_first_round, consultant)


@pytest.fixture
def rated(request, db, consultant) -> PanelCast:
    """Everybody has submitted the same middling ratings."""
    return only_stage(request, "rated") or staged(rate, consultant)


@pytest.fixture
def closed(db, consultant) -> PanelCast:
    """Round 1 closed."""
    return staged(close_first_round, consultant)


def only_stage(request: pytest.FixtureRequest, name: str) -> PanelCast | None:
    """A test that names several stages has the one panel at the last of them."""
    later = [each for each in STAGES[STAGES.index(name) + 1 :] if each in request.fixturenames]
    return request.getfixturevalue(later[-1]) if later else None


def draft(consultant: User) -> PanelCast:
    panel = PanelFactory(created_by=consultant)
    ProgramStandardFactory(program=panel.program, code="A.1")
    ProgramStandardFactory(program=panel.program, code="B.1", segment_code="B", segment_title="Practice")
    entries = panels.add_certifications(
        by=consultant,
        panel=panel,
        certifications=CertificationFactory.create_batch(2, information_sheet="What it covers: the basics."),
    )
    people = [
        panelists.add_panelist(
            by=consultant, panel=panel, name=f"Expert {number}", email=f"expert{number}@example.org", group=group
        )
        for number, group in enumerate(GROUPS)
    ]
    return PanelCast(panel=panel, entries=entries, panelists=people)


def open_first_round(consultant: User) -> PanelCast:
    cast = draft(consultant)
    with TestCase.captureOnCommitCallbacks(execute=True):
        cast.round = rounds.open_round(by=consultant, panel=cast.panel)
    refresh(cast)
    for panelist in cast.panelists:
        sent = next(message for message in mail.outbox if message.to == [panelist.email])
        cast.secrets[panelist.pk] = re.search(r"/link/panel/([^/\s]+)/", sent.body).group(1)
    return cast


def rate(consultant: User) -> PanelCast:
    cast = open_first_round(consultant)
    for panelist in cast.panelists:
        rate_all(panelist, cast.entries)
    return cast


def close_first_round(consultant: User) -> PanelCast:
    cast = rate(consultant)
    cast.round = rounds.close_round(by=consultant, round=cast.round)
    refresh(cast)
    return cast


def enlarge_first_group(cast: PanelCast) -> None:
    """Three in the first group and one in each of the others: the first is large enough for a median of its own."""
    third = cast.panelists[2]
    third.group, cast.panelists[3].group = StakeholderGroup.SECONDARY, StakeholderGroup.POSTSECONDARY
    Panelist.objects.bulk_update(cast.panelists, ["group"])


def rate_all(panelist: Panelist, entries: list[PanelCertification], answers: Answers = COMPLETE) -> None:
    """Save and submit the same answers on every certification."""
    for entry in entries:
        ratings.save_rating(panelist=panelist, panel_certification=entry, answers=answers, version=0)
    ratings.submit_ratings(panelist=panelist)


def send_rating(client: Client, address: str, sent: dict[str, Any], **extra: Any) -> Any:
    """Send a rating page as its form does, made from the latest opening of its certification."""
    opening = Ballot.objects.filter(panel_certification=resolve(address).kwargs["entry_pk"]).latest("pk")
    return client.post(address, {"ballot": opening.pk, **sent}, **extra)


def refresh(cast: PanelCast) -> None:
    """Read the panel and its people again."""
    cast.panel.refresh_from_db()
    for panelist in cast.panelists:
        panelist.refresh_from_db()
