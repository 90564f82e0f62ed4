"""Everything that pages, files, the packet and the screen say of what a panel's people rated, to compare two worlds."""

import io
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from sme_review.models import Panel, StandardMark
from sme_review.presenters.packets.shown import show_entries
from sme_review.presenters.panel_steps import panel_steps
from sme_review.presenters.panelists import panelist_status, progress_by_group
from sme_review.presenters.result_files import SUMMARY_HEADINGS
from sme_review.selectors.ballots import current_round
from sme_review.selectors.coverage import coverage_of
from sme_review.selectors.home import home_items
from sme_review.selectors.live import session_of, tally_of
from sme_review.selectors.packet_content import packet_content
from sme_review.selectors.panelists import panelists_of
from sme_review.selectors.panels import with_progress
from sme_review.selectors.question_results import QUESTIONS
from sme_review.selectors.results import CertificationResult, figures_over_panel
from sme_review.selectors.standards import standards_of
from sme_review.services import ratings
from sme_review.validators import Answers
from tests.sme_review.deciding import recommend
from tests.sme_review.results import results_of

SHARES, EMPLOYERS, SCHOOLS = [20, 40, 60, 80, 95], [5, 5, 4, 4, 2], [1, 3, 3, 4, 5]
# What tells how many abstained, as headings of files and as keys of the packet.
COUNTS = {"Invited", "Cannot judge", "Conflict of interest", "Missing", "invited", "cannot_judge", "recused", "missing"}


def sheet(cast, mark: str) -> dict[int, str]:
    """A worksheet on which every standard has the same mark."""
    return dict.fromkeys(standards_of(cast.panel).values_list("pk", flat=True), mark)


def five_rate(cast, entry) -> None:
    """The five answer all three questions, each in their own way, and fill in the worksheet."""
    for person, *values in zip(cast.panelists, SHARES, EMPLOYERS, SCHOOLS, strict=False):
        rate_as(cast, person, entry, values)


def rate_as(cast, person, entry, values: Iterable[int], mark: str = StandardMark.Mark.FULL) -> None:
    """Save and submit one rating with reasons and a worksheet."""
    share, employer, school = values
    answers = Answers(share, "So", employer, False, "So", school, False, "So")
    marks = sheet(cast, mark)
    ratings.save_rating(panelist=person, panel_certification=entry, answers=answers, version=0, marks=marks)
    ratings.submit_ratings(panelist=person, panel_certification=entry)


def everything_shown(cast, by, *, first: int = 0, counts: bool = True) -> dict[str, Any]:
    """What is shown of a panel whose round is closed.

    Args:
        first: the question to begin with; 1 leaves out question 1.
        counts: with how many were invited, could not judge, stepped back and are missing.
    """
    panel = Panel.objects.get(pk=cast.panel.pk)
    staff = Client()
    staff.force_login(by)
    results = results_of(panel, viewer=by)
    recommend(cast, by)
    packet = packet_content(panel, viewer=by, number=1, frozen_by=by, frozen_at=timezone.now())
    found = {
        "figures": [_figures(result, first, counts=counts) for result in results],
        "reading": [(result.suggested, result.withheld) for result in results],
        "kept readings": [(line.reading, line.rule) for line in panel.recommendations.all()],
        "over the panel": _over_the_panel(results)[first:],
        "coverage": coverage_of(panel, viewer=by),
        "packet": [_frozen(entry, first, counts=counts) for entry in packet["certifications"]],
        "packet's agreement": packet["agreement"][first:],
        "packet's coverage": packet["coverage"],
        "packet's pictures": [[one.spread for one in entry.questions[first:]] for entry in show_entries(packet)],
        **_files(staff, panel, first, counts=counts),
    }
    if first:
        del found["coverage"], found["packet's coverage"]  # those who cannot judge may fill in a worksheet
    return found | (_counts(panel, by, packet) if counts else {})


def _over_the_panel(results: list[CertificationResult]) -> list[Any]:
    """Rounded: in which order the computer adds may show in the last digits."""
    return [
        (one.question.key, one.certifications, one.alpha and round(one.alpha, 9), one.grade, one.endorsement)
        for one in figures_over_panel(results)
    ]


def _figures(result: CertificationResult, first: int, *, counts: bool) -> list[Any]:
    return [
        (
            one.question.key,
            one.summary,
            one.distribution,
            one.bands,
            one.support,
            one.disagreement,
            one.lies_close,
            sorted(one.by_rater.values()),
            one.groups if counts else [(group.answered, group.median) for group in one.groups],
        )
        for one in result.questions[first:]
    ]


def _frozen(entry: dict[str, Any], first: int, *, counts: bool) -> dict[str, Any]:
    """One certification of the packet."""

    def told(group: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in group.items() if counts or key not in COUNTS}

    questions = [
        {**one, "groups": [told(group) for group in one["groups"]], "total": told(one["total"])}
        for one in entry["questions"][first:]
    ]
    names = [
        "reading",
        "rule",
        "withheld",
        *([] if first else ["raters", "materials"]),
        *(["conflicts"] if counts else []),
    ]
    return {**{name: entry[name] for name in names}, "questions": questions}


def _files(staff: Client, panel: Panel, first: int, *, counts: bool) -> dict[str, Any]:
    address = reverse("sme_review:results", args=[panel.pk])[:-1]
    lines = staff.get(f"{address}.csv").content.decode("utf-8-sig").splitlines()
    assert tuple(lines[0].split(",")) == SUMMARY_HEADINGS
    book = load_workbook(io.BytesIO(staff.get(f"{address}.xlsx").content))
    sheets = [[[cell.value for cell in row] for row in book[name]] for name in book.sheetnames[:3]]
    found: dict[str, Any] = {"xlsx": [_rows(sheet, first, counts=counts) for sheet in sheets]}
    return found | ({"csv": lines} if counts else {})


def _rows(lines: list[list[Any]], first: int, *, counts: bool) -> list[list[Any]]:
    """The rows of the questions from `first` on."""
    keep = [place for place, heading in enumerate(lines[0]) if counts or heading not in COUNTS]
    wanted = {question.title for question in QUESTIONS[first:]}
    rows = [[line[place] for place in keep] for line in lines[1:] if set(line) & wanted]
    assert rows
    return rows


def _counts(panel: Panel, by, packet: dict[str, Any]) -> dict[str, Any]:
    """Who came how far, wherever it is counted."""
    counted = with_progress(Panel.objects.filter(pk=panel.pk)).get()
    people = list(panelists_of(by, panel))
    ballots = [(entry.ballot, entry) for entry in session_of(panel).entries]
    return {
        "participation": packet["participation"],
        "progress": (counted.panelist_count, counted.rated_count, counted.expected_count),
        "task list": panel_steps(counted, current_round(panel), decided=0, may_manage=True),
        "home": [(item.title, item.text, item.count) for item in home_items(by)],
        "people": [(person.pk, *panelist_status(person)) for person in people],
        "groups": progress_by_group(people),
        "tally": [tally_of(ballot, panel) for ballot, _ in ballots if ballot],
        "session": [(entry.submitted, entry.submitted_in_all, entry.standing) for _, entry in ballots],
    }
