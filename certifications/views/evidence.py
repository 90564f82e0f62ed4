"""Serving PDFs and the pictures of their first pages: only to who may see them, always through these two views."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.signed_in import SignedInRequest
from certifications.permissions import SEE_RECORDS
from certifications.selectors.records import evidence_visible_to
from certifications.services.evidence import note_opened
from core.access import requires


@requires(SEE_RECORDS)
@require_safe
def download(request: SignedInRequest, pk: int) -> FileResponse:
    """The PDF, as an attachment that a browser does not run."""
    document = get_object_or_404(evidence_visible_to(request.user), pk=pk)
    response = _file(document.file, "application/pdf", f"evidence-{document.pk}.pdf", as_attachment=True)
    note_opened(by=request.user, document=document)
    return response


@requires(SEE_RECORDS)
@require_safe
def preview(request: SignedInRequest, pk: int) -> FileResponse:
    """The picture of the first page."""
    document = get_object_or_404(evidence_visible_to(request.user), pk=pk)
    response = _file(document.preview, "image/png", f"evidence-{document.pk}.png", as_attachment=False)
    note_opened(by=request.user, document=document, preview=True)
    return response


def _file(file: FieldFile, content_type: str, name: str, *, as_attachment: bool) -> FileResponse:
    """Stream from the storage, wherever that is; nobody is sent to the storage itself."""
    if not file:
        raise Http404
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(stream, content_type=content_type, filename=name, as_attachment=as_attachment)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
