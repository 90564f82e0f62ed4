"""Who has not finished, and how much is left for them: for reminders, one mail for each person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sme_review.models import Assignment, Ballot, ConflictDeclaration, Panel, Panelist, Rating, Round


@dataclass(frozen=True)
class Waiting:
    """A panelist who has not finished: how many certifications they are asked for now, and how many are left."""

    panelist: Panelist
    total: int
    left: int

    @property
    def last_mailed(self) -> datetime | None:
        """When the last mail went to them: the invitation, or a reminder."""
        mails = [at for at in (self.panelist.invited_at, self.panelist.reminded_at) if at]
        return max(mails, default=None)

    @property
    def due_date_before(self) -> date | None:
        """The due date that their last mail gave, where the panel has another one now."""
        mailed = self.panelist.due_date_mailed
        return None if mailed == self.panelist.panel.due_date else mailed

    @property
    def address(self) -> str:
        """The address in small letters, by which one person is known on several panels."""
        return self.panelist.email.lower()


def panels_taking_ratings() -> QuerySet[Panel]:
    """Panels with a round that is open now and rated at one's own pace; a live session needs no reminder.

    Adds opened_at, when the round opened.
    """
    open_rounds = Round.objects.open_now().filter(mode=Round.Mode.TOGETHER)
    opened_at = open_rounds.filter(panel=OuterRef("pk")).values("opened_at")[:1]
    return (
        Panel.objects.filter(put_away_at=None, pk__in=open_rounds.values("panel"))
        .annotate(opened_at=Subquery(opened_at))
        .select_related("program", "created_by")
    )


def waiting_on(panels: Iterable[Panel]) -> list[Waiting]:
    """Everybody on these panels who was invited and has something left to submit, by name."""
    by_key = {panel.pk: panel for panel in panels}
    ballots = Ballot.objects.open_now().filter(round__panel__in=by_key, round__mode=Round.Mode.TOGETHER)
    open_entries: dict[int, dict[int, int]] = {}
    for panel, entry, round_pk in ballots.values_list("round__panel_id", "panel_certification_id", "round_id"):
        open_entries.setdefault(panel, {})[entry] = round_pk
    of_panels = {"panelist__panel__in": by_key}
    pair = ("panelist_id", "panel_certification_id")
    assigned = set(Assignment.objects.filter(**of_panels).values_list(*pair))
    recused = set(ConflictDeclaration.objects.filter(**of_panels).values_list(*pair))
    rated = set(Rating.objects.filter(**of_panels, state__in=Rating.COUNTED).values_list(*pair, "round_id"))
    waiting = []
    for person in Panelist.objects.filter(panel__in=by_key, withdrawn_at=None, invited_at__isnull=False):
        person.panel = by_key[person.panel_id]
        everything = person.panel.assignment == Panel.Assignment.EVERYONE
        entries = {
            entry: round_pk
            for entry, round_pk in open_entries.get(person.panel_id, {}).items()
            if (everything or (person.pk, entry) in assigned) and (person.pk, entry) not in recused
        }
        left = sum((person.pk, entry, round_pk) not in rated for entry, round_pk in entries.items())
        if left:
            waiting.append(Waiting(person, len(entries), left))
    return waiting


def conflicts_of(panel: Panel) -> QuerySet[ConflictDeclaration]:
    """Who steps back from what, and why; for staff. By certification, then by name."""
    return (
        ConflictDeclaration.objects.filter(panelist__panel=panel)
        .select_related("panelist", "panel_certification__certification")
        .order_by("panel_certification__position", "panelist__name")
    )


def withdrawn_of(panel: Panel) -> QuerySet[Panelist]:
    """Those who were taken off, with who did it, who took their place, and rating_count, the ratings that no longer
    count.
    """
    return (
        Panelist.objects.filter(panel=panel, withdrawn_at__isnull=False)
        .select_related("withdrawn_by", "replaced_by")
        .annotate(rating_count=Count("ratings", filter=Q(ratings__state__in=Rating.COUNTED)))
        .order_by("-withdrawn_at")
    )
