"""A packet's certifications as its page and the approver's page show them: the frozen numbers with their pictures."""

from dataclasses import dataclass
from typing import Any

from sme_review.presenters.charts import shade_of
from sme_review.presenters.packets.pictures import cell_of
from sme_review.presenters.packets.text import in_michigan
from sme_review.presenters.results import Spread
from sme_review.selectors.outcomes import Concluded, Outcome

_TONES = {"Recommend": "green", "Discuss": "amber", "Do not recommend": "red"}


@dataclass(frozen=True)
class ShownQuestion:
    """One question's frozen numbers and the picture of their spread."""

    numbers: dict[str, Any]
    spread: Spread | None


@dataclass(frozen=True)
class ShownEntry:
    """One certification of a packet; `held` is its part of the content."""

    held: dict[str, Any]
    questions: list[ShownQuestion]

    @property
    def key(self) -> int:
        """Primary key of its PanelCertification."""
        return int(self.held["key"])

    @property
    def tone(self) -> str:
        """The tone of the suggested reading."""
        return _TONES.get(self.held["reading"], "gray")

    @property
    def comments(self) -> list[tuple[str, list[str]]]:
        """The reasons given for each question, without names."""
        return [(question.numbers["title"], question.numbers["comments"]) for question in self.questions]


def show_entries(content: dict[str, Any]) -> list[ShownEntry]:
    """The certifications of a packet in the order of the recommendation."""
    return [
        ShownEntry(entry, [ShownQuestion(numbers, _spread(numbers)) for numbers in entry["questions"]])
        for entry in content["certifications"]
    ]


@dataclass(frozen=True)
class ShownSize:
    """The best set of one size with the names of its certifications; `held` is its part of the content."""

    held: dict[str, Any]
    names: list[str]


@dataclass(frozen=True)
class ShownCoverage:
    """The frozen coverage map; `lines` are the standards, each with its cells in words."""

    held: dict[str, Any]
    sizes: list[ShownSize]
    untouched: list[dict[str, Any]]
    unmarked: list[dict[str, Any]]
    lines: list[tuple[dict[str, Any], list[str]]]


def show_coverage(content: dict[str, Any]) -> ShownCoverage | None:
    """The coverage part of a packet; None where nobody filled in a worksheet."""
    coverage = content["coverage"]
    if not coverage:
        return None
    names = {held["place"]: held["name"] for held in coverage["certifications"]}
    return ShownCoverage(
        held=coverage,
        sizes=[ShownSize(size, [names[place] for place in size["best"]["places"]]) for size in coverage["sets"]],
        untouched=[standard for standard in coverage["standards"] if standard["untouched"]],
        # Packets from before this was told apart do not have it.
        unmarked=[standard for standard in coverage["standards"] if standard.get("unmarked")],
        lines=[(standard, [_cell_in_words(cell) for cell in standard["cells"]]) for standard in coverage["standards"]],
    )


def _cell_in_words(frozen: list[Any]) -> str:
    cell = cell_of(frozen)
    raters = f" ({cell.raters})" if cell.raters else ""
    return f"{shade_of(cell).words}{raters}{', disagreement' if cell.disagree else ''}"


def show_rounds(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The rounds with their times in words."""
    return [
        {**held, "opened": in_michigan(held["opened"]), "closed": in_michigan(held["closed"])}
        for held in content["rounds"]
    ]


def show_outcomes(outcomes: list[Outcome]) -> list[tuple[Outcome, list[tuple[Concluded, Spread | None]]]]:
    """What a panelist reads, with the picture of each spread."""
    return [
        (
            outcome,
            [(question, _spread_of(question.summary, question.low, question.high)) for question in outcome.questions],
        )
        for outcome in outcomes
    ]


def _spread(numbers: dict[str, Any]) -> Spread | None:
    return _spread_of(numbers["summary"], numbers["low"], numbers["high"])


def _spread_of(summary: dict[str, Any] | None, low: int, high: int) -> Spread | None:
    if summary is None:
        return None
    five = {name: float(summary[name]) for name in ("minimum", "q1", "median", "q3", "maximum")}
    return Spread(low=float(low), high=float(high), **five)
