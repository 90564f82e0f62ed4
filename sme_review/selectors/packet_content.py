"""What an approver needs to know, gathered into one plain structure: the content of a packet.

No panelist's name, address or organization is ever part of it. Numbers have ten places at most, times are UTC.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from sme_review.enums import Reading, StakeholderGroup, Suggestion
from sme_review.figures import explanations
from sme_review.models import (
    ConflictDeclaration,
    Discussion,
    ListingDecision,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    Recommendation,
    Round,
)
from sme_review.selectors.ballots import final_ballots, rounds_of
from sme_review.selectors.coverage import coverage_of
from sme_review.selectors.decisions import current_decisions
from sme_review.selectors.packet_coverage import coverage_content
from sme_review.selectors.packet_figures import DISSENT_RULE, agreement_content, question_content
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.selectors.panel_rules import views_of_rounds
from sme_review.selectors.recommendations import recommendations_of
from sme_review.selectors.results import CertificationResult, PanelResults, all_results
from sme_review.selectors.standards import standards_of

FORMAT = 1
METHOD = (
    (
        "A panel of secondary educators, postsecondary educators and people from business and industry read the "
        "program's "
        "technical standards and information about each certification."
    ),
    (
        "Each panelist answered three questions on each certification: which share of the standards it "
        "represents (0 to 100 "
        "percent), its value to employers (1 to 5), and its value to postsecondary programs (1 to 5)."
    ),
    "Panelists answered on their own. While a certification was open, nobody saw the answers of others.",
    "“Cannot judge”, conflicts of interest and missing answers are counted and never rated.",
    (
        "The suggested reading follows from the panel's rules below. A consultant wrote the recommendation, and "
        "an approver "
        "of OCTE decides."
    ),
)

Ratings = Mapping[int, Sequence[Rating]]


@dataclass(frozen=True)
class _Gathered:
    """What the parts of the packet are made from; keys are primary keys of PanelCertification."""

    results: PanelResults
    final: Ratings
    rounds: Mapping[int, int]
    conflicts: Mapping[int, Sequence[str]]
    discussions: Mapping[int, str]
    decisions: Mapping[int, ListingDecision]
    materials: Mapping[int, Sequence[dict[str, Any]]]


def packet_content(panel: Panel, *, viewer: User, number: int, frozen_by: User, frozen_at: datetime) -> dict[str, Any]:
    """Everything that is frozen when a recommendation is sent, as JSON allows it.

    Args:
        panel: its rounds are closed and its recommendation is whole.
        viewer: whose eyes the ratings are read with; `Rating.objects.visible_to` says what may be seen.
        number: 1 for the first packet of the panel.
    """
    gathered, rounds = _gather(panel, viewer), rounds_of(panel)
    results = {result.entry.pk: result for result in gathered.results.final}
    return {
        "format": FORMAT,
        "number": number,
        "frozen": {"by": str(frozen_by), "at": _time(frozen_at)},
        "panel": {"title": panel.title, "kind": panel.get_kind_display(), "due": panel.due_date.isoformat()},
        "program": {
            "cip_code": panel.program.cip_code,
            "title": panel.program.title,
            "standards_version": panel.standards_version,
            "standards": standards_of(panel).count(),
        },
        "method": [*METHOD, DISSENT_RULE],
        "rules": _rules(panel, rounds),
        "figures": [asdict(figure) for figure in explanations.ALL],
        "rounds": [
            {
                "number": round_.number,
                "mode": round_.get_mode_display(),
                "opened": _time(round_.opened_at),
                "closed": _time(round_.closed_at),
            }
            for round_ in rounds
        ],
        "recommendation": panel.recommendation_text,
        "participation": _participation(panel, viewer),
        "agreement": agreement_content(gathered.results.final),
        "certifications": [
            _certification(item, results.get(item.panel_certification_id), gathered)
            for item in recommendations_of(panel)
        ],
        "coverage": coverage_content(coverage_of(panel, viewer=viewer)),
    }


def _gather(panel: Panel, viewer: User) -> _Gathered:
    ballots = final_ballots(panel)
    final: defaultdict[int, list[Rating]] = defaultdict(list)
    seen = Rating.objects.visible_to(viewer).counted().filter(round__panel=panel)
    for rating in seen.order_by("submitted_at", "id"):
        ballot = ballots.get(rating.panel_certification_id)
        if ballot is not None and rating.round_id == ballot.round_id:
            final[rating.panel_certification_id].append(rating)
    conflicts: defaultdict[int, list[str]] = defaultdict(list)
    declared = ConflictDeclaration.objects.filter(panelist__panel=panel, panelist__withdrawn_at=None)
    # Sorted here: how a database sorts text depends on its locale.
    for entry, reason in sorted(declared.values_list("panel_certification_id", "reason")):
        conflicts[entry].append(reason)
    discussions = Discussion.objects.filter(panel_certification__panel=panel)
    return _Gathered(
        results=all_results(panel, viewer=viewer) if ballots else PanelResults(final=[], by_round={}),
        final=final,
        rounds={entry: ballot.round.number for entry, ballot in ballots.items()},
        conflicts=conflicts,
        discussions=dict(discussions.values_list("panel_certification_id", "notes")),
        decisions=current_decisions(panel),
        materials={entry.pk: _materials(entry, final[entry.pk]) for entry in certifications_of(panel)},
    )


def _materials(entry: PanelCertification, ratings: Sequence[Rating]) -> list[dict[str, Any]]:
    """The versions that panelists rated by, oldest first, each with how many ratings rest on it."""
    used = Counter(rating.material_id for rating in ratings)
    latest = entry.material
    return [
        {
            "version": version.number,
            "made": _time(version.made_at),
            "ratings": used[version.pk],
            "information_sheet": version.information_sheet,
            "blueprint": version.blueprint,
            "link": version.link,
        }
        for version in entry.materials.all()
        if used[version.pk] or version == latest
    ]


def _rules(panel: Panel, rounds: Sequence[Round]) -> list[dict[str, str]]:
    """The panel's own rules as pairs of a name and its value in words."""
    names = (
        *Panel.COUNTING_RULES,
        *("rounds_planned", "assignment", "worksheet", "panelists_see"),
        *Panel.READING_RULES,
    )
    rules = []
    for name in names:
        field = Panel._meta.get_field(name)
        in_words = getattr(panel, f"get_{name}_display", None)
        words = str(getattr(field, "verbose_name", name))
        value = str(in_words() if in_words else getattr(panel, name))
        if name == "panelists_see":
            value = "; ".join(views_of_rounds(panel, rounds)[: len(rounds) or 1])
        rules.append({"name": words[0].upper() + words[1:], "value": value})
    return rules


def _participation(panel: Panel, viewer: User) -> list[dict[str, Any]]:
    """People by stakeholder group: on the panel, rated at least once in any round, stepped back from at least one."""
    members = Panelist.objects.filter(panel=panel, withdrawn_at=None)
    groups = dict(members.order_by().values_list("pk", "group"))
    rated = set(
        Rating.objects.visible_to(viewer).counted().filter(round__panel=panel).values_list("panelist_id", flat=True)
    )
    away = set(ConflictDeclaration.objects.filter(panelist__in=groups).values_list("panelist_id", flat=True))
    return [
        {
            "group": group.label,
            "invited": len(people),
            "rated": len(people & rated),
            "recused": len(people & away),
            "missing": len(people - rated - away),
        }
        for group in StakeholderGroup
        for people in [{pk for pk, own in groups.items() if own == group}]
    ]


def _certification(item: Recommendation, result: CertificationResult | None, gathered: _Gathered) -> dict[str, Any]:
    """One certification; `result` is None where it was never opened for rating."""
    entry = item.panel_certification
    comments = dict(result.comments) if result else {}
    return {
        "key": entry.pk,
        "name": str(entry),
        "entity": str(entry.certification.entity),
        "code": entry.certification.code,
        "version": entry.certification.version,
        "choice": Suggestion(item.choice).label,
        "note": item.note,
        "reading": Reading(result.reading if result and result.raters else item.reading).label,
        "rule": result.suggested.rule if result and result.raters else item.rule,
        "withheld": result.withheld if result else "",
        "raters": result.raters if result else 0,
        "round": gathered.rounds.get(entry.pk),
        "decided": _decided(gathered.decisions.get(item.pk)),
        "conflicts": list(gathered.conflicts.get(entry.pk, ())),
        "discussion": gathered.discussions.get(entry.pk, ""),
        "materials": list(gathered.materials.get(entry.pk, ())),
        "questions": [
            question_content(
                question,
                comments=comments.get(question.question.title, []),
                ratings=gathered.final.get(entry.pk, ()),
                change=gathered.results.changes.get((entry.pk, question.question.key)),
            )
            for question in (result.questions if result else ())
        ],
    }


def _decided(decision: ListingDecision | None) -> dict[str, str | None] | None:
    """What OCTE has decided and released before this packet was sent."""
    if decision is None or decision.released_at is None or decision.outcome == ListingDecision.Outcome.SENT_BACK:
        return None
    return {"outcome": decision.outcome_words, "reason": decision.reason, "released": _time(decision.released_at)}


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
