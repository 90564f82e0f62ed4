"""What may go into a second round, as boxes to tick."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from sme_review.presenters.results import READING_TONES
from sme_review.selectors.rounds import Candidate


@dataclass(frozen=True)
class CandidateBox:
    """One box on the page that opens a second round."""

    candidate: Candidate
    tone: str
    is_ticked: bool


def show_candidates(candidates: Iterable[Candidate], ticked: Container[str]) -> list[CandidateBox]:
    """The boxes; `ticked` holds their keys as a form has them."""
    return [
        CandidateBox(
            candidate=candidate,
            tone=READING_TONES[candidate.result.reading] if candidate.result else "gray",
            is_ticked=str(candidate.entry.pk) in ticked,
        )
        for candidate in candidates
    ]
