"""The coverage map: page, picture and file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.files.csv_files import csv_response
from sme_review.permissions import SEE_PANELS
from sme_review.presenters.charts import with_font
from sme_review.presenters.coverage import (
    COVERAGE_HEADINGS,
    columns,
    coverage_picture,
    coverage_rows,
    disputes,
    few,
    lines,
    sizes,
    unmarked,
)
from sme_review.selectors.coverage import coverage_of
from sme_review.views.panels import crumbs, find_panel


@requires(SEE_PANELS)
def coverage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Which certification covers which standard, where the panel disagrees, and which small sets cover the most."""
    panel = find_panel(request, pk)
    panel_coverage = coverage_of(panel, viewer=request.user)
    context = {
        "panel": panel,
        "coverage": panel_coverage,
        "columns": columns(panel_coverage),
        "unmarked": unmarked(panel_coverage),
        "few": few(panel_coverage),
        "lines": lines(panel_coverage),
        "sizes": sizes(panel_coverage),
        "disputes": disputes(panel_coverage),
        "crumbs": [
            *crumbs(panel, "")[:-1],
            ("Results", reverse("sme_review:results", args=[pk])),
            ("Coverage map", ""),
        ],
    }
    return render(request, "sme_review/coverage.html", context)


@requires(SEE_PANELS)
def picture(request: SignedInRequest, pk: int) -> HttpResponse:
    """The heat map as SVG; 404 while there is nothing to draw."""
    panel = find_panel(request, pk)
    panel_coverage = coverage_of(panel, viewer=request.user)
    if panel_coverage.figures.is_empty:
        raise Http404
    drawn = coverage_picture(panel_coverage, f"Coverage map of {panel.title}")
    return HttpResponse(with_font(drawn), content_type="image/svg+xml")


@requires(SEE_PANELS)
def download_coverage(request: SignedInRequest, pk: int) -> HttpResponse:
    """The table as CSV: one row for each standard and certification."""
    panel_coverage = coverage_of(find_panel(request, pk), viewer=request.user)
    return csv_response(name=f"panel-{pk}-coverage.csv", headings=COVERAGE_HEADINGS, rows=coverage_rows(panel_coverage))
