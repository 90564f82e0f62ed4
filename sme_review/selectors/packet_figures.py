"""The numbers of a packet, as JSON holds them: the same figures as the results page, to ten places."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sme_review import figures
from sme_review.models import Rating
from sme_review.selectors.question_results import PROPORTION, GroupCount, QuestionResult, Support
from sme_review.selectors.results import CertificationResult, figures_over_panel

# So many that what is shown in tenths and hundredths is not rounded twice.
_PLACES = 10
# A rating this far from the median goes against the panel: two of the five steps, or 30 points of 100.
_AGAINST_STEPS, _AGAINST_POINTS = 2, 30
DISSENT_RULE = (
    "A rating goes against the panel when it lies two or more steps from the median (1 to 5), or 30 or more points "
    "(0 to 100)."
)


def question_content(
    result: QuestionResult, *, comments: Sequence[str], ratings: Sequence[Rating], change: figures.Change | None
) -> dict[str, Any]:
    """One question on one certification.

    Args:
        comments: the reasons given, without names.
        ratings: those that the figures rest on.
        change: since the first round; None where the certification was rated once.
    """
    question = result.question
    return {
        "key": question.key,
        "title": question.title,
        "low": question.low,
        "high": question.high,
        "groups": [_group(group) for group in result.groups],
        "total": _group(result.total),
        "summary": _summary(result.summary),
        "distribution": [[label, count] for label, count in result.distribution],
        "disagreement": result.disagreement,
        "support": _support(result.support),
        "comments": list(comments),
        "against": _against(result, ratings),
        "change": _change(change),
    }


def agreement_content(results: Sequence[CertificationResult]) -> list[dict[str, Any]]:
    """Krippendorff's alpha over the panel, one line for each question; below the quorum nothing counts."""
    return [
        {
            "question": figure.question.title,
            "certifications": figure.certifications,
            "alpha": number(figure.alpha),
            "words": figure.grade,
            "endorsement": number(figure.endorsement),
        }
        for figure in figures_over_panel(results)
    ]


def number(value: float | None) -> float | None:
    """A figure as it is frozen."""
    return None if value is None else round(value, _PLACES)


def _group(group: GroupCount) -> dict[str, Any]:
    return {
        "group": group.label,
        "invited": group.invited,
        "answered": group.answered,
        "cannot_judge": group.cannot_judge,
        "recused": group.recused,
        "missing": group.missing,
        "median": number(group.median),
    }


def _summary(summary: figures.Summary | None) -> dict[str, Any] | None:
    return {name: number(value) for name, value in asdict(summary).items()} if summary else None


def _support(support: Support | None) -> dict[str, Any] | None:
    """How many rate 4 or 5 and what that is worth; None below the quorum and for question 1."""
    if support is None:
        return None
    return {
        "endorsing": support.endorsing,
        "raters": support.raters,
        "share": number(support.share),
        "needed": support.needed,
        "is_enough": support.is_enough,
        "kappa": number(support.kappa),
        "kappa_words": str(support.grade),
        "ratio": number(support.ratio),
        "beyond_chance": support.beyond_chance,
    }


def _against(result: QuestionResult, ratings: Sequence[Rating]) -> list[dict[str, Any]]:
    """Ratings far from the panel's median with the reasons given, sorted so that their order tells nothing."""
    if result.summary is None:
        return []
    key = result.question.key
    distance = _AGAINST_POINTS if result.question is PROPORTION else _AGAINST_STEPS
    pairs = [
        (value, getattr(rating, f"{key}_reason").strip())
        for rating in ratings
        if (value := result.by_rater.get(rating.panelist_id)) is not None
        and abs(value - result.summary.median) >= distance
    ]
    return [{"value": value, "reason": reason} for value, reason in sorted(pairs)]


def _change(change: figures.Change | None) -> dict[str, Any] | None:
    """What changed since the first round."""
    if change is None:
        return None
    words = ""
    if change.is_enough:
        apart = "went apart" if change.went_apart else "stayed as it was"
        words = f"of those who rated both times {'came closer' if change.came_closer else apart}"
    return {
        "median_before": number(change.median_before),
        "deviation_before": number(change.deviation_before),
        "up": change.moved_up,
        "down": change.moved_down,
        "stayed": change.stayed,
        "spread": words,
    }
