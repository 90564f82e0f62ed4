"""A closed round's numbers. While a certification is open its values leave the database for nobody but their own
rater.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from django.db.models import Min

from accounts.models import User
from core.problems import Problem
from sme_review import figures
from sme_review.enums import Reading
from sme_review.figures.suggested_reading import Suggested, Thresholds, suggest, why_withheld
from sme_review.models import (
    Assignment,
    Ballot,
    ConflictDeclaration,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
)
from sme_review.selectors.ballots import closed_by_round, concluding, final_ballots
from sme_review.selectors.question_results import (
    EMPLOYER,
    POSTSECONDARY,
    PROPORTION,
    QUESTIONS,
    Question,
    QuestionResult,
    figures_of,
    values_of,
)

_ROUNDS_TO_COMPARE = 2
_NOTHING_CLOSED = "No round is closed yet. The results show when one is."


@dataclass(frozen=True)
class CertificationResult:
    """Everything a round says about one certification; comments carry no names."""

    entry: PanelCertification
    questions: list[QuestionResult]
    comments: list[tuple[str, list[str]]]
    suggested: Suggested
    withheld: str
    raters: int

    @property
    def reading(self) -> Reading:
        """The suggested reading."""
        return self.suggested.reading


def thresholds_of(panel: Panel) -> Thresholds:
    """The panel's own rules."""
    return Thresholds(**{one.name: getattr(panel, one.name) for one in fields(Thresholds)})


@dataclass(frozen=True)
class PanelResults:
    """The results of each round, and what the panel concluded: the last closed round of each certification."""

    final: list[CertificationResult]
    by_round: dict[int, list[CertificationResult]]

    @property
    def changes(self) -> dict[tuple[int, str], figures.Change]:
        """(Primary key of PanelCertification, key of the question) -> what changed from the first round to the last."""
        numbers = sorted(self.by_round)
        if len(numbers) < _ROUNDS_TO_COMPARE:
            return {}
        return changes_between(self.by_round[numbers[0]], self.by_round[numbers[-1]])


def all_results(panel: Panel, *, viewer: User | Panelist) -> PanelResults:
    """The results of every round at once, in the same number of queries whatever the size.

    Args:
        viewer: whose eyes they are for; `Rating.objects.visible_to` says what may be seen.

    Raises:
        Problem: nothing is closed yet; until then only counts are shown.
    """
    closed = closed_by_round(panel)
    if not closed:
        raise Problem(_NOTHING_CLOSED)
    invited, ratings = _Invited.of(panel), _visible_ratings(panel, viewer)
    entries = _entries(panel)
    return PanelResults(
        final=_results(panel, entries, concluding(closed.values()), invited, ratings),
        by_round={number: _results(panel, entries, ballots, invited, ratings) for number, ballots in closed.items()},
    )


def results_by_entry(panel: Panel, *, viewer: User) -> dict[int, CertificationResult]:
    """Primary key of PanelCertification -> what the panel concluded; those never opened or never rated are left out."""
    ballots = final_ballots(panel)
    if not ballots:
        return {}
    results = _results(panel, _entries(panel), ballots, _Invited.of(panel), _visible_ratings(panel, viewer))
    return {result.entry.pk: result for result in results if result.raters}


def _entries(panel: Panel) -> list[PanelCertification]:
    entries = PanelCertification.objects.filter(panel=panel).select_related("certification__entity")
    return list(entries.order_by("position", "id"))


def _visible_ratings(panel: Panel, viewer: User | Panelist) -> list[Rating]:
    """The counted ratings whose values the viewer may see."""
    ratings = Rating.objects.visible_to(viewer).counted().filter(round__panel=panel).select_related("panelist")
    return list(ratings.order_by("panel_certification_id", "submitted_at", "id"))


def _results(
    panel: Panel,
    entries: Sequence[PanelCertification],
    ballots: Mapping[int, Ballot],
    invited: "_Invited",
    ratings: Iterable[Rating],
) -> list[CertificationResult]:
    """One result for each certification that has a ballot, of the ratings in the round that its ballot names."""
    by_entry = defaultdict(list)
    for rating in ratings:
        ballot = ballots.get(rating.panel_certification_id)
        if ballot is not None and ballot.round_id == rating.round_id:
            by_entry[rating.panel_certification_id].append(rating)
    thresholds = thresholds_of(panel)
    return [
        _result(
            entry,
            invited.for_entry(entry, by_entry[entry.pk], ballots[entry.pk]),
            invited.away(entry),
            by_entry[entry.pk],
            thresholds,
        )
        for entry in entries
        if entry.pk in ballots
    ]


@dataclass(frozen=True)
class _Invited:
    """Who was asked to rate what, and who stepped back from it."""

    panelists: list[Any]
    assigned: set[tuple[int, int]] | None
    recused: set[tuple[int, int]]

    @classmethod
    def of(cls, panel: Panel) -> "_Invited":
        pair = ("panelist_id", "panel_certification_id")
        balanced = panel.assignment == Panel.Assignment.BALANCED
        assigned = Assignment.objects.filter(panelist__panel=panel).values_list(*pair)
        return cls(
            panelists=list(
                Panelist.objects.filter(panel=panel, withdrawn_at=None).annotate(first_mailed=Min("links__sent_at"))
            ),
            assigned=set(assigned) if balanced else None,
            recused=set(ConflictDeclaration.objects.filter(panelist__panel=panel).values_list(*pair)),
        )

    def for_entry(self, entry: PanelCertification, ratings: Sequence[Rating], ballot: Ballot) -> list[Panelist]:
        """Those asked for a certification, and those who rated it unasked.

        Who joined after its round was closed was not asked in it.
        """
        took_part = {rating.panelist_id for rating in ratings} | self.away(entry)
        return [
            panelist
            for panelist in self.panelists
            if panelist.pk in took_part or (self._is_assigned(panelist, entry) and not _came_later(panelist, ballot))
        ]

    def _is_assigned(self, panelist: Panelist, entry: PanelCertification) -> bool:
        return self.assigned is None or (panelist.pk, entry.pk) in self.assigned

    def away(self, entry: PanelCertification) -> set[int]:
        """Those who stepped back from a certification."""
        return {panelist for panelist, certification in self.recused if certification == entry.pk}


def _came_later(panelist: Any, ballot: Ballot) -> bool:
    """Whether their first link was mailed when the certification was closed already."""
    first: datetime | None = panelist.first_mailed
    return first is not None and ballot.closed_at is not None and first > ballot.closed_at


def _result(
    entry: PanelCertification,
    panelists: Sequence[Panelist],
    away: set[int],
    ratings: Sequence[Rating],
    thresholds: Thresholds,
) -> CertificationResult:
    raters_by_group = Counter(rating.panelist.group for rating in ratings)
    withheld = why_withheld(raters_by_group, thresholds)
    return CertificationResult(
        entry=entry,
        questions=[
            figures_of(question, ratings, panelists, away, None if withheld else thresholds) for question in QUESTIONS
        ],
        comments=[(question.title, _comments(question, ratings)) for question in QUESTIONS],
        suggested=suggest(
            proportions=values_of(PROPORTION, ratings),
            employer_values=values_of(EMPLOYER, ratings),
            postsecondary_values=values_of(POSTSECONDARY, ratings),
            raters_by_group=raters_by_group,
            thresholds=thresholds,
        ),
        withheld=withheld,
        raters=len(ratings),
    )


def _comments(question: Question, ratings: Iterable[Rating]) -> list[str]:
    """The reasons given, sorted by their words so that their order does not tell who wrote them."""
    return sorted({reason for rating in ratings if (reason := getattr(rating, f"{question.key}_reason").strip())})


@dataclass(frozen=True)
class PanelFigure:
    """One question over all certifications that have enough raters: agreement, and the mean share rating 4 or 5."""

    question: Question
    certifications: int
    alpha: float | None
    endorsement: float | None

    @property
    def grade(self) -> str:
        """The word for the agreement; empty where there is none to be had."""
        return "" if self.alpha is None else str(figures.alpha_grade(self.alpha))


def figures_over_panel(results: Sequence[CertificationResult]) -> list[PanelFigure]:
    """Figures over the whole panel, one for each question.

    Krippendorff's alpha: interval for question 1, ordinal for questions 2 and 3. Certifications below the quorum are
    left
    out, and of the others the questions that too few could judge, so that they do not come back in by another door.
    """
    readable = [result for result in results if not result.withheld]
    panel_figures = []
    for place, question in enumerate(QUESTIONS):
        answered = [result.questions[place] for result in readable if not result.questions[place].too_few]
        level: Literal["interval", "ordinal"] = "interval" if question is PROPORTION else "ordinal"
        panel_figures.append(
            PanelFigure(
                question=question,
                certifications=len(answered),
                alpha=figures.alpha([one.by_rater for one in answered], level=level),
                endorsement=figures.panel_endorsement(one.endorsement for one in answered),
            )
        )
    return panel_figures


def changes_between(
    before: Sequence[CertificationResult], after: Sequence[CertificationResult]
) -> dict[tuple[int, str], figures.Change]:
    """(Primary key of PanelCertification, key of the question) -> what changed; nothing where one round has no
    answers.
    """
    earlier = {(result.entry.pk, one.question.key): one for result in before for one in result.questions}
    changes = {}
    for result in after:
        for one in result.questions:
            place = (result.entry.pk, one.question.key)
            if place in earlier and (change := figures.change_between(earlier[place].by_rater, one.by_rater)):
                changes[place] = change
    return changes
