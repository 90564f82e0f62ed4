"""The overview in front of the results: one line for each certification."""

from dataclasses import dataclass

from sme_review.enums import Reading
from sme_review.presenters.results import READING_TONES
from sme_review.selectors.results import CertificationResult


@dataclass(frozen=True)
class OverviewRow:
    """One certification's line in the overview; the `..._key` are what its columns sort by, nothing before the
    least.
    """

    key: int
    certification: str
    reading: Reading
    tone: str
    raters: int
    proportion: float | None
    share: float | None
    postsecondary: float | None
    disagreements: int | None

    @property
    def reading_key(self) -> int:
        """From recommend to withheld."""
        return list(Reading).index(self.reading)

    @property
    def proportion_key(self) -> float:
        """The median share of the standards."""
        return -1 if self.proportion is None else self.proportion

    @property
    def share_key(self) -> float:
        """The share rating the value to employers 4 or 5."""
        return -1 if self.share is None else self.share

    @property
    def postsecondary_key(self) -> float:
        """The median value to postsecondary programs."""
        return -1 if self.postsecondary is None else self.postsecondary

    @property
    def disagreements_key(self) -> int:
        """On how many questions the panel is in two camps."""
        return -1 if self.disagreements is None else self.disagreements


def overview_rows(results: list[CertificationResult]) -> list[OverviewRow]:
    """The overview: one line for each certification, in the same order."""
    rows = []
    for result in results:
        proportion, employer, postsecondary = result.questions
        rows.append(
            OverviewRow(
                key=result.entry.pk,
                certification=str(result.entry),
                reading=result.reading,
                tone=READING_TONES[result.reading],
                raters=result.raters,
                proportion=proportion.summary.median if proportion.summary else None,
                share=employer.endorsement,
                postsecondary=postsecondary.summary.median if postsecondary.summary else None,
                disagreements=None
                if result.withheld
                else sum(bool(question.disagreement) for question in result.questions),
            )
        )
    return rows
