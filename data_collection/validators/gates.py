"""What the answers say about direct collection: each gate passed, failed or open. It suggests and never decides.

Plain functions over plain values, so that they can be tested with anything. The gates come from the reference file
`gates.csv`; that any failed gate speaks for the district route is the rule of the field brief, decision aid of section 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices

from data_collection.enums import Gate, Method

# It tells districts what to upload and has no say in direct collection.
DISTRICT_ROUTE_GATES = frozenset({Gate.ROSTER})


class Outcome(TextChoices):
    """How a gate, or one of its questions, came out."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    OPEN = "open", "Open"


@dataclass(frozen=True)
class Row:
    """A rule: the question with `code` passes `gate` when any chosen value is in `passes_when`."""

    gate: str
    code: str
    passes_when: Sequence[str]
    explanation: str = ""


@dataclass(frozen=True)
class Finding:
    """What one answer did: the rule, the values chosen (none when unanswered) and the outcome."""

    row: Row
    chosen: tuple[str, ...]
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
        """Whether further answers could still change the suggestion."""
        return bool(self.failed) or not self.still_open

    @property
    def roster(self) -> Outcome:
        """Whether a school can get an official list: one PDF for many students."""
        return next(one.outcome for one in self.gates if one.gate is Gate.ROSTER)


def assess(rows: Iterable[Row], chosen: Mapping[str, Sequence[str]]) -> Assessment:
    """Put the answers against the gates.

    Args:
        rows: the rules of the questionnaire's version; a gate without any stays open.
        chosen: question code -> the values chosen; a missing code or an empty list is an unanswered question.
    """
    findings = [_finding(row, tuple(chosen.get(row.code, ()))) for row in rows]
    return Assessment(tuple(_gate(gate, [one for one in findings if one.row.gate == gate]) for gate in Gate))


def _finding(row: Row, chosen: tuple[str, ...]) -> Finding:
    if not chosen:
        return Finding(row, chosen, Outcome.OPEN)
    passed = any(value in row.passes_when for value in chosen)
    return Finding(row, chosen, Outcome.PASSED if passed else Outcome.FAILED)


def _gate(gate: Gate, findings: list[Finding]) -> GateResult:
    outcomes = {finding.outcome for finding in findings}
    if Outcome.FAILED in outcomes:
        outcome = Outcome.FAILED
    elif Outcome.OPEN in outcomes or not outcomes:
        outcome = Outcome.OPEN
    else:
        outcome = Outcome.PASSED
    return GateResult(gate, outcome, tuple(findings))
