"""Results as files: the same numbers as the page, as rows under headings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.files.xlsx_files import Sheet
from core.numbers import half_up
from sme_review.figures import Change, Summary
from sme_review.figures.explanations import ALL
from sme_review.selectors.question_results import EMPLOYER, QuestionResult
from sme_review.selectors.results import CertificationResult, PanelFigure

SUMMARY_HEADINGS = (
    "Certification",
    "Awarding entity",
    "Question",
    "Invited",
    "Answered",
    "Cannot judge",
    "Conflict of interest",
    "Missing",
    "Median",
    "Lower quartile",
    "Upper quartile",
    "Lowest",
    "Highest",
    "Mean",
    "Spread around the median",
    "Share rating 4 or 5 (I-CVI)",
    "Share needed",
    "Modified kappa",
    "Grade of the kappa",
    "Content validity ratio (CVR)",
    "Raters needed beyond chance",
    "Disagreement",
    "Median secondary",
    "Median postsecondary",
    "Median business and industry",
    "Went up since round 1",
    "Went down since round 1",
    "Stayed since round 1",
    "Median in round 1",
    "Spread around the median in round 1",
    "Suggested reading",
    "Rule",
)
# Held back below the quorum, and where too few could judge.
_DISAGREEMENT = {True: "yes", False: "no", None: None}
_GROUP_HEADINGS = (
    "Certification",
    "Question",
    "Stakeholder group",
    "Invited",
    "Answered",
    "Cannot judge",
    "Conflict of interest",
    "Missing",
    "Median",
)
_PANEL_HEADINGS = (
    "Question",
    "Certifications with enough raters",
    "Krippendorff's alpha",
    "Grade",
    "Mean share rating 4 or 5",
)


def summary_rows(
    results: Sequence[CertificationResult], changes: Mapping[tuple[int, str], Change]
) -> Iterator[list[Any]]:
    """The summary as rows under SUMMARY_HEADINGS: one for each certification and question."""
    for result in results:
        for question in result.questions:
            total = question.total
            yield [
                str(result.entry),
                str(result.entry.certification.entity),
                question.question.title,
                total.invited,
                total.answered,
                total.cannot_judge,
                total.recused,
                total.missing,
                *_numbers(question.summary),
                *_support(question),
                _DISAGREEMENT[question.disagreement],
                *(_rounded(group.median) for group in question.groups),
                *_change(changes.get((result.entry.pk, question.question.key))),
                result.reading.label,
                result.suggested.rule,
            ]


def result_sheets(
    results: Sequence[CertificationResult],
    changes: Mapping[tuple[int, str], Change],
    figures: Sequence[PanelFigure],
) -> list[Sheet]:
    """The summary, the groups, the figures over the panel, and what the numbers mean."""
    return [
        Sheet("Summary", SUMMARY_HEADINGS, summary_rows(results, changes)),
        Sheet("By group", _GROUP_HEADINGS, _group_rows(results)),
        Sheet("Over the panel", _PANEL_HEADINGS, [_panel_row(figure) for figure in figures]),
        Sheet("What the numbers mean", ("Number", "Meaning"), [(one.title, one.sentence) for one in ALL]),
    ]


def _group_rows(results: Sequence[CertificationResult]) -> Iterator[list[Any]]:
    for result in results:
        for question in result.questions:
            yield from (_group_row(result, question, place) for place in range(len(question.groups)))


def _group_row(result: CertificationResult, question: QuestionResult, place: int) -> list[Any]:
    group = question.groups[place]
    return [
        str(result.entry),
        question.question.title,
        group.label,
        group.invited,
        group.answered,
        group.cannot_judge,
        group.recused,
        group.missing,
        _rounded(group.median),
    ]


def _panel_row(figure: PanelFigure) -> list[Any]:
    return [
        figure.question.title,
        figure.certifications,
        _rounded(figure.alpha),
        figure.grade,
        _rounded(figure.endorsement),
    ]


def _numbers(numbers: Summary | None) -> list[Any]:
    names = ("median", "q1", "q3", "minimum", "maximum", "mean", "deviation")
    return [_rounded(getattr(numbers, name)) if numbers else None for name in names]


def _support(question: QuestionResult) -> list[Any]:
    """Question 3 needs no share: its rule is about the median."""
    support = question.support
    if support is None:
        return [None] * 6
    return [
        _rounded(support.share),
        _rounded(support.needed / 100) if question.question is EMPLOYER else None,
        _rounded(support.kappa),
        str(support.grade),
        _rounded(support.ratio),
        support.beyond_chance,
    ]


def _change(change: Change | None) -> list[Any]:
    if change is None:
        return [None] * 5
    return [
        change.moved_up,
        change.moved_down,
        change.stayed,
        _rounded(change.median_before),
        _rounded(change.deviation_before),
    ]


def _rounded(number: float | None) -> float | int | None:
    """To hundredths, as the pages round; whole numbers without a point."""
    if number is None:
        return None
    rounded = half_up(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded
