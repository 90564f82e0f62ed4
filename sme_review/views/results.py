"""What the closed rounds say."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.files.csv_files import csv_response
from core.files.xlsx_files import xlsx_response
from core.lists.tables import show_table
from core.problems import Problem
from sme_review.figures import Change, explanations
from sme_review.models import Panel
from sme_review.permissions import SEE_PANELS
from sme_review.presenters.overview import overview_rows
from sme_review.presenters.result_files import SUMMARY_HEADINGS, result_sheets, summary_rows
from sme_review.presenters.results import show_results
from sme_review.selectors.ballots import rounds_of
from sme_review.selectors.panel_certifications import never_opened
from sme_review.selectors.results import CertificationResult, PanelResults, all_results, figures_over_panel
from sme_review.tables import ResultsTable
from sme_review.views.panels import crumbs, find_panel, may_manage


@dataclass(frozen=True)
class _Selection:
    """What the address asks for: one round (0 is what the panel concluded), sorted by a column of the overview."""

    all_rounds: PanelResults
    number: int
    table: ResultsTable
    results: list[CertificationResult]

    @property
    def changes(self) -> dict[tuple[int, str], Change]:
        """What changed since round 1; nothing when a single round is asked for that has no round before it."""
        return {} if self.number == min(self.all_rounds.by_round) else self.all_rounds.changes


def _selection(request: SignedInRequest, panel: Panel) -> _Selection:
    """The results in the order that the page shows and the files hold."""
    all_rounds = all_results(panel, viewer=request.user)
    numbers = {str(number): number for number in all_rounds.by_round}
    number = numbers.get(request.GET.get("round", ""), 0)
    results = all_rounds.by_round[number] if number else all_rounds.final
    table = ResultsTable(overview_rows(results))
    show_table(table, request)
    by_key = {result.entry.pk: result for result in results}
    return _Selection(all_rounds, number, table, [by_key[row.record.key] for row in table.rows])


@requires(SEE_PANELS)
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    """Medians, spread, agreement and counts for each certification and question, with the suggested reading."""
    panel = find_panel(request, pk)
    rounds = rounds_of(panel)
    if not rounds:
        raise Http404
    try:
        selection = _selection(request, panel)
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("sme_review:round", pk)
    context = {
        "panel": panel,
        "selection": selection,
        "rounds": [round_ for round_ in rounds if round_.number in selection.all_rounds.by_round],
        "waiting": [round_ for round_ in rounds if not round_.is_closed],
        "next_round": len(rounds) + 1 if len(rounds) < panel.rounds_planned else None,
        "cards": show_results(selection.results, selection.changes),
        "never_opened": [] if selection.number else never_opened(panel),
        "figures": figures_over_panel(selection.results),
        "explanations": explanations.ALL,
        "query": request.GET.urlencode(),
        "crumbs": crumbs(panel, "Results"),
        "may_recommend": panel.state == Panel.State.CLOSED and may_manage(request, panel),
    }
    return render(request, "sme_review/results.html", context)


@requires(SEE_PANELS)
def download_results(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """The same numbers as the page, for the same round and in the same order: the summary as CSV, or all as XLSX."""
    panel = find_panel(request, pk)
    try:
        selection = _selection(request, panel)
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("sme_review:round", pk)
    name = f"panel-{panel.pk}-{f'round-{selection.number}' if selection.number else 'results'}.{kind}"
    if kind == "csv":
        return csv_response(
            name=name, headings=SUMMARY_HEADINGS, rows=summary_rows(selection.results, selection.changes)
        )
    sheets = result_sheets(selection.results, selection.changes, figures_over_panel(selection.results))
    return xlsx_response(name=name, sheets=sheets, title=f"Results of {panel.title}")
