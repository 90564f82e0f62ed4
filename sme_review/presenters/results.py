"""A panel's results as its pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sme_review.enums import Reading
from sme_review.figures import Change
from sme_review.selectors.question_results import QuestionResult
from sme_review.selectors.results import CertificationResult

READING_TONES = {
    Reading.RECOMMEND: "green",
    Reading.DISCUSS: "amber",
    Reading.DO_NOT_RECOMMEND: "red",
    Reading.WITHHELD: "gray",
}


@dataclass(frozen=True)
class Spread:
    """What the picture of a spread needs."""

    low: float
    high: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


@dataclass(frozen=True)
class QuestionCard:
    """One question's numbers, ready for the page."""

    result: QuestionResult
    spread: Spread | None
    change: Change | None = None

    @property
    def label(self) -> str:
        """What the picture shows."""
        return self.result.question.title


@dataclass(frozen=True)
class CertificationCard:
    """One certification's numbers, ready for the page."""

    result: CertificationResult
    questions: list[QuestionCard]
    tone: str


def show_results(
    results: list[CertificationResult], changes: Mapping[tuple[int, str], Change] | None = None
) -> list[CertificationCard]:
    """The results with their pictures, and with what changed between rounds where that is to be shown."""
    return [
        CertificationCard(
            result=result,
            questions=[
                QuestionCard(question, _spread(question), (changes or {}).get((result.entry.pk, question.question.key)))
                for question in result.questions
            ],
            tone=READING_TONES[result.reading],
        )
        for result in results
    ]


def _spread(result: QuestionResult) -> Spread | None:
    summary = result.summary
    if summary is None:
        return None
    return Spread(
        low=float(result.question.low),
        high=float(result.question.high),
        minimum=summary.minimum,
        q1=summary.q1,
        median=summary.median,
        q3=summary.q3,
        maximum=summary.maximum,
    )
