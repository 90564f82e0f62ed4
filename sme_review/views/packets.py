"""The packet: its page, PDF, spreadsheet and JSON, all drawn from the frozen content."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.files.xlsx_files import CONTENT_TYPE
from sme_review.figures.canonical import canonical_bytes, is_whole
from sme_review.models import Packet
from sme_review.permissions import SEE_PANELS
from sme_review.presenters.charts import with_font
from sme_review.presenters.packets.pdf import packet_pdf
from sme_review.presenters.packets.pictures import coverage_picture
from sme_review.presenters.packets.sheets import packet_xlsx
from sme_review.presenters.packets.shown import show_coverage, show_entries, show_rounds
from sme_review.selectors.packets import packets_visible_to
from sme_review.views.panels import crumbs, find_panel


def _find(request: SignedInRequest, pk: int, number: int) -> Packet:
    return get_object_or_404(packets_visible_to(request.user, find_panel(request, pk)), number=number)


@requires(SEE_PANELS)
def packet(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The packet as a page, with its hash and who froze it when."""
    frozen = _find(request, pk, number)
    panel = find_panel(request, pk)
    context = {
        "panel": panel,
        "packet": frozen,
        "content": frozen.content,
        "entries": show_entries(frozen.content),
        "rounds": show_rounds(frozen.content),
        "coverage": show_coverage(frozen.content),
        "is_whole": is_whole(frozen.content, frozen.sha256),
        "others": [other for other in packets_visible_to(request.user, panel) if other.pk != frozen.pk],
        "crumbs": crumbs(panel, f"Packet {number}"),
    }
    return render(request, "sme_review/packet.html", context)


@requires(SEE_PANELS)
def packet_as_pdf(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The packet as a tagged PDF."""
    return _file(_find(request, pk, number), "pdf", "application/pdf", packet_pdf)


@requires(SEE_PANELS)
def packet_as_xlsx(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The packet as a spreadsheet."""
    return _file(_find(request, pk, number), "xlsx", CONTENT_TYPE, packet_xlsx)


@requires(SEE_PANELS)
def packet_as_json(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The content itself, byte by byte what the hash is of."""
    return _file(_find(request, pk, number), "json", "application/json", lambda content, **_: canonical_bytes(content))


@requires(SEE_PANELS)
def coverage(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The frozen coverage map as a picture (SVG); 404 where nobody filled in a worksheet."""
    frozen = _find(request, pk, number)
    if not frozen.content["coverage"]:
        raise Http404
    return HttpResponse(with_font(coverage_picture(frozen.content)), content_type="image/svg+xml")


def _file(frozen: Packet, ending: str, content_type: str, draw: Callable[..., bytes]) -> HttpResponse:
    """A file drawn from the frozen content; none from content that does not match its hash: the page says why."""
    if not is_whole(frozen.content, frozen.sha256):
        return redirect("sme_review:packet", frozen.panel_id, frozen.number)
    response = HttpResponse(draw(frozen.content, sha256=frozen.sha256), content_type=content_type)
    name = f"packet-{frozen.content['program']['cip_code']}-panel-{frozen.panel_id}-{frozen.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
