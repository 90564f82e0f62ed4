"""The words of a record's page: its state, whether it counts, its life."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from certifications.models import StateChange, StudentCertification
from certifications.validators.dates import show_date
from certifications.validators.scores import show_number

State = StudentCertification.State
Result = StudentCertification.Result

TONES = {
    State.DRAFT: "gray",
    State.SUBMITTED: "blue",
    State.RETURNED: "amber",
    State.APPROVED: "green",
    State.WITHDRAWN: "gray",
}


def tone(state: str) -> str:
    """The color of a state's tag."""
    return TONES[State(state)]


def day_of(record: StudentCertification) -> str:
    """The date earned, or the date of a failed attempt."""
    day = record.date_earned or record.date_tested
    return show_date(day) if day else ""


def score_of(record: StudentCertification) -> str:
    """The score as typed."""
    return "" if record.score is None else show_number(record.score)


def result_label(record: StudentCertification) -> str:
    """Passed, or did not pass."""
    return str(Result(record.result).label)


@dataclass(frozen=True)
class Counting:
    """Whether a record counts for 5S1, and every reason why not."""

    counts: bool
    reasons: list[str]


def counting(record: StudentCertification) -> Counting:
    """Why a record counts or not, in words a coordinator can act on; takes a record of `records_visible_to`."""
    reasons = []
    if record.result == Result.FAILED:
        reasons.append("The student did not pass. A failed attempt is kept and never counts.")
    if record.state == State.WITHDRAWN:
        reasons.append("It was withdrawn.")
    elif record.state == State.RETURNED:
        reasons.append("OCTE returned it. Correct it and submit it again, so that OCTE can approve it.")
    elif record.state != State.APPROVED:
        reasons.append("OCTE has not approved it yet.")
    if not record.listing_counts:  # type: ignore[attr-defined]
        reasons.append(
            "The certification is not listed for federal reporting for this CIP code and school year. "
            "You do not need to do anything. The record stays on file."
        )
    return Counting(counts=not reasons, reasons=reasons)


@dataclass(frozen=True)
class Step:
    """One step of a timeline."""

    at: datetime
    who: str
    what: str
    reason: str


_WHAT = {
    ("draft", "submitted"): "Submitted",
    ("returned", "submitted"): "Corrected and resubmitted",
    ("approved", "returned"): "Approval undone, record returned",
}


def timeline(changes: Iterable[StateChange]) -> list[Step]:
    """A record's life."""
    return [
        Step(
            at=change.at,
            who=str(change.by),
            what=_WHAT.get((change.from_state, change.to_state), str(State(change.to_state).label)),
            reason=change.reason,
        )
        for change in changes
    ]


@dataclass(frozen=True)
class Comparison:
    """One field of a record that two people saved: what this person typed, what is saved now."""

    label: str
    typed: str
    saved: str

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.typed.strip() != self.saved.strip()
