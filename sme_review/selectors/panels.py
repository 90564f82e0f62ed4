"""Reads of panels, their certifications and panelists, for staff."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from certifications.models import Certification, Program, ProgramCertification, ProgramStandard
from sme_review.enums import StakeholderGroup
from sme_review.models import (
    Assignment,
    Ballot,
    ConflictDeclaration,
    ListingDecision,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Recommendation,
    Round,
)


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
    planned = rounds.filter(state=Round.State.OPEN, opened_at__gt=timezone.now())
    in_latest = {"round__panel": OuterRef("pk"), "round__number": OuterRef("round_number")}
    recusals = _recusals(
        ConflictDeclaration.objects.filter(panelist__panel=OuterRef("pk"), **present),
        OuterRef(OuterRef("round_number")),
    )
    submitted = Rating.objects.counted().filter(**in_latest)
    assigned = Assignment.objects.filter(panelist__panel=OuterRef("pk"), **present)
    asked = Ballot.objects.filter(**in_latest, number=1)
    # Of what the latest round rates; of everything before it has opened anything.
    rated_here = Exists(
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
            asked_count=count_per(asked, "round__panel"),
        )
        .annotate(
            rated_count=count_per(submitted, "round__panel"),
            expected_count=Case(
                When(assignment=Panel.Assignment.BALANCED, asked_count=0, then=F("shared_count")),
                When(
                    assignment=Panel.Assignment.BALANCED,
                    then=count_per(assigned.filter(rated_here), "panelist__panel"),
                ),
                When(asked_count=0, then=F("panelist_count") * F("certification_count")),
                default=F("panelist_count") * F("asked_count"),
            )
            - count_per(recusals, "panelist__panel"),
        )
    )


def _recusals(conflicts: QuerySet[ConflictDeclaration], number: Any) -> QuerySet[ConflictDeclaration]:
    """Those with a certification that the panelist is asked for in the round of this number; stepping back from another
    one is no answer. Before anything was opened all certifications are asked for.
    """
    opened = Ballot.objects.filter(round__panel=OuterRef("panelist__panel"), round__number=number, number=1)
    here = opened.filter(panel_certification=OuterRef("panel_certification"))
    shared_out = Assignment.objects.filter(
        panelist=OuterRef("panelist"), panel_certification=OuterRef("panel_certification")
    )
    return conflicts.filter(
        Q(Exists(here)) | ~Exists(opened),
        Q(panelist__panel__assignment=Panel.Assignment.EVERYONE) | Exists(shared_out),
    )


def count_per(rows: QuerySet, column: str) -> Coalesce:
    """How many rows there are for the outer row, by the column that names it; 0 where there are none."""
    counted = rows.order_by().values(column).annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def certifications_of(panel: Panel) -> QuerySet[PanelCertification]:
    """The certifications under consideration, in order, with their awarding entities and materials."""
    return (
        PanelCertification.objects.filter(panel=panel)
        .select_related("certification__entity")
        .prefetch_related("materials")
    )


def sheet_mark(entry: PanelCertification) -> str:
    """A short text that is another one as soon as what panelists read about it, or its place, is saved otherwise."""
    held = entry.materials.order_by("number").last()
    words = [held.information_sheet, held.blueprint, held.link] if held else []
    return hashlib.sha256(json.dumps([entry.position, *words]).encode()).hexdigest()[:16]


def never_opened(panel: Panel) -> list[PanelCertification]:
    """The panel's certifications that no round has opened."""
    return list(certifications_of(panel).prefetch_related(None).filter(ballots=None))


def with_rating_counts(entries: QuerySet[PanelCertification]) -> QuerySet[PanelCertification]:
    """Adds rating_count: how many panelists have begun or finished rating it."""
    return entries.annotate(
        rating_count=count_per(Rating.objects.filter(panel_certification=OuterRef("pk")), "panel_certification")
    )


def addable_certifications(panel: Panel, *, words: str = "", ticked: Collection[int] = ()) -> QuerySet[Certification]:
    """The catalogue's certifications that are not on the panel yet; those already listed for the program come first.

    Args:
        words: what name, awarding entity or code must contain, each word somewhere.
        ticked: primary keys of those that were chosen already; they stay in sight whatever is searched for.
    """
    matching = Q()
    for word in words.split():
        matching &= Q(pk__in=_matching(word).values("pk"))
    if words.strip():
        matching |= Q(pk__in=ticked)
    found = Certification.objects.exclude(pk__in=panel.certifications.values("certification_id")).filter(
        matching, replaced_by=None
    )
    listed = ProgramCertification.objects.filter(program_id=panel.program_id, certification=OuterRef("pk"))
    return (
        found.select_related("entity")
        .annotate(listed_for_program=count_per(listed, "certification"))
        .order_by("-listed_for_program", "name", "version", "id")
    )


def _matching(word: str) -> QuerySet[Certification]:
    by_name = Certification.objects.filter(name__icontains=word)
    by_code = Certification.objects.filter(code__icontains=word)
    by_entity = Certification.objects.filter(entity__name__icontains=word)
    by_alias = Certification.objects.filter(aliases__alias__icontains=word)
    return (by_name | by_code | by_entity | by_alias).order_by()


def panelists_of(user: User, panel: Panel) -> QuerySet[Any]:
    """A panel's panelists with how far each has come in the latest round; those taken off are left out.

    Adds: begun_count (ratings of any state), submitted_count, conflict_count, assigned_count, and of the certifications
    that the latest round rates (all of them before there is one) asked_count, for how many
    they are asked, and recused_count, from how many of these they step back.
    """
    held = Round.objects.filter(panel=panel).annotate(rated=_rated()).order_by("-number").first()
    here = (held and held.rated) or panel.certifications.values_list("pk", flat=True)
    ratings = Rating.objects.filter(panelist=OuterRef("pk"), round=held)
    conflicts = ConflictDeclaration.objects.filter(panelist=OuterRef("pk"))
    return (
        Panelist.objects.visible_to(user)
        .filter(panel=panel, withdrawn_at=None)
        .annotate(
            begun_count=count_per(ratings, "panelist"),
            submitted_count=count_per(ratings.counted(), "panelist"),
            conflict_count=count_per(conflicts, "panelist"),
            recused_count=count_per(_recusals(conflicts, held.number if held else 1), "panelist"),
            assigned_count=count_per(Assignment.objects.filter(panelist=OuterRef("pk")), "panelist"),
        )
        .annotate(asked_count=_asked_count(panel, here))
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


def _asked_count(panel: Panel, here: Any) -> Any:
    """Of how many of these certifications each panelist is asked: what is assigned, or all."""
    if panel.assignment == Panel.Assignment.BALANCED:
        return count_per(Assignment.objects.filter(panelist=OuterRef("pk"), panel_certification__in=here), "panelist")
    return Value(len(here))


def standards_of(panel: Panel) -> QuerySet[ProgramStandard]:
    """The program's standards in the panel's version, in order."""
    return ProgramStandard.objects.filter(program_id=panel.program_id, version=panel.standards_version).order_by(
        "position", "code"
    )


def standards_versions(program: Program | None = None) -> list[str]:
    """The versions of standards that exist, the latest name first; of one program where it is given."""
    standards = ProgramStandard.objects.all() if program is None else ProgramStandard.objects.filter(program=program)
    return sorted(standards.order_by().values_list("version", flat=True).distinct(), reverse=True)


def programs() -> QuerySet[Program]:
    """All programs by CIP code; everybody may know them. Adds has_standards, in any version."""
    standards = ProgramStandard.objects.filter(program=OuterRef("pk"))
    return Program.objects.annotate(has_standards=Exists(standards)).order_by("cip_code")


def program_of(key: str) -> Program | None:
    """The program that an address names by its primary key; None for anything else."""
    return programs().filter(pk=key).first() if re.fullmatch(r"[0-9]{1,9}", key) else None


def why_not_open(panel: Panel, entries: Sequence[PanelCertification] | None = None) -> list[str]:
    """What stands in the way of opening the next round, each in a sentence; empty when nothing does.

    Args:
        entries: the certifications that it would rate; all of the panel where it is not given.
    """
    missing = ["This panel is put away, so nothing can be opened on it."] if panel.put_away_at else []
    if entries is None:
        entries = list(certifications_of(panel))
    if not entries:
        missing.append("Add at least one certification.")
    missing += [
        f"Write the information sheet of {entry}: panelists rate by it."
        for entry in entries
        if entry.material is None or not entry.material.information_sheet.strip()
    ]
    if not standards_of(panel).exists():
        missing.append(
            f"{panel.program} has no standards in the version “{panel.standards_version}”. Choose another version."
        )
    if not Panelist.objects.filter(panel=panel, withdrawn_at=None).exists():
        missing.append("Add at least one panelist.")
    elif panel.assignment == Panel.Assignment.BALANCED and not _asked_for(panel, entries).exists():
        missing.append(
            "Share out the certifications, or let everyone rate every one."
            if panel.state == Panel.State.DRAFT
            else "Nobody who is still on the panel is asked to rate these certifications. Choose others."
        )
    return missing


def why_not_put_away(panel: Panel) -> str:
    """Why a panel cannot be put away now; empty when it can."""
    if Round.objects.filter(panel=panel, state=Round.State.OPEN).exists():
        return "Close the round first: panelists are still rating."
    if panel.state == Panel.State.RECOMMENDED:
        return (
            "This panel cannot be put away now: its recommendation waits for the approvers. It can be when everything is "
            "decided and released, or when an approver has sent the recommendation back."
        )
    return ""


def _asked_for(panel: Panel, entries: Sequence[PanelCertification]) -> QuerySet[Assignment]:
    """Who is asked for which of these, of those who are still on the panel."""
    return Assignment.objects.filter(
        panelist__panel=panel, panelist__withdrawn_at=None, panel_certification__in=[entry.pk for entry in entries]
    )


def opening_warnings(panel: Panel, entries: Sequence[PanelCertification] | None = None) -> list[str]:
    """What will keep the numbers from being read, though the round may open: too few people, or a group left out.

    Args:
        entries: what a second round may rate; then it is told, too, how many have left since the first, and nobody is
            named.
    """
    by_group = dict.fromkeys(StakeholderGroup.values, 0)
    for group in Panelist.objects.filter(panel=panel, withdrawn_at=None).values_list("group", flat=True):
        by_group[group] += 1
    warnings = []
    total = sum(by_group.values())
    if total < panel.quorum:
        people = "1 panelist is" if total == 1 else f"{total} panelists are"
        warnings.append(
            f"The quorum is {panel.quorum} raters and {people} on the panel, so no reading will be suggested."
        )
    warnings += [
        f"{group.label}: {by_group[group]} on the panel, at least {panel.minimum_per_group} needed."
        for group in StakeholderGroup
        if by_group[group] < panel.minimum_per_group
    ]
    if total >= panel.quorum:
        warnings += _asked_of_few(panel, entries)
    return warnings + _idle(panel, entries) + ([] if entries is None else _gone(panel))


def _asked_of_few(panel: Panel, entries: Sequence[PanelCertification] | None) -> list[str]:
    """What so few are asked for that no reading can come of it; in a second round that stands at each certification."""
    if panel.assignment == Panel.Assignment.EVERYONE or entries is not None:
        return []
    here = list(certifications_of(panel))
    asked = Counter(_asked_for(panel, here).values_list("panel_certification_id", flat=True))
    few = [f"{entry} ({asked[entry.pk]})" for entry in here if asked[entry.pk] < panel.quorum]
    if not few:
        return []
    return [
        f"With a quorum of {panel.quorum} raters, no reading will be suggested where fewer are asked: {', '.join(few)}."
    ]


def _idle(panel: Panel, entries: Sequence[PanelCertification] | None) -> list[str]:
    """Those who would be asked for nothing where certifications are shared out."""
    if panel.assignment == Panel.Assignment.EVERYONE:
        return []
    asked = _asked_for(panel, list(certifications_of(panel)) if entries is None else entries)
    idle = Panelist.objects.filter(panel=panel, withdrawn_at=None).exclude(pk__in=asked.values("panelist"))
    if entries is None:
        return [f"{person.name} is asked for no certification." for person in idle]
    return [f"{_people(len(idle))} asked for none of the certifications."] if idle else []


def _gone(panel: Panel) -> list[str]:
    """How many were taken off, and have nobody in their place; no names, since numbers of round 1 stand beside."""
    gone = Panelist.objects.filter(panel=panel, withdrawn_at__isnull=False, replaced_by=None).count()
    off = (
        "taken off the panel and not replaced. Once the round is open or planned, you can put somebody in their place."
    )
    return [f"{_people(gone)} {off}"] if gone else []


def _people(count: int) -> str:
    return "1 panelist is" if count == 1 else f"{count} panelists are"


def asked_of(panelist: Panelist) -> int:
    """How many certifications a panelist is asked to rate (see `asked_entries`)."""
    return asked_entries(panelist).count()


def asked_entries(panelist: Panelist) -> QuerySet[PanelCertification]:
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


def recommendations_of(panel: Panel) -> QuerySet[Recommendation]:
    """The panel's recommendations in order, with their certifications."""
    return Recommendation.objects.filter(panel=panel).select_related("panel_certification__certification__entity")


def current_decisions(panel: Panel) -> dict[int, ListingDecision]:
    """Primary key of Recommendation -> the decision that stands, released or not."""
    decisions = ListingDecision.objects.filter(
        recommendation__panel=panel, superseded_at=None, undone_at=None
    ).select_related("decided_by", "recommendation__panel_certification__certification")
    return {decision.recommendation_id: decision for decision in decisions}


def present_listings(panel: Panel) -> QuerySet[ProgramCertification]:
    """The catalogue's listings of the panel's program, as the approver sees them beside the packet."""
    return (
        ProgramCertification.objects.filter(program_id=panel.program_id)
        .select_related("certification__entity")
        .order_by("certification__name", "-first_school_year")
    )
