"""A panel's panelists, and what each is asked to rate."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import OuterRef, Q, QuerySet, Value

from accounts.models import User
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
from sme_review.selectors.counting import count_per
from sme_review.selectors.panels import _recusals


def panelists_of(user: User, panel: Panel) -> QuerySet[Any]:
    """A panel's panelists with how far each has come in the latest round; those taken off are left out.

    Adds: begun_count (ratings of any state), submitted_count, conflict_count, and of the certifications that the latest
    round rates (all of them before there is one) assigned_count, for how many they are asked, and recused_count, from
    how
    many of these they step back.
    """
    latest = Round.objects.filter(panel=panel).annotate(rated=_rated()).order_by("-number").first()
    entries = (latest and latest.rated) or panel.certifications.values_list("pk", flat=True)
    ratings = Rating.objects.filter(panelist=OuterRef("pk"), round=latest)
    conflicts = ConflictDeclaration.objects.filter(panelist=OuterRef("pk"))
    return (
        Panelist.objects.visible_to(user)
        .filter(panel=panel, withdrawn_at=None)
        .annotate(
            begun_count=count_per(ratings, "panelist"),
            submitted_count=count_per(ratings.counted(), "panelist"),
            conflict_count=count_per(conflicts, "panelist"),
            recused_count=count_per(_recusals(conflicts, latest.number if latest else 1), "panelist"),
        )
        .annotate(assigned_count=_assigned_count(panel, entries))
    )


def people_ever_on(user: User, panel: Panel) -> QuerySet[Panelist]:
    """Everybody who sits or sat on a panel, with who took their place."""
    return Panelist.objects.visible_to(user).filter(panel=panel).select_related("replaced_by")


def taken_addresses(user: User, panel: Panel) -> dict[str, str]:
    """E-mail address in small letters -> why nobody can be added with it."""
    people = Panelist.objects.visible_to(user).filter(panel=panel)
    return {
        email.lower(): "the address of somebody who was taken off this panel"
        if withdrawn_at
        else "already on this panel"
        for email, withdrawn_at in people.values_list("email", "withdrawn_at")
    }


def _rated() -> ArrayAgg:
    """The certifications (primary keys of PanelCertification) that a round rates."""
    return ArrayAgg("ballots__panel_certification", filter=Q(ballots__number=1), default=Value([]))


def _assigned_count(panel: Panel, entries: Any) -> Any:
    """Of how many of these certifications each panelist is asked: what is assigned, or all."""
    if panel.assignment == Panel.Assignment.BALANCED:
        return count_per(
            Assignment.objects.filter(panelist=OuterRef("pk"), panel_certification__in=entries), "panelist"
        )
    return Value(len(entries))


def number_assigned(panelist: Panelist) -> int:
    """How many certifications a panelist is asked to rate (see `assigned_entries`)."""
    return assigned_entries(panelist).count()


def assigned_entries(panelist: Panelist) -> QuerySet[PanelCertification]:
    """What a panelist is asked to rate: of the round that is open or planned, or of all before a round opens.

    Those from which the panelist steps back are left out.
    """
    entries = PanelCertification.objects.filter(panel_id=panelist.panel_id)
    if panelist.panel.assignment == Panel.Assignment.BALANCED:
        entries = entries.filter(assignments__panelist=panelist)
    ballots = Ballot.objects.filter(round__panel_id=panelist.panel_id, closed_at=None)
    if ballots.exists():
        entries = entries.filter(pk__in=ballots.values("panel_certification"))
    return entries.exclude(conflicts__panelist=panelist)
