"""Reads for panelists: what their personal link reaches, and nothing else."""

import random
from dataclasses import dataclass, fields
from enum import StrEnum

from django.db.models import QuerySet

from accounts.links import hash_secret
from certifications.models import ProgramStandard
from sme_review.models import ConflictDeclaration, ListingDecision, PanelCertification, Panelist, Rating, Round
from sme_review.validators import Answers, what_is_missing


def panelist_by_secret(secret: str) -> Panelist | None:
    """The panelist whose personal link this is, with their panel; None for an unknown secret."""
    return (
        Panelist.objects.filter(secret_hash=hash_secret(secret))
        .select_related("panel__program", "panel__created_by")
        .first()
    )


def answers_of(rating: Rating) -> Answers:
    """A rating's answers, apart from its state."""
    return Answers(**{field.name: getattr(rating, field.name) for field in fields(Answers)})


class Progress(StrEnum):
    """How far a panelist is with one certification."""

    NOT_STARTED = "Not started"
    UNFINISHED = "Not finished"
    READY = "Ready to submit"
    SUBMITTED = "Submitted"
    NOT_SUBMITTED = "Not submitted"
    RECUSED = "You stepped back"


@dataclass(frozen=True)
class Task:
    """One certification in a panelist's list."""

    entry: PanelCertification
    rating: Rating | None
    conflict: ConflictDeclaration | None
    progress: Progress

    @property
    def done(self) -> bool:
        """Nothing is left to answer."""
        return self.progress in {Progress.READY, Progress.SUBMITTED, Progress.RECUSED}


def tasks_of(panelist: Panelist, held: Round | None) -> list[Task]:
    """The panelist's certifications in the panelist's own order, with their answers in the round.

    The order is random but stays the same for one panelist, so that no certification always comes first
    (order effect).
    """
    entries = list(
        PanelCertification.objects.filter(panel_id=panelist.panel_id)
        .select_related("certification__entity")
        .order_by("pk")
    )
    random.Random(f"{panelist.panel_id}-{panelist.pk}").shuffle(entries)  # noqa: S311 - an order, not a secret
    ratings = {rating.panel_certification_id: rating for rating in Rating.objects.filter(panelist=panelist, round=held)}
    conflicts = {conflict.panel_certification_id: conflict for conflict in panelist.conflicts.all()}
    still_open = held is not None and held.state == Round.State.OPEN
    return [_task(entry, ratings.get(entry.pk), conflicts.get(entry.pk), still_open=still_open) for entry in entries]


def _task(
    entry: PanelCertification, rating: Rating | None, conflict: ConflictDeclaration | None, *, still_open: bool
) -> Task:
    if conflict:
        progress = Progress.RECUSED
    elif rating and rating.state in Rating.COUNTED:
        progress = Progress.SUBMITTED
    elif not still_open:
        progress = Progress.NOT_SUBMITTED
    elif rating is None:
        progress = Progress.NOT_STARTED
    else:
        progress = Progress.UNFINISHED if what_is_missing(answers_of(rating)) else Progress.READY
    return Task(entry=entry, rating=rating, conflict=conflict, progress=progress)


@dataclass(frozen=True)
class Segment:
    """A part of a program's standards."""

    code: str
    title: str
    standards: list[ProgramStandard]


def by_segment(standards: QuerySet[ProgramStandard]) -> list[Segment]:
    """The standards grouped by segment, in order."""
    segments: dict[str, Segment] = {}
    for standard in standards:
        segment = segments.setdefault(standard.segment_code, Segment(standard.segment_code, standard.segment_title, []))
        segment.standards.append(standard)
    return list(segments.values())


def outcomes_of(panelist: Panelist) -> list[ListingDecision]:
    """What OCTE decided on the panel's certifications; empty before anything is decided."""
    return list(
        ListingDecision.objects.filter(recommendation__panel_id=panelist.panel_id, superseded_at=None)
        .select_related("recommendation__panel_certification__certification__entity")
        .order_by("recommendation__position")
    )
