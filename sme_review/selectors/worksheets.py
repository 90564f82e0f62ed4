"""The worksheet of question 1: on which standards it is filled in, and what a panelist has marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from certifications.models import ProgramStandard
from certifications.selectors.standards import segment_weights
from sme_review.figures.worksheet import StandardLine, SuggestedShare, suggest_share
from sme_review.models import Panel, Rating
from sme_review.selectors.standards import standards_of


@dataclass(frozen=True)
class Sheet:
    """An empty worksheet: the program's standards in the panel's version, in order, and the weights of their
    segments.
    """

    standards: list[ProgramStandard]
    weights: dict[str, Decimal]
    required: bool

    def suggested(self, marks: Mapping[int, str]) -> SuggestedShare:
        """What marks come to.

        Args:
            marks: primary key of ProgramStandard -> a value of StandardMark.Mark.
        """
        lines = [StandardLine(standard.code, standard.segment_code) for standard in self.standards]
        by_code = {standard.code: marks[standard.pk] for standard in self.standards if standard.pk in marks}
        return suggest_share(lines, by_code, self.weights)


def sheet_of(panel: Panel) -> Sheet | None:
    """The panel's worksheet; None where it offers none, or its program has no standards to mark."""
    if panel.worksheet == Panel.Worksheet.OFF:
        return None
    standards = list(standards_of(panel))
    if not standards:
        return None
    weights = segment_weights(panel.program, panel.standards_version)
    return Sheet(standards, weights, required=panel.worksheet == Panel.Worksheet.REQUIRED)


def marks_of(rating: Rating) -> dict[int, str]:
    """A rating's worksheet: primary key of ProgramStandard -> mark."""
    return dict(rating.marks.values_list("standard_id", "mark"))
