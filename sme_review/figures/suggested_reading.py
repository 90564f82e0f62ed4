"""The suggested reading of a certification's numbers, with the rule that fired. A person decides; this only
suggests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.numbers import half_up
from sme_review import figures
from sme_review.enums import Reading, StakeholderGroup


@dataclass(frozen=True)
class Thresholds:
    """A panel's own rules; the fields are named as on Panel."""

    quorum: int = 5
    minimum_per_group: int = 1
    recommend_proportion: int = 50
    recommend_postsecondary: int = 3
    reject_proportion: int = 30
    reject_employer: int = 2
    endorsement_to_5: int = 100
    endorsement_to_8: int = 83
    endorsement_from_9: int = 78


@dataclass(frozen=True)
class Suggested:
    """A reading and, in a sentence, the rule that led to it."""

    reading: Reading
    rule: str


def why_withheld(raters_by_group: Mapping[str, int], thresholds: Thresholds) -> str:
    """Why the numbers are too few to be read, in a sentence; empty when they are enough.

    Args:
        raters_by_group: stakeholder group -> how many people of it rated this certification.
    """
    total = sum(raters_by_group.values())
    if total < thresholds.quorum:
        raters = {0: "Nobody", 1: "1 person"}.get(total, f"{total} people")
        return f"{raters} rated it; the panel's quorum is {thresholds.quorum}."
    short = [group.label for group in StakeholderGroup if raters_by_group.get(group, 0) < thresholds.minimum_per_group]
    if short:
        needed = thresholds.minimum_per_group
        return f"{'Nobody' if needed == 1 else f'Fewer than {needed} people'} rated it in: {', '.join(short)}."
    return ""


def suggest(
    *,
    proportions: Sequence[int],
    employer_values: Sequence[int],
    postsecondary_values: Sequence[int],
    raters_by_group: Mapping[str, int],
    thresholds: Thresholds,
) -> Suggested:
    """What the numbers read like: withheld, discuss, do not recommend or recommend, checked in this order.

    Disagreement comes before the medians because a median between two camps is nobody's opinion (RAND/UCLA:
    disagreement
    makes it uncertain, whatever the median).
    """
    withheld = why_withheld(raters_by_group, thresholds)
    if withheld:
        return Suggested(Reading.WITHHELD, withheld)
    split = _questions_in_disagreement(proportions, employer_values, postsecondary_values)
    if split:
        return Suggested(
            Reading.DISCUSS,
            f"The panel disagrees on {split}: at least a third rate low and at least a third rate high.",
        )
    proportion, employer = figures.middle(proportions), figures.middle(employer_values)
    if proportion is not None and proportion < thresholds.reject_proportion:
        return Suggested(
            Reading.DO_NOT_RECOMMEND,
            f"The median share of the standards is {proportion:g} percent, below {thresholds.reject_proportion}.",
        )
    judged = len(employer_values) >= figures.FEWEST_JUDGES
    if judged and employer is not None and employer <= thresholds.reject_employer:
        return Suggested(
            Reading.DO_NOT_RECOMMEND,
            f"The median value to employers is {employer:g}, not above {thresholds.reject_employer}.",
        )
    unmet = _conditions_not_met(proportion, employer_values, postsecondary_values, thresholds)
    if unmet:
        return Suggested(Reading.DISCUSS, f"Not everything needed to recommend holds: {'; '.join(unmet)}.")
    return Suggested(
        Reading.RECOMMEND,
        f"The median share of the standards is at least {thresholds.recommend_proportion} percent, enough "
        "raters give 4 or "
        "5 for employers, the median value to postsecondary programs is at least "
        f"{thresholds.recommend_postsecondary}, "
        "and there is no disagreement.",
    )


def _questions_in_disagreement(
    proportions: Sequence[int], employer_values: Sequence[int], postsecondary_values: Sequence[int]
) -> str:
    split = [
        name
        for name, disagrees in (
            ("the share of the standards", figures.proportions_disagree(proportions)),
            ("the value to employers", figures.values_disagree(employer_values)),
            ("the value to postsecondary programs", figures.values_disagree(postsecondary_values)),
        )
        if disagrees
    ]
    return " and ".join(split)


def _conditions_not_met(
    proportion: float | None,
    employer_values: Sequence[int],
    postsecondary_values: Sequence[int],
    thresholds: Thresholds,
) -> list[str]:
    unmet = []
    if proportion is None or proportion < thresholds.recommend_proportion:
        unmet.append(f"the median share of the standards is below {thresholds.recommend_proportion} percent")
    share = figures.endorsement_share(employer_values)
    needed = figures.endorsement_needed(
        len(employer_values),
        to_5=thresholds.endorsement_to_5,
        to_8=thresholds.endorsement_to_8,
        from_9=thresholds.endorsement_from_9,
    )
    if few := _too_few_judge(employer_values, "the value to employers"):
        unmet.append(few)
    elif share is not None and not figures.reaches(share, needed):
        unmet.append(
            f"{half_up(share * 100):.0f} percent rate the value to employers 4 or 5, and {needed} percent are "
            "needed with "
            f"{len(employer_values)} raters"
        )
    postsecondary = figures.middle(postsecondary_values)
    if few := _too_few_judge(postsecondary_values, "the value to postsecondary programs"):
        unmet.append(few)
    elif postsecondary is not None and postsecondary < thresholds.recommend_postsecondary:
        unmet.append(f"the median value to postsecondary programs is below {thresholds.recommend_postsecondary}")
    return unmet


def _too_few_judge(values: Sequence[int], what: str) -> str:
    """That too few raters could judge a question to read it, in half a sentence; empty when enough could."""
    if len(values) >= figures.FEWEST_JUDGES:
        return ""
    who = f"only {len(values)}" if values else "nobody"
    return f"{who} could judge {what}"
