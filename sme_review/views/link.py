"""What panelists see through their personal link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from octe_certs.access import personal_link


@personal_link("a panelist's own link; the secret is checked against its hash")
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    """What this is about, by when, and how answers are used."""
    return render(request, "sme_review/link/welcome.html")
