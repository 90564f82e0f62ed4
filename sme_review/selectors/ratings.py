"""Reads for panelists: what their personal link reaches, and nothing else."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, OuterRef

from certifications.models import ProgramStandard
from core.personal_links import hash_secret
from sme_review.models import (
    Ballot,
    ConflictDeclaration,
    Material,
    Panel,
    PanelCertification,
    Panelist,
    PanelistLink,
    Rating,
    StandardMark,
)
from sme_review.selectors.ballots import is_open, latest_ballots
from sme_review.selectors.counting import count_per
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.worksheets import Sheet, sheet_of
from sme_review.validators import Answers, what_is_missing


def panelist_by_secret(secret: str) -> Panelist | None:
    """The panelist whose personal link this is, with their panel and its program; None for an unknown or ended link.

    No more than that: in a live session this is read for every draft and every look at the page.
    """
    link = (
        PanelistLink.objects.filter(secret_hash=hash_secret(secret), ended_at=None, panelist__withdrawn_at=None)
        .select_related("panelist__panel__program")
        .first()
    )
    return link.panelist if link else None


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
    sheet: Sheet | None
    # How many others have rated it in its round.
    taken: int = 0

    @property
    def is_open(self) -> bool:
        """It takes ratings now."""
        return is_open(self.ballot)

    @property
    def read_only(self) -> bool:
        """There is nothing to type: it is closed, or submitted."""
        return not self.is_open or (self.rating is not None and self.rating.state in Rating.COUNTED)

    @property
    def first_answers(self) -> Rating | None:
        """The answers that its page begins with: this round's; in round 2 one's own first ones."""
        return self.rating or self.earlier

    @property
    def material(self) -> Material | None:
        """What is to be read: what the rating was made by, once it is closed; before that what holds now."""
        return self.rating.material if self.rating and not self.is_open else self.entry.material

    @property
    def material_changed(self) -> bool:
        """Whether there is something new to read since the answers that the page begins with."""
        return bool(
            self.is_open
            and self.first_answers
            and self.entry.material
            and self.first_answers.material != self.entry.material
        )

    @property
    def is_planned(self) -> bool:
        """Its time has not come yet."""
        return self.ballot is not None and self.ballot.closed_at is None and not self.is_open

    @property
    def round_number(self) -> int:
        """The round it stands in; 1 before it was opened."""
        return self.ballot.round.number if self.ballot else 1

    @property
    def done(self) -> bool:
        """Nothing is left to answer."""
        return self.progress in {Progress.READY, Progress.SUBMITTED, Progress.RECUSED}


@dataclass(frozen=True)
class TaskList:
    """A panelist's certifications in the order in which they are best rated."""

    tasks: list[Task]

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    @property
    def is_open(self) -> bool:
        """Whether anything takes ratings now."""
        return any(task.is_open for task in self.tasks)

    @property
    def opens_at(self) -> datetime | None:
        """When the first of what is planned opens; None where nothing is planned, or something is open already."""
        planned = [task.ballot.opened_at for task in self.tasks if task.is_planned and task.ballot]
        return None if self.is_open else min(planned, default=None)

    @property
    def assigned(self) -> list[Task]:
        """What the panelist is asked for: what is open now; where nothing is, all that was theirs."""
        mine = [task for task in self.tasks if task.assigned]
        return [task for task in mine if task.is_open] if self.is_open else mine

    @property
    def extra(self) -> list[Task]:
        """What others are asked for; it may be rated as well."""
        return [task for task in self.tasks if not task.assigned and (task.is_open or not self.is_open)]

    @property
    def closed(self) -> list[Task]:
        """What is not rated now, while something else is."""
        return [task for task in self.tasks if self.is_open and not task.is_open]

    @property
    def done(self) -> int:
        """How many of those asked for need nothing more."""
        return sum(task.done for task in self.assigned)

    @property
    def left(self) -> int:
        """How many of those asked for still need something."""
        return len(self.assigned) - self.done

    @property
    def ready(self) -> int:
        """How many are finished and only have to be submitted."""
        return sum(task.progress == Progress.READY for task in self.tasks)

    @property
    def submitted(self) -> int:
        """How many are submitted."""
        return sum(task.progress == Progress.SUBMITTED for task in self.tasks)

    def of(self, entry_pk: int) -> Task | None:
        """The task of one certification; None where it is not on the panel."""
        return next((task for task in self.tasks if task.entry.pk == entry_pk), None)

    def after(self, current: Task) -> Task | None:
        """The next certification that needs answers, first those further down; None where all are answered."""
        at = self.tasks.index(current)
        for task in [*self.tasks[at + 1 :], *self.tasks[:at]]:
            if task.assigned and task.progress in {Progress.NOT_STARTED, Progress.UNFINISHED}:
                return task
        return None


def tasks_of(panelist: Panelist) -> TaskList:
    """The panelist's certifications with their answers.

    First those assigned to the panelist, then those with the fewest ratings in their round, then at random; the random
    order stays the same for one panelist, so that no certification always comes first (order effect).
    """
    entries = list(certifications_of(panelist.panel).order_by("pk"))
    random.Random(f"{panelist.panel_id}-{panelist.pk}").shuffle(entries)  # noqa: S311 - an order, not a secret
    ballots = latest_ballots(panelist.panel)
    marks = StandardMark.objects.filter(rating=OuterRef("pk"))
    own = (
        Rating.objects.visible_to(panelist)
        .filter(panelist=panelist)
        .select_related("round", "material")
        .annotate(mark_count=count_per(marks, "rating"))
    )
    ratings: dict[int, dict[int, Any]] = {}
    for rating in own:
        ratings.setdefault(rating.panel_certification_id, {})[rating.round.number] = rating
    conflicts = {conflict.panel_certification_id: conflict for conflict in panelist.conflicts.all()}
    assigned, sheet, taken = _assigned(panelist), sheet_of(panelist.panel), _taken(panelist)
    tasks = [
        _task(
            entry,
            ballots.get(entry.pk),
            ratings.get(entry.pk, {}),
            conflicts.get(entry.pk),
            assigned=assigned is None or entry.pk in assigned,
            sheet=sheet,
            taken=taken,
        )
        for entry in entries
    ]
    return TaskList(sorted(tasks, key=lambda task: (not task.assigned, task.taken)))


def _taken(panelist: Panelist) -> dict[tuple[int, int], int]:
    """(Certification, round) -> how many others have rated it."""
    counted = Rating.objects.counted().filter(round__panel=panelist.panel_id).exclude(panelist=panelist).order_by()
    pairs = counted.values_list("panel_certification_id", "round_id").annotate(count=Count("pk"))
    return {(entry, round_pk): count for entry, round_pk, count in pairs}


def _assigned(panelist: Panelist) -> set[int] | None:
    """The certifications that the panelist is asked for; None where everybody is asked for all."""
    if panelist.panel.assignment == Panel.Assignment.EVERYONE:
        return None
    return set(panelist.assignments.values_list("panel_certification_id", flat=True))


def _task(
    entry: PanelCertification,
    ballot: Ballot | None,
    own: dict[int, Any],
    conflict: ConflictDeclaration | None,
    *,
    assigned: bool,
    sheet: Sheet | None,
    taken: dict[tuple[int, int], int],
) -> Task:
    number = ballot.round.number if ballot else 1
    rating = own.get(number)
    earlier = max((one for one in own if one < number), default=None)
    return Task(
        entry=entry,
        ballot=ballot,
        rating=rating,
        earlier=own[earlier] if earlier else None,
        conflict=conflict,
        progress=_progress(ballot, rating, conflict, sheet),
        assigned=assigned,
        sheet=sheet,
        taken=taken.get((entry.pk, ballot.round_id), 0) if ballot else 0,
    )


def _progress(
    ballot: Ballot | None, rating: Any | None, conflict: ConflictDeclaration | None, sheet: Sheet | None
) -> Progress:
    if conflict:
        return Progress.RECUSED
    if rating and rating.state in Rating.COUNTED:
        return Progress.SUBMITTED
    if not is_open(ballot):
        return Progress.NOT_SUBMITTED if ballot and ballot.closed_at else Progress.NOT_OPEN
    if rating is None:
        return Progress.NOT_STARTED
    unmarked = len(sheet.standards) - rating.mark_count if sheet and sheet.required else 0
    return Progress.UNFINISHED if what_is_missing(answers_of(rating), unmarked=unmarked) else Progress.READY


@dataclass(frozen=True)
class Segment:
    """A part of a program's standards."""

    code: str
    title: str
    standards: list[ProgramStandard]


def by_segment(standards: Iterable[ProgramStandard]) -> list[Segment]:
    """The standards grouped by segment, in order."""
    segments: dict[str, Segment] = {}
    for standard in standards:
        segment = segments.setdefault(standard.segment_code, Segment(standard.segment_code, standard.segment_title, []))
        segment.standards.append(standard)
    return list(segments.values())
