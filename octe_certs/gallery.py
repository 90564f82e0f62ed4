"""The gallery: every component with each of its faces, for staff who build pages and for the accessibility check."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from octe_certs.access import requires


@requires("accounts.see_gallery")
def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components."""
    return render(request, "gallery/gallery.html")
