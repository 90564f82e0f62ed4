"""A closed round's numbers. While a certification is open its values leave the database for nobody but their own rater."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from accounts.models import User
from octe_certs.problems import Problem
from sme_review import statistics
from sme_review.enums import Reading, StakeholderGroup
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
from sme_review.readings import Suggested, Thresholds, suggest, why_withheld
from sme_review.selectors.ballots import closed_ballots, final_ballots

_BANDS = ((0, 29), (30, 49), (50, 69), (70, 100))
_VALUES = range(1, 6)


@dataclass(frozen=True)
class Question:
    """One of the procedure's three questions (identification step 1.3)."""

    key: str
    title: str
    low: int
    high: int


PROPORTION = Question("proportion", "Share of the technical standards (0 to 100 percent)", 0, 100)
EMPLOYER = Question("employer", "Value to employers (1 to 5)", 1, 5)
POSTSECONDARY = Question("postsecondary", "Value to postsecondary programs (1 to 5)", 1, 5)
QUESTIONS = (PROPORTION, EMPLOYER, POSTSECONDARY)


@dataclass(frozen=True)
class GroupCount:
    """One stakeholder group's part in a question. Invited = answered + cannot judge + recused + missing."""

    label: str
    invited: int
    answered: int
    cannot_judge: int
    recused: int
    median: float | None

    @property
    def missing(self) -> int:
        """Invited, and neither answered nor stepped back."""
        return self.invited - self.answered - self.cannot_judge - self.recused


@dataclass(frozen=True)
class QuestionResult:
    """The numbers of one question on one certification; endorsement and kappa are None below the quorum."""

    question: Question
    groups: list[GroupCount]
    summary: statistics.Summary | None
    distribution: list[tuple[str, int]]
    endorsement: float | None
    kappa: float | None
    disagreement: bool

    @property
    def total(self) -> GroupCount:
        """All groups together."""
        return GroupCount(
            label="All",
            invited=sum(group.invited for group in self.groups),
            answered=sum(group.answered for group in self.groups),
            cannot_judge=sum(group.cannot_judge for group in self.groups),
            recused=sum(group.recused for group in self.groups),
            median=self.summary.median if self.summary else None,
        )


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
    return Thresholds(**{field.name: getattr(panel, field.name) for field in fields(Thresholds)})


def results_of(panel: Panel, *, viewer: User | Panelist, held: Round | None = None) -> list[CertificationResult]:
    """The results of a round, or what the panel concluded: one for each closed certification in the panel's order.

    The same number of queries whatever the size.

    Args:
        viewer: whose eyes they are for; `Rating.objects.visible_to` says what may be seen.
        held: the round; None for the last closed round of each certification.

    Raises:
        Problem: nothing is closed yet; until then only counts are shown.
    """
    ballots = final_ballots(panel) if held is None else closed_ballots(held)
    if not ballots:
        raise Problem("The round is still open. The results show when it is closed.")
    invited = _Invited.of(panel)
    entries = PanelCertification.objects.filter(panel=panel, pk__in=ballots).select_related("certification__entity")
    ratings = _ratings_by_entry(panel, viewer, ballots)
    thresholds = thresholds_of(panel)
    return [
        _result(entry, invited.for_entry(entry, ratings[entry.pk]), invited.away(entry), ratings[entry.pk], thresholds)
        for entry in entries.order_by("position", "id")
    ]


def _ratings_by_entry(
    panel: Panel, viewer: User | Panelist, ballots: Mapping[int, Ballot]
) -> defaultdict[int, list[Rating]]:
    """Primary key of PanelCertification -> the visible, counted ratings of the round that its ballot names."""
    found = defaultdict(list)
    ratings = (
        Rating.objects.visible_to(viewer)
        .counted()
        .filter(round__panel=panel)
        .select_related("panelist")
        .order_by("panel_certification_id", "submitted_at", "id")
    )
    for rating in ratings:
        ballot = ballots.get(rating.panel_certification_id)
        if ballot is not None and ballot.round_id == rating.round_id:
            found[rating.panel_certification_id].append(rating)
    return found


@dataclass(frozen=True)
class _Invited:
    """Who was asked to rate what, and who stepped back from it."""

    panelists: list[Panelist]
    assigned: set[tuple[int, int]] | None
    recused: set[tuple[int, int]]

    @classmethod
    def of(cls, panel: Panel) -> "_Invited":
        pair = ("panelist_id", "panel_certification_id")
        balanced = panel.assignment == Panel.Assignment.BALANCED
        assigned = Assignment.objects.filter(panelist__panel=panel).values_list(*pair)
        return cls(
            panelists=list(Panelist.objects.filter(panel=panel, withdrawn_at=None)),
            assigned=set(assigned) if balanced else None,
            recused=set(ConflictDeclaration.objects.filter(panelist__panel=panel).values_list(*pair)),
        )

    def for_entry(self, entry: PanelCertification, ratings: Sequence[Rating]) -> list[Panelist]:
        """Those asked for a certification, and those who rated it unasked."""
        if self.assigned is None:
            return self.panelists
        rated = {rating.panelist_id for rating in ratings}
        return [
            panelist
            for panelist in self.panelists
            if (panelist.pk, entry.pk) in self.assigned
            or panelist.pk in rated
            or (panelist.pk, entry.pk) in self.recused
        ]

    def away(self, entry: PanelCertification) -> set[int]:
        """Those who stepped back from a certification."""
        return {panelist for panelist, certification in self.recused if certification == entry.pk}


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
        questions=[_question(question, ratings, panelists, away, readable=not withheld) for question in QUESTIONS],
        comments=[(question.title, _comments(question, ratings)) for question in QUESTIONS],
        suggested=suggest(
            proportions=_values(PROPORTION, ratings),
            employer_values=_values(EMPLOYER, ratings),
            postsecondary_values=_values(POSTSECONDARY, ratings),
            raters_by_group=raters_by_group,
            thresholds=thresholds,
        ),
        withheld=withheld,
        raters=len(ratings),
    )


def _value(question: Question, rating: Rating) -> int | None:
    if question is PROPORTION:
        return rating.proportion
    return rating.employer_value if question is EMPLOYER else rating.postsecondary_value


def _values(question: Question, ratings: Iterable[Rating]) -> list[int]:
    return [value for rating in ratings if (value := _value(question, rating)) is not None]


def _question(
    question: Question, ratings: Sequence[Rating], panelists: Sequence[Panelist], away: set[int], *, readable: bool
) -> QuestionResult:
    values = _values(question, ratings)
    on_five = question is not PROPORTION
    share = statistics.endorsement_share(values) if on_five and readable else None
    endorsing = statistics.endorsing_count(values)
    disagrees = statistics.values_disagree if on_five else statistics.proportions_disagree
    return QuestionResult(
        question=question,
        groups=[_group(group, question, ratings, panelists, away) for group in StakeholderGroup],
        summary=statistics.summarise(values),
        distribution=_distribution(question, values),
        endorsement=share,
        kappa=statistics.modified_kappa(endorsing, len(values)) if share is not None else None,
        disagreement=disagrees(values),
    )


def _group(
    group: StakeholderGroup,
    question: Question,
    ratings: Sequence[Rating],
    panelists: Sequence[Panelist],
    away: set[int],
) -> GroupCount:
    own = [rating for rating in ratings if rating.panelist.group == group]
    values = _values(question, own)
    members = [panelist.pk for panelist in panelists if panelist.group == group]
    return GroupCount(
        label=group.label,
        invited=len(members),
        answered=len(values),
        cannot_judge=len(own) - len(values),
        recused=len(away.intersection(members)),
        median=statistics.middle(values),
    )


def _distribution(question: Question, values: Sequence[int]) -> list[tuple[str, int]]:
    if question is PROPORTION:
        return [(f"{low}-{high}", sum(low <= value <= high for value in values)) for low, high in _BANDS]
    choices = Rating.EmployerValue if question is EMPLOYER else Rating.PostsecondaryValue
    counts = Counter(values)
    return [(f"{value} {choices(value).label}", counts[value]) for value in _VALUES]


def _comments(question: Question, ratings: Iterable[Rating]) -> list[str]:
    """The reasons given, sorted by their words so that their order does not tell who wrote them."""
    return sorted({reason for rating in ratings if (reason := getattr(rating, f"{question.key}_reason").strip())})
