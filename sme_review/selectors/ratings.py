"""Reads for panelists: what their personal link reaches, and nothing else."""

import random
from dataclasses import dataclass, fields
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from accounts.links import hash_secret
from certifications.models import ProgramStandard
from sme_review.models import (
    Ballot,
    ConflictDeclaration,
    Panel,
    PanelCertification,
    Panelist,
    PanelistLink,
    Rating,
)
from sme_review.selectors.ballots import is_open, latest_ballots
from sme_review.selectors.panels import certifications_of
from sme_review.validators import Answers, what_is_missing


def panelist_by_secret(secret: str) -> Panelist | None:
    """The panelist whose personal link this is, with their panel; None for an unknown or ended link."""
    link = (
        PanelistLink.objects.filter(secret_hash=hash_secret(secret), ended_at=None, panelist__withdrawn_at=None)
        .select_related("panelist__panel__program", "panelist__panel__created_by")
        .first()
    )
    return link.panelist if link else None


def answers_of(rating: Rating) -> Answers:
    """A rating's answers, apart from its state."""
    return Answers(**{field.name: getattr(rating, field.name) for field in fields(Answers)})


def marks_of(rating: Rating) -> dict[int, str]:
    """A rating's worksheet: primary key of ProgramStandard -> mark."""
    return dict(rating.marks.values_list("standard_id", "mark"))


class Progress(StrEnum):
    """How far a panelist is with one certification."""

    NOT_STARTED = "Not started"
    UNFINISHED = "Not finished"
    READY = "Ready to submit"
    SUBMITTED = "Submitted"
    NOT_SUBMITTED = "Not submitted"
    NOT_OPEN = "Not open yet"
    RECUSED = "You stepped back"


@dataclass(frozen=True)
class Task:
    """One certification in a panelist's list, as it stands in its latest round."""

    entry: PanelCertification
    ballot: Ballot | None
    rating: Rating | None
    earlier: Rating | None
    conflict: ConflictDeclaration | None
    progress: Progress
    assigned: bool

    @property
    def is_open(self) -> bool:
        """It takes ratings now."""
        return is_open(self.ballot)

    @property
    def round_number(self) -> int:
        """The round it stands in; 1 before it was opened."""
        return self.ballot.round.number if self.ballot else 1

    @property
    def done(self) -> bool:
        """Nothing is left to answer."""
        return self.progress in {Progress.READY, Progress.SUBMITTED, Progress.RECUSED}


def tasks_of(panelist: Panelist) -> list[Task]:
    """The panelist's certifications in the order in which they are best rated, with their answers.

    First those assigned to the panelist, then those with the fewest ratings, then at random; the random order stays the
    same for one panelist, so that no certification always comes first (order effect).
    """
    entries = list(
        certifications_of(panelist.panel)
        .annotate(
            taken=Count(
                "ratings",
                filter=Q(ratings__state__in=Rating.COUNTED, ratings__panelist__withdrawn_at=None)
                & ~Q(ratings__panelist=panelist),
            )
        )
        .order_by("pk")
    )
    random.Random(f"{panelist.panel_id}-{panelist.pk}").shuffle(entries)  # noqa: S311 - an order, not a secret
    ballots = latest_ballots(panelist.panel)
    ratings = {
        (rating.round_id, rating.panel_certification_id): rating
        for rating in Rating.objects.visible_to(panelist).filter(panelist=panelist).select_related("round")
    }
    conflicts = {conflict.panel_certification_id: conflict for conflict in panelist.conflicts.all()}
    assigned = _assigned(panelist)
    tasks = [
        _task(
            entry,
            ballots.get(entry.pk),
            ratings,
            conflicts.get(entry.pk),
            assigned=assigned is None or entry.pk in assigned,
        )
        for entry in entries
    ]
    return sorted(tasks, key=lambda task: (not task.assigned, task.entry.taken))  # type: ignore[attr-defined]


def _assigned(panelist: Panelist) -> set[int] | None:
    """The certifications that the panelist is asked for; None where everybody is asked for all."""
    if panelist.panel.assignment == Panel.Assignment.EVERYONE:
        return None
    return set(panelist.assignments.values_list("panel_certification_id", flat=True))


def _task(
    entry: PanelCertification,
    ballot: Ballot | None,
    ratings: dict[tuple[int, int], Rating],
    conflict: ConflictDeclaration | None,
    *,
    assigned: bool,
) -> Task:
    own = [rating for (_, entry_pk), rating in ratings.items() if entry_pk == entry.pk]
    rating = next((rating for rating in own if ballot and rating.round_id == ballot.round_id), None)
    earlier = next((rating for rating in own if ballot and rating.round.number < ballot.round.number), None)
    return Task(
        entry=entry,
        ballot=ballot,
        rating=rating,
        earlier=earlier,
        conflict=conflict,
        progress=_progress(ballot, rating, conflict),
        assigned=assigned,
    )


def _progress(ballot: Ballot | None, rating: Rating | None, conflict: ConflictDeclaration | None) -> Progress:
    if conflict:
        return Progress.RECUSED
    if rating and rating.state in Rating.COUNTED:
        return Progress.SUBMITTED
    if not is_open(ballot):
        return Progress.NOT_SUBMITTED if ballot and ballot.closed_at else Progress.NOT_OPEN
    if rating is None:
        return Progress.NOT_STARTED
    return Progress.UNFINISHED if what_is_missing(answers_of(rating)) else Progress.READY


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
