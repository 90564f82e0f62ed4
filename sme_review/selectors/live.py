"""What the pages of a live session show: who has answered, how each certification stands, what is on the screen.

Only counts leave this module; the spread is in `live_spread`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from core.personal_links import hash_secret
from sme_review.enums import StakeholderGroup
from sme_review.models import (
    Assignment,
    Ballot,
    ConflictDeclaration,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Round,
)
from sme_review.selectors.ballots import is_open, is_seen_by_panelists, latest_of
from sme_review.selectors.decisions import settling_decisions
from sme_review.selectors.panel_certifications import certifications_of

# Written out, because hundreds of pages ask every few seconds, and building such a query costs more than answering it.
_PULSE_OF_LINK = """
    SELECT panel.pulse
    FROM sme_review_panelistlink link
    JOIN sme_review_panelist person ON person.id = link.panelist_id
    JOIN sme_review_panel panel ON panel.id = person.panel_id
    WHERE link.secret_hash = %s
      AND link.ended_at IS NULL AND person.withdrawn_at IS NULL AND panel.put_away_at IS NULL
"""
_FOLLOWED_BY_FACILITATORS = RawSQL(
    """
    (SELECT count(*) || '-' || coalesce(sum(rating.id) FILTER (WHERE rating.state = ANY(%s)), 0)
     FROM sme_review_rating rating
     JOIN sme_review_ballot ballot ON ballot.id = rating.ballot_id AND ballot.closed_at IS NULL
     JOIN sme_review_round rated_round ON rated_round.id = rating.round_id
     WHERE rated_round.panel_id = sme_review_panel.id)
    || '.' ||
    (SELECT count(*) FROM sme_review_conflictdeclaration declared
     JOIN sme_review_panelist person ON person.id = declared.panelist_id
     WHERE person.panel_id = sme_review_panel.id)
    || '.' ||
    (SELECT coalesce(sum(notes.version), 0) FROM sme_review_discussion notes
     JOIN sme_review_panelcertification entry ON entry.id = notes.panel_certification_id
     WHERE entry.panel_id = sme_review_panel.id)
    """,
    [list(Rating.COUNTED)],
    output_field=CharField(),
)


def pulse_of_link(secret: str) -> str | None:
    """A mark that changes with everything the panelist's page must follow; None where the link opens nothing.

    One query by the unique index of the secret's hash, because every panelist's page asks every few seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PULSE_OF_LINK, [hash_secret(secret)])
        row = cursor.fetchone()
    return str(row[0]) if row else None


def pulse_of_panel(user: User, pk: int) -> str | None:
    """The same for a facilitator's page: also who has begun and submitted in what is open, each recusal and all notes.

    A draft that is saved once more while somebody types changes no count and so no mark.

    None where the person may not see the panel.
    """
    panel = Panel.objects.visible_to(user).filter(pk=pk).order_by()
    row = panel.values_list("pulse", _FOLLOWED_BY_FACILITATORS).first()
    return f"{row[0]}.{row[1]}" if row else None


@dataclass(frozen=True)
class GroupTally:
    """How far one stakeholder group is with what is open: expected = submitted + drafts + recused + missing."""

    label: str
    expected: int
    submitted: int
    drafts: int
    recused: int

    @property
    def missing(self) -> int:
        """Asked, and nothing saved yet."""
        return self.expected - self.submitted - self.drafts - self.recused


@dataclass(frozen=True)
class Tally:
    """Who has answered, by stakeholder group; never who, and never what."""

    groups: list[GroupTally]

    @property
    def total(self) -> GroupTally:
        """All groups together."""
        return GroupTally(
            label="All",
            expected=sum(group.expected for group in self.groups),
            submitted=sum(group.submitted for group in self.groups),
            drafts=sum(group.drafts for group in self.groups),
            recused=sum(group.recused for group in self.groups),
        )

    @property
    def words(self) -> str:
        """The total in a sentence; those who stepped back are not waited for."""
        return f"{self.total.submitted} of {self.total.expected - self.total.recused} have answered"


def tally_of(ballot: Ballot, panel: Panel) -> Tally:
    """Counts of a certification in its round, in one query.

    Those taken off the panel count nowhere; who has stepped back is counted as recused whatever they had saved.
    Where the panel shares certifications out, those are asked who got this one, and who answered unasked.
    """
    of_pair = {"panelist": OuterRef("pk"), "panel_certification": ballot.panel_certification_id}
    ratings = Rating.objects.filter(round=ballot.round_id, **of_pair)
    people = Panelist.objects.filter(panel=panel, withdrawn_at=None).annotate(
        is_recused=Exists(ConflictDeclaration.objects.filter(**of_pair)),
        has_submitted=Exists(ratings.filter(state__in=Rating.COUNTED)),
        has_draft=Exists(ratings.filter(state=Rating.State.DRAFT)),
    )
    if panel.assignment == Panel.Assignment.BALANCED:
        people = people.filter(
            Q(Exists(Assignment.objects.filter(**of_pair)))
            | Q(has_submitted=True)
            | Q(has_draft=True)
            | Q(is_recused=True)
        )
    rows = (
        people.order_by()
        .values("group")
        .annotate(
            expected=Count("pk"),
            submitted=Count("pk", filter=Q(has_submitted=True, is_recused=False)),
            drafts=Count("pk", filter=Q(has_draft=True, is_recused=False)),
            recused=Count("pk", filter=Q(is_recused=True)),
        )
    )
    by_group = {row["group"]: row for row in rows}
    return Tally([_group_tally(group.label, by_group[group]) for group in StakeholderGroup if group in by_group])


def _group_tally(label: str, row: Mapping[str, Any]) -> GroupTally:
    return GroupTally(
        label=label,
        expected=row["expected"],
        submitted=row["submitted"],
        drafts=row["drafts"],
        recused=row["recused"],
    )


class Standing(StrEnum):
    """How a certification stands in a live session."""

    NOT_YET = "Not opened yet"
    PLANNED = "Planned, not open yet"
    OPEN = "Open"
    UNRATED = "Closed, nobody has submitted"
    CLOSED = "Closed, spread not shown yet"
    SHOWN = "Spread shown"
    DECIDED = "OCTE has decided"


@dataclass(frozen=True)
class LiveEntry:
    """One certification in the facilitator's list."""

    entry: PanelCertification
    ballot: Ballot | None
    openings: int
    submitted: int
    submitted_in_all: int
    decided: bool

    @property
    def standing(self) -> Standing:
        """How it stands."""
        if self.decided:
            return Standing.DECIDED
        if self.ballot is None:
            return Standing.NOT_YET
        if is_open(self.ballot):
            return Standing.OPEN
        if self.ballot.closed_at is None:
            return Standing.PLANNED
        if not self.submitted:
            return Standing.UNRATED
        return Standing.SHOWN if self.ballot.is_revealed else Standing.CLOSED

    @property
    def replaces(self) -> bool:
        """Whether its ratings take the place of those of an earlier round."""
        return 0 < self.submitted < self.submitted_in_all

    @property
    def can_go_on(self) -> bool:
        """Whether the same round of it can go on: panelists have not seen yet what the others answered."""
        if self.ballot is None or self.ballot.closed_at is None or not self.ballot.round.is_live_session:
            return False
        return self.submitted > 0 and not is_seen_by_panelists(self.ballot, self.submitted)

    @property
    def words(self) -> str:
        """How it stands, with the round."""
        if self.decided or self.ballot is None:
            return self.standing.value
        return f"Round {self.ballot.round.number}: {self.standing.value}"


@dataclass(frozen=True)
class Session:
    """A panel's live session as it is now."""

    panel: Panel
    rounds: list[Round]
    entries: list[LiveEntry]

    @property
    def is_running(self) -> bool:
        """Whether certifications can be opened."""
        return bool(self.rounds)

    @property
    def on_screen(self) -> LiveEntry | None:
        """What everybody looks at."""
        return next((item for item in self.entries if item.entry.pk == self.panel.on_screen_id), None)

    @property
    def open_entry(self) -> LiveEntry | None:
        """What takes ratings now."""
        return next((item for item in self.entries if item.standing is Standing.OPEN), None)

    @property
    def below_quorum(self) -> list[LiveEntry]:
        """What was rated, by fewer people than a reading needs."""
        return [item for item in self.entries if 0 < item.submitted < self.panel.quorum and not item.decided]

    @property
    def is_last(self) -> bool:
        """Whether no round is left after it."""
        return bool(self.rounds) and self.rounds[-1].number >= self.panel.rounds_planned

    @property
    def unrated(self) -> list[PanelCertification]:
        """What nobody has rated in any round yet."""
        return [item.entry for item in self.entries if not item.submitted_in_all and not item.decided]


def session_of(panel: Panel) -> Session:
    """The live session of a panel, the same number of queries whatever its size."""
    opened = list(Ballot.objects.filter(round__panel=panel).select_related("round").order_by("round__number", "number"))
    ballots, openings = latest_of(opened), Counter(ballot.panel_certification_id for ballot in opened)
    counted = Rating.objects.counted().filter(round__panel=panel).order_by()
    submitted: Mapping[tuple[int, int], int] = {
        (entry, round_pk): count
        for entry, round_pk, count in counted.values_list("panel_certification_id", "round_id").annotate(
            count=Count("pk")
        )
    }
    in_all: Counter[int] = Counter()
    for (entry_pk, _), count in submitted.items():
        in_all[entry_pk] += count
    settled = settling_decisions().filter(recommendation__panel_certification=OuterRef("pk"))
    return Session(
        panel=panel,
        rounds=live_rounds(panel),
        entries=[
            LiveEntry(
                entry=entry,
                ballot=(ballot := ballots.get(entry.pk)),
                openings=openings[entry.pk],
                submitted=submitted.get((entry.pk, ballot.round_id), 0) if ballot else 0,
                submitted_in_all=in_all[entry.pk],
                decided=entry.is_decided,
            )
            for entry in certifications_of(panel).prefetch_related(None).annotate(is_decided=Exists(settled))
        ],
    )


def live_rounds(panel: Panel) -> list[Round]:
    """The live rounds that are open, in order; empty when no live session is running."""
    return list(Round.objects.not_closed().filter(panel=panel, mode=Round.Mode.LIVE).order_by("number"))


def ballot_of(entry: PanelCertification, pk: int | None) -> Ballot | None:
    """One opening of a certification, as a page named it; None where it is not there (any more)."""
    return (
        Ballot.objects.filter(panel_certification=entry, pk=pk or 0).select_related("round__panel", "closed_by").first()
    )


class Scene(StrEnum):
    """What a panelist's live page shows."""

    ENDED = "ended"
    WAITING = "waiting"
    PREVIEW = "preview"
    RECUSED = "recused"
    RATE = "rate"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    REVEALED = "revealed"


@dataclass(frozen=True)
class Stage:
    """What is on the screen, as one panelist sees it."""

    scene: Scene
    entry: PanelCertification | None = None
    ballot: Ballot | None = None
    rating: Rating | None = None
    earlier: Rating | None = None

    @property
    def mark(self) -> str:
        """Changes whenever the page must show something else."""
        # The round and not the opening: what is opened again in the same round goes on where it was.
        parts = (
            self.entry and self.entry.pk,
            self.ballot and self.ballot.round_id,
            self.rating and self.rating.version,
        )
        return "-".join([self.scene.value, *(str(part or 0) for part in parts)])

    def after(self, rating: Rating) -> "Stage":
        """The same with a rating that was just saved."""
        scene = _scene(self.ballot, rating) if self.ballot else self.scene
        return replace(self, scene=scene, rating=rating)


def stage_of(panelist: Panelist, *, entry_pk: int | None = None) -> Stage:
    """What a panelist's page shows now.

    Args:
        entry_pk: a certification of the panel whatever is on the screen, for answers that come late.
    """
    panel = panelist.panel
    wanted = entry_pk or panel.on_screen_id
    entry = certifications_of(panel).filter(pk=wanted).first() if wanted else None
    if entry_pk is None and not live_rounds(panel):
        return Stage(Scene.ENDED)
    if entry is None:
        return Stage(Scene.WAITING)
    ballot = (
        Ballot.objects.filter(panel_certification=entry, opened_at__lte=timezone.now())
        .select_related("round")
        .order_by("round__number", "number")
        .last()
    )
    if panelist.conflicts.filter(panel_certification=entry).exists():
        return Stage(Scene.RECUSED, entry, ballot)
    if ballot is None:
        return Stage(Scene.PREVIEW, entry)
    own = list(panelist.ratings.filter(panel_certification=entry).select_related("round").order_by("round__number"))
    rating = next((rating for rating in own if rating.round_id == ballot.round_id), None)
    earlier = next((rating for rating in reversed(own) if rating.round.number < ballot.round.number), None)
    return Stage(_scene(ballot, rating), entry, ballot, rating, earlier)


def _scene(ballot: Ballot, rating: Rating | None) -> Scene:
    if is_open(ballot):
        return Scene.SUBMITTED if rating and rating.state in Rating.COUNTED else Scene.RATE
    return Scene.REVEALED if ballot.is_revealed else Scene.CLOSED
