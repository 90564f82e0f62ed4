"""Reads of panels, their certifications and panelists, for staff."""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

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


def panels_visible_to(user: User) -> QuerySet[Panel]:
    """The panels a person may see, each with its program and who sent its recommendation."""
    return Panel.objects.visible_to(user).select_related("program", "sent_by")


def with_progress(panels: QuerySet[Panel]) -> QuerySet[Panel]:
    """Adds to each panel: panelist_count, certification_count, shared_count, round_number, rated_count, expected_count,
    and planned_for, when its round opens that is only planned (else None).

    The latest round counts: rated_count is its submitted ratings, expected_count what it asks for without what somebody
    steps back from.
    """
    present = {"panelist__withdrawn_at": None}
    rounds = Round.objects.filter(panel=OuterRef("pk")).order_by("-number")
    planned = rounds.planned()
    in_latest = {"round__panel": OuterRef("pk"), "round__number": OuterRef("round_number")}
    recusals = _recusals(
        ConflictDeclaration.objects.filter(panelist__panel=OuterRef("pk"), **present),
        OuterRef(OuterRef("round_number")),
    )
    submitted = Rating.objects.counted().filter(**in_latest)
    assigned = Assignment.objects.filter(panelist__panel=OuterRef("pk"), **present)
    opened = Ballot.objects.filter(**in_latest, number=1)
    # Of what the latest round rates; of everything before it has opened anything.
    in_latest_round = Exists(
        Ballot.objects.filter(
            panel_certification=OuterRef("panel_certification"), round__number=OuterRef(OuterRef("round_number"))
        )
    )
    return (
        panels.annotate(
            round_number=Coalesce(Subquery(rounds.values("number")[:1]), 1),
            planned_for=Subquery(planned.values("opened_at")[:1]),
        )
        .annotate(
            panelist_count=count_per(Panelist.objects.filter(panel=OuterRef("pk"), withdrawn_at=None), "panel"),
            certification_count=count_per(PanelCertification.objects.filter(panel=OuterRef("pk")), "panel"),
            shared_count=count_per(assigned, "panelist__panel"),
            opened_count=count_per(opened, "round__panel"),
        )
        .annotate(
            rated_count=count_per(submitted, "round__panel"),
            expected_count=Case(
                When(assignment=Panel.Assignment.BALANCED, opened_count=0, then=F("shared_count")),
                When(
                    assignment=Panel.Assignment.BALANCED,
                    then=count_per(assigned.filter(in_latest_round), "panelist__panel"),
                ),
                When(opened_count=0, then=F("panelist_count") * F("certification_count")),
                default=F("panelist_count") * F("opened_count"),
            )
            - count_per(recusals, "panelist__panel"),
        )
    )


def _recusals(conflicts: QuerySet[ConflictDeclaration], number: Any) -> QuerySet[ConflictDeclaration]:
    """Those with a certification that the panelist is asked for in the round of this number; stepping back from another
    one is no answer. Before anything was opened all certifications are asked for.
    """
    opened = Ballot.objects.filter(round__panel=OuterRef("panelist__panel"), round__number=number, number=1)
    of_entry = opened.filter(panel_certification=OuterRef("panel_certification"))
    shared_out = Assignment.objects.filter(
        panelist=OuterRef("panelist"), panel_certification=OuterRef("panel_certification")
    )
    return conflicts.filter(
        Q(Exists(of_entry)) | ~Exists(opened),
        Q(panelist__panel__assignment=Panel.Assignment.EVERYONE) | Exists(shared_out),
    )
