"""What a complete rating is: one function that the page, the service and the review call."""

from dataclasses import dataclass

from core.words import counted
from sme_review.enums import WEAK_PROPORTION

_LOWEST, _HIGHEST = 1, 5


@dataclass(frozen=True)
class Answers:
    """One panelist's answers on one certification; the fields are named as on Rating. None is "not answered"."""

    proportion: int | None = None
    proportion_reason: str = ""
    employer_value: int | None = None
    employer_cannot_judge: bool = False
    employer_reason: str = ""
    postsecondary_value: int | None = None
    postsecondary_cannot_judge: bool = False
    postsecondary_reason: str = ""


def what_is_missing(answers: Answers, *, unmarked: int = 0) -> list[tuple[str, str]]:
    """What a rating still lacks before it can be submitted.

    A reason is needed at the extremes: a value of 1 or 5, a share of the standards under 30 percent.

    Args:
        unmarked: how many standards of the worksheet have no mark yet, where the panel asks everybody to fill it in.

    Returns:
        Pairs of field and message, in the order of the page; empty when complete.
    """
    missing = []
    if unmarked:
        left = counted(unmarked, "standard has", "standards have")
        missing.append(("worksheet", f"{left} no mark on the worksheet yet. Choose full, part or none for each."))
    if answers.proportion is None:
        missing.append(("proportion", "Enter a share of the standards from 0 to 100. Leaving it empty is not zero."))
    elif answers.proportion < WEAK_PROPORTION and not answers.proportion_reason.strip():
        missing.append(("proportion_reason", f"Say why the share is under {WEAK_PROPORTION} percent."))
    missing += _value_missing(
        "employer", "employers", answers.employer_value, answers.employer_cannot_judge, answers.employer_reason
    )
    missing += _value_missing(
        "postsecondary",
        "postsecondary programs",
        answers.postsecondary_value,
        answers.postsecondary_cannot_judge,
        answers.postsecondary_reason,
    )
    return missing


def _value_missing(
    question: str, whom: str, value: int | None, cannot_judge: bool, reason: str
) -> list[tuple[str, str]]:
    if value is None and not cannot_judge:
        return [(f"{question}_value", f'Choose the value to {whom}, or "Cannot judge".')]
    if value in {_LOWEST, _HIGHEST} and not reason.strip():
        return [(f"{question}_reason", f"Say why you give the value to {whom} a {value}.")]
    return []
