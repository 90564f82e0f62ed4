"""The figures of one question on one certification, worked out from the ratings that may be seen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sme_review import figures
from sme_review.enums import StakeholderGroup
from sme_review.figures.suggested_reading import Thresholds
from sme_review.models import Panelist, Rating

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
    """One stakeholder group's part in a question. Invited = answered + cannot judge + recused + missing.

    The median is None where so few of the group answered that it would tell who answered what.
    """

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
class Support:
    """How many rate 4 or 5, and what that is worth. `needed` is percent; `beyond_chance` is raters, None under five."""

    endorsing: int
    raters: int
    share: float
    needed: int
    kappa: float
    grade: figures.KappaGrade
    ratio: float
    beyond_chance: int | None

    @property
    def is_enough(self) -> bool:
        """Whether the share reaches what this many raters need."""
        return figures.reaches(self.share, self.needed)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether coin tosses would give as many at most one time in twenty."""
        return self.beyond_chance is not None and self.endorsing >= self.beyond_chance


@dataclass(frozen=True)
class QuestionResult:
    """The numbers of one question on one certification.

    `split` says whether the panel is in two camps; `disagreement` says it for reading, and is None below the quorum and
    where fewer than three could judge.
    Support is None below the quorum, for question 1, and where fewer than three could judge: who cannot judge has rated
    the certification and not this question. `too_few` says so.
    `by_rater` (primary key of Panelist -> rating) is for figures over rounds and certifications; it is never shown.
    """

    question: Question
    groups: list[GroupCount]
    summary: figures.Summary | None
    distribution: list[tuple[str, int]]
    support: Support | None
    split: bool
    disagreement: bool | None
    by_rater: Mapping[int, int] = field(repr=False)

    @property
    def too_few(self) -> bool:
        """Whether fewer people judged it than any share or reading rests on."""
        return len(self.by_rater) < figures.FEWEST_JUDGES

    @property
    def endorsement(self) -> float | None:
        """The share rating 4 or 5 (I-CVI); None where the support is."""
        return self.support.share if self.support else None

    @property
    def kappa(self) -> float | None:
        """The modified kappa; None where the share is."""
        return self.support.kappa if self.support else None

    @property
    def ceiling(self) -> float:
        """The largest spread around the median that counts as agreement."""
        return figures.deviation_ceiling(self.question.low, self.question.high)

    @property
    def lies_close(self) -> bool:
        """Whether the answers lie close around their median."""
        return self.summary is not None and self.summary.deviation <= self.ceiling

    @property
    def bands(self) -> list[figures.BandCount]:
        """For question 1 how many say weak, partial, moderate, strong; empty for the others."""
        return figures.share_in_bands(list(self.by_rater.values())) if self.question is PROPORTION else []

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


def _value(question: Question, rating: Rating) -> int | None:
    if question is PROPORTION:
        return rating.proportion
    return rating.employer_value if question is EMPLOYER else rating.postsecondary_value


def values_of(question: Question, ratings: Iterable[Rating]) -> list[int]:
    return [value for rating in ratings if (value := _value(question, rating)) is not None]


def figures_of(
    question: Question,
    ratings: Sequence[Rating],
    panelists: Sequence[Panelist],
    away: set[int],
    thresholds: Thresholds | None,
) -> QuestionResult:
    """One question's numbers; without thresholds its support and disagreement are withheld."""
    values = values_of(question, ratings)
    on_five = question is not PROPORTION
    split = (figures.values_disagree if on_five else figures.proportions_disagree)(values)
    return QuestionResult(
        question=question,
        groups=[_group(group, question, ratings, panelists, away) for group in StakeholderGroup],
        summary=figures.summarize(values),
        distribution=_distribution(question, values),
        support=_support(values, thresholds) if on_five and thresholds else None,
        split=split,
        disagreement=split if thresholds and len(values) >= figures.FEWEST_JUDGES else None,
        by_rater={rating.panelist_id: value for rating in ratings if (value := _value(question, rating)) is not None},
    )


def _support(values: Sequence[int], thresholds: Thresholds) -> Support | None:
    endorsing, raters = figures.endorsing_count(values), len(values)
    share, ratio = figures.endorsement_share(values), figures.content_validity_ratio(endorsing, raters)
    if share is None or ratio is None or raters < figures.FEWEST_JUDGES:
        return None
    kappa = figures.modified_kappa(endorsing, raters)
    return Support(
        endorsing=endorsing,
        raters=raters,
        share=share,
        needed=figures.endorsement_needed(
            raters,
            to_5=thresholds.endorsement_to_5,
            to_8=thresholds.endorsement_to_8,
            from_9=thresholds.endorsement_from_9,
        ),
        kappa=kappa,
        grade=figures.kappa_grade(kappa),
        ratio=ratio,
        beyond_chance=figures.endorsing_beyond_chance(raters),
    )


def _group(
    group: StakeholderGroup,
    question: Question,
    ratings: Sequence[Rating],
    panelists: Sequence[Panelist],
    away: set[int],
) -> GroupCount:
    own = [rating for rating in ratings if rating.panelist.group == group]
    values = values_of(question, own)
    members = [panelist.pk for panelist in panelists if panelist.group == group]
    return GroupCount(
        label=group.label,
        invited=len(members),
        answered=len(values),
        cannot_judge=len(own) - len(values),
        recused=len(away.intersection(members)),
        median=figures.middle_of_group(values),
    )


def _distribution(question: Question, values: Sequence[int]) -> list[tuple[str, int]]:
    if question is PROPORTION:
        counted = figures.share_in_bands(values)
        return [(f"{one.band.low}-{one.band.high} {one.band.name}", one.count) for one in counted]
    choices = Rating.EmployerValue if question is EMPLOYER else Rating.PostsecondaryValue
    counts = Counter(values)
    return [(f"{value} {choices(value).label}", counts[value]) for value in _VALUES]
