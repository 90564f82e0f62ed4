"""What the answers say about direct collection: each gate passed, failed or open. It suggests and never decides.

Plain functions over plain values, so that they can be tested with anything. The gates come from the reference file
`gates.csv`. That any failed gate speaks for the district route comes from the field brief (section 3, decision aid).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from data_collection.enums import Gate, Method
from data_collection.question_types.base import QuestionType
from data_collection.validators.answers import is_empty

# It tells districts what to upload and has no say in direct collection.
DISTRICT_ROUTE_GATES = frozenset({Gate.ROSTER})


class Outcome(TextChoices):
    """How a gate, or one of its questions, came out."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    OPEN = "open", "Open"


@dataclass(frozen=True)
class GateCriterion:
    """A rule: the question with `code` passes `gate` when its answer is, or holds, a value in `passes_when`."""

    gate: str
    code: str
    passes_when: Sequence[str]
    explanation: str = ""


@dataclass(frozen=True)
class Finding:
    """What one answer did: the rule and the outcome."""

    criterion: GateCriterion
    outcome: Outcome


@dataclass(frozen=True)
class GateResult:
    """A gate with its outcome and the answers that led to it."""

    gate: Gate
    outcome: Outcome
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Assessment:
    """All gates, in the order of `Gate`."""

    gates: tuple[GateResult, ...]

    def _with(self, outcome: Outcome) -> list[GateResult]:
        return [one for one in self.gates if one.gate not in DISTRICT_ROUTE_GATES and one.outcome is outcome]

    @property
    def failed(self) -> list[GateResult]:
        """The gates that speak against direct collection."""
        return self._with(Outcome.FAILED)

    @property
    def still_open(self) -> list[GateResult]:
        """The gates that lack an answer."""
        return self._with(Outcome.OPEN)

    @property
    def suggestion(self) -> Method:
        """Direct only if every gate but the roster's passed; otherwise the districts."""
        return Method.DISTRICT if self.failed or self.still_open else Method.DIRECT

    @property
    def is_firm(self) -> bool:
        """Whether the suggestion stays, whatever is answered next."""
        return bool(self.failed) or not self.still_open

    @property
    def roster(self) -> Outcome:
        """Whether a school can get an official list: one PDF for many students."""
        return next(one.outcome for one in self.gates if one.gate is Gate.ROSTER)


def judge(criterion: GateCriterion, question_type: QuestionType, value: Any) -> Finding:
    """Hold one answer against a rule; an empty one leaves it open."""
    if is_empty(value):
        return Finding(criterion, Outcome.OPEN)
    passed = question_type.passes_gate(value, criterion.passes_when)
    return Finding(criterion, Outcome.PASSED if passed else Outcome.FAILED)


def assess(findings: Iterable[Finding]) -> Assessment:
    """Sum the findings up by gate; a gate without any stays open."""
    by_gate: dict[str, list[Finding]] = {}
    for finding in findings:
        by_gate.setdefault(finding.criterion.gate, []).append(finding)
    return Assessment(tuple(_gate(gate, by_gate.get(gate, [])) for gate in Gate))


def _gate(gate: Gate, findings: list[Finding]) -> GateResult:
    outcomes = {finding.outcome for finding in findings}
    if Outcome.FAILED in outcomes:
        outcome = Outcome.FAILED
    elif Outcome.OPEN in outcomes or not outcomes:
        outcome = Outcome.OPEN
    else:
        outcome = Outcome.PASSED
    return GateResult(gate, outcome, tuple(findings))
