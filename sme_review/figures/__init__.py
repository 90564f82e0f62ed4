"""The numbers that summarize a panel: pure functions, each with its definition and source.

Ratings of one question, certification and round come in as plain lists; "cannot judge", conflicts of interest and
missing answers are left out before (they are counted, never rated). No function here decides anything.
"""

from sme_review.figures.agreement import AlphaGrade, alpha, alpha_grade
from sme_review.figures.change import Change, change_between
from sme_review.figures.disagreement import camps, nine_point_disagree, proportions_disagree, values_disagree
from sme_review.figures.endorsement import (
    FEWEST_JUDGES,
    KappaGrade,
    content_validity_ratio,
    endorsement_needed,
    endorsement_share,
    endorsing_beyond_chance,
    endorsing_count,
    kappa_grade,
    modified_kappa,
    panel_endorsement,
    reaches,
)
from sme_review.figures.spread import (
    FEWEST_REVEALED,
    PROPORTION_BANDS,
    Band,
    BandCount,
    Summary,
    deviation_ceiling,
    middle,
    middle_of_group,
    share_in_bands,
    summarize,
)

__all__ = [
    "FEWEST_JUDGES",
    "FEWEST_REVEALED",
    "PROPORTION_BANDS",
    "AlphaGrade",
    "Band",
    "BandCount",
    "Change",
    "KappaGrade",
    "Summary",
    "alpha",
    "alpha_grade",
    "camps",
    "change_between",
    "content_validity_ratio",
    "deviation_ceiling",
    "endorsement_needed",
    "endorsement_share",
    "endorsing_beyond_chance",
    "endorsing_count",
    "kappa_grade",
    "middle",
    "middle_of_group",
    "modified_kappa",
    "nine_point_disagree",
    "panel_endorsement",
    "proportions_disagree",
    "reaches",
    "share_in_bands",
    "summarize",
    "values_disagree",
]
