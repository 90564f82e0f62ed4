"""What a live session shows once it is revealed; nothing leaves this module before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from accounts.models import User
from sme_review import figures
from sme_review.enums import PanelistView
from sme_review.figures import Change, change_between
from sme_review.models import Ballot, Panelist, Rating


@dataclass(frozen=True)
class ScaleQuestion:
    """One of the procedure's three questions: the fields that hold the answer and the reason, and the scale's ends."""

    field: str
    reason: str
    title: str
    low: int
    high: int


SCALE_QUESTIONS = (
    ScaleQuestion("proportion", "proportion_reason", "Share of the technical standards (percent)", 0, 100),
    ScaleQuestion("employer_value", "employer_reason", "Value to employers (1 to 5)", 1, 5),
    ScaleQuestion("postsecondary_value", "postsecondary_reason", "Value to postsecondary programs (1 to 5)", 1, 5),
)


@dataclass(frozen=True)
class Picture:
    """What the picture of a spread needs."""

    low: float
    high: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


@dataclass(frozen=True)
class QuestionSpread:
    """One question's ratings: where they lie, how many could not judge, and what changed since the round before.

    Panelists and a whole room see it, so that with fewer than three ratings there is nothing but the number of those
    who
    cannot judge: one of two could work out what the other answered.
    """

    question: ScaleQuestion
    rated: int
    values: tuple[int, ...]
    cannot_judge: int
    change: Change | None

    @property
    def too_few(self) -> bool:
        """Whether somebody gave a value, and so few did that it is not shown."""
        return 0 < self.rated < figures.FEWEST_REVEALED

    @property
    def summary(self) -> figures.Summary | None:
        """Where the ratings lie; None when nobody gave a value, or too few did."""
        return figures.summarize(self.values)

    @property
    def picture(self) -> Picture | None:
        """The summary as a picture on the question's scale."""
        numbers = self.summary
        if numbers is None:
            return None
        return Picture(
            low=float(self.question.low),
            high=float(self.question.high),
            minimum=numbers.minimum,
            q1=numbers.q1,
            median=numbers.median,
            q3=numbers.q3,
            maximum=numbers.maximum,
        )

    @property
    def bars(self) -> list[tuple[str, int]]:
        """How many gave which answer; shares of the standards in bands."""
        if self.question.high == SCALE_QUESTIONS[0].high:
            shares = figures.share_in_bands(self.values)
            return [(f"{share.band.low} to {share.band.high}", share.count) for share in shares]
        given = Counter(self.values)
        return [(str(value), given[value]) for value in range(self.question.low, self.question.high + 1)]


def spread_of(ballot: Ballot, *, viewer: User | Panelist) -> list[QuestionSpread]:
    """The spread of a certification that was closed and revealed, with the change from the round before.

    Empty before it is revealed, and where the round lets panelists see only their own answers: what is on the screen is
    for panelists too.

    Args:
        ballot: with its round.
        viewer: whose eyes they are for; `Rating.objects.visible_to` decides besides.
    """
    if not ballot.is_revealed or ballot.closed_at is None or ballot.round.panelists_see == PanelistView.OWN:
        return []
    rows = list(
        Rating.objects.visible_to(viewer)
        .counted()
        .filter(
            panel_certification=ballot.panel_certification_id,
            round__panel_id=ballot.round.panel_id,
            round__number__lte=ballot.round.number,
        )
        .values("panelist_id", "proportion", "employer_value", "postsecondary_value", number=F("round__number"))
    )
    return [_question_spread(question, rows, ballot.round.number) for question in SCALE_QUESTIONS]


@dataclass(frozen=True)
class OthersAnswers:
    """What a panelist sees of the others in a round: spread and reasons, as far as that round shows them."""

    spread: list[QuestionSpread] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def others_answers(ballot: Ballot | None, *, viewer: Panelist) -> OthersAnswers:
    """What of a certification is shown by now; empty while it is open.

    Args:
        ballot: its latest opening, with its round; None where it was never opened.
        viewer: whose eyes it is for.
    """
    return (
        OthersAnswers(spread_of(ballot, viewer=viewer), reasons_on(ballot, viewer=viewer))
        if ballot
        else OthersAnswers()
    )


def before(ballot: Ballot | None, *, viewer: Panelist) -> OthersAnswers:
    """The round before, beside which round 2 is rated; empty in round 1.

    Args:
        ballot: an opening of the certification in the round that is rated now, with its round.
        viewer: whose eyes it is for.
    """
    if ballot is None or ballot.round.number == 1:
        return OthersAnswers()
    earlier = (
        Ballot.objects.filter(
            panel_certification=ballot.panel_certification_id,
            round__number__lt=ballot.round.number,
            closed_at__isnull=False,
        )
        .select_related("round")
        .order_by("round__number", "number")
        .last()
    )
    return others_answers(earlier, viewer=viewer)


def _question_spread(question: ScaleQuestion, rows: Sequence[Mapping[str, Any]], number: int) -> QuestionSpread:
    now: dict[int, Any] = {row["panelist_id"]: row[question.field] for row in rows if row["number"] == number}
    before: dict[int, Any] = {row["panelist_id"]: row[question.field] for row in rows if row["number"] == number - 1}
    given = {rater: value for rater, value in now.items() if value is not None}
    earlier = {rater: value for rater, value in before.items() if value is not None}
    has_enough = len(given) >= figures.FEWEST_REVEALED
    return QuestionSpread(
        question=question,
        rated=len(given),
        values=tuple(sorted(given.values())) if has_enough else (),
        cannot_judge=len(now) - len(given),
        change=change_between(earlier, given) if has_enough and len(earlier) >= figures.FEWEST_REVEALED else None,
    )


def reasons_on(ballot: Ballot, *, viewer: Panelist) -> list[str]:
    """The reasons given, without names and sorted by their words; empty unless the round lets panelists read them.

    As with the spread, a question that fewer than three rated tells nothing (ADR 10): the words of one or two would
    tell
    who gave which rating.
    """
    if not ballot.is_revealed or ballot.round.panelists_see != PanelistView.REASONS:
        return []
    rows = list(
        Rating.objects.visible_to(viewer)
        .counted()
        .filter(panel_certification=ballot.panel_certification_id, round_id=ballot.round_id)
        .values(*[name for question in SCALE_QUESTIONS for name in (question.field, question.reason)])
    )
    readable = [
        question
        for question in SCALE_QUESTIONS
        if sum(row[question.field] is not None for row in rows) >= figures.FEWEST_REVEALED
    ]
    return sorted(
        {row[question.reason].strip() for question in readable for row in rows if row[question.reason].strip()}
    )
