"""Scores: their form, the scale, and the cut score that a pass must reach."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.problems import Problem

# The column holds six digits before the point.
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,2})?")


@dataclass(frozen=True)
class Scale:
    """How one part of a certification is scored."""

    low: Decimal
    high: Decimal
    cut: Decimal
    unit: str = ""


def show_number(number: Decimal) -> str:
    """A score without idle zeros: 70, 70.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_score(text: str, *, field: str) -> Decimal | None:
    """The score that was typed; None for nothing.

    Raises:
        Problem: it is not a plain number.
    """
    text = text.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Problem(
            f'"{text}" is not a score we can read. Type a number, for example 85 or 85.5, without a % sign.',
            field=field,
        )
    return Decimal(text)


def check_score(score: Decimal | None, *, passed: bool, scales: Sequence[Scale], field: str) -> None:
    """Score against the certification's scale.

    A certification with exactly one scored part has one cut score: a pass needs a score, and the score must reach it.
    With several parts there is no overall cut score, so the score is optional.

    Raises:
        Problem: the score is missing, off the scale, or below the cut score of something marked as passed.
    """
    if len(scales) != 1:
        if score is not None and score < 0:
            raise Problem(f"{show_number(score)} is below zero. Type the score on the certificate.", field=field)
        return
    scale = scales[0]
    if score is None:
        if passed:
            raise Problem(
                "A pass needs the score. Enter the score on the certificate; "
                f"the lowest passing score is {show_number(scale.cut)}.",
                field=field,
            )
        return
    if not scale.low <= score <= scale.high:
        raise Problem(
            f"{show_number(score)} is not on the scale, which runs from {show_number(scale.low)} "
            f"to {show_number(scale.high)}. Check the score on the certificate.",
            field=field,
        )
    if passed and score < scale.cut:
        raise Problem(
            f"A score of {show_number(score)} is below the cut score of {show_number(scale.cut)}, so it is not a pass. "
            'Correct the score, or choose "Did not pass".',
            field=field,
        )
