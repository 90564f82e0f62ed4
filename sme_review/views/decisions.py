"""The approver's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from octe_certs.access import requires
from sme_review.rules import DECIDE_LISTINGS


@requires(DECIDE_LISTINGS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, decline or defer each certification."""
    return render(request, "sme_review/decide.html")
