"""One plain sentence for each figure, shared by pages, the packet's PDF and spreadsheets.

The definitions and their sources stand in sme_review/statistics; here are the words for people who rate and decide.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A figure's name as headings show it, and what it means."""

    title: str
    sentence: str


PARTICIPATION = Explanation(
    "Who answered",
    "Invited people either answered, said that they cannot judge, stepped back because of a conflict of interest, or "
    "have not answered. Only answers count in the numbers.",
)
MEDIAN = Explanation("Median", "The middle answer: half of the raters are at or below it, and half are at or above it.")
GROUP_MEDIAN = Explanation(
    "Median of a group",
    "The middle answer of one stakeholder group. It is shown from three answers on: with fewer it would tell what one "
    "person answered.",
)
QUARTILES = Explanation("Middle half", "The middle half of the answers lies between these two numbers.")
MEAN = Explanation("Mean", "All answers added up and shared out evenly. A single extreme answer pulls it.")
DEVIATION = Explanation(
    "Spread around the median",
    "How far, on average, an answer lies from the median. Up to a sixth of the scale (about 0.7 on 1 to 5, "
    "about 17 on 0 to "
    "100) counts as agreement.",
)
BANDS = Explanation(
    "Bands", "Shares of the standards: 70 and more is strong, 50 to 69 moderate, 30 to 49 partial, under 30 weak."
)
ENDORSEMENT = Explanation(
    "Share rating 4 or 5",
    "The part of the raters who give a 4 or a 5. Small panels must agree more than large ones before it counts "
    "as enough.",
)
KAPPA = Explanation(
    "Modified kappa",
    "The share rating 4 or 5, less what luck alone would give. Over 0.74 is excellent, 0.60 to 0.74 good, 0.40 "
    "to 0.59 fair.",
)
RATIO = Explanation(
    "Content validity ratio (CVR)",
    "It is 1 when all raters give a 4 or 5, 0 when half of them do, and minus 1 when nobody does.",
)
BEYOND_CHANCE = Explanation(
    "More than chance",
    "How many raters must give a 4 or 5 before coin tosses would do the same at most one time in twenty. "
    "With fewer than five raters no vote can show that.",
)
DISAGREEMENT = Explanation(
    "Disagreement",
    "The panel is in two camps: at least a third rate low and at least a third rate high. Then the median is nobody's "
    "opinion, and the certification needs to be talked over.",
)
CHANGE = Explanation(
    "Change between rounds",
    "How many raters went up, went down or stayed, and whether the answers now lie closer together.",
)
PANEL_ENDORSEMENT = Explanation(
    "Mean share rating 4 or 5",
    "The share rating 4 or 5, averaged over all certifications of the panel that have enough raters.",
)
ALPHA = Explanation(
    "Agreement over the panel (Krippendorff's alpha)",
    "How far raters agree over all certifications. It is 1 when they always agree and 0 when they agree only as "
    "much as "
    "luck would give. From 0.80 it is good, from 0.67 enough for tentative conclusions.",
)
READING = Explanation(
    "Suggested reading",
    "What the numbers read like under the panel's own rules. It suggests; a named person decides.",
)
WITHHELD = Explanation(
    "Withheld", "Too few people rated, or a group is missing, so a number would look firmer than it is."
)

ALL = (
    PARTICIPATION,
    MEDIAN,
    GROUP_MEDIAN,
    QUARTILES,
    MEAN,
    DEVIATION,
    BANDS,
    ENDORSEMENT,
    KAPPA,
    RATIO,
    BEYOND_CHANCE,
    DISAGREEMENT,
    CHANGE,
    PANEL_ENDORSEMENT,
    ALPHA,
    READING,
    WITHHELD,
)
