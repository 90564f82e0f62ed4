"""Writing evidence: PDFs are checked in a process of their own, then kept under an internal name."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from accounts.services import audit
from certifications import clamav, verbs
from certifications.models import District, EvidenceDocument
from certifications.pdf_check import MOST_PAGES
from certifications.permissions import ENTER_RECORDS
from core.access import require
from core.files import sandbox
from core.problems import Problem

_MEGABYTE = 1024 * 1024
_TIMEOUT_SECONDS = 40
_FIELD = "upload"
_REFUSALS = {
    "encrypted": (
        "This PDF is protected by a password, so nobody can check it. Open it, print it to a new PDF without a "
        "password, and upload that one."
    ),
    "broken": (
        "This PDF is damaged: it could not be opened. Open it on your computer, save or print it as a new PDF, "
        "and upload that one."
    ),
    "active content": (
        "This PDF holds scripts, a form that sends data, or other files. For safety we cannot keep it. Print it to a "
        "new PDF, and upload that one."
    ),
}


@dataclass(frozen=True)
class Stored:
    """A kept document; `is_known` when the same file had been kept before."""

    document: EvidenceDocument
    is_known: bool


@dataclass(frozen=True)
class _Checked:
    path: Path
    sha256: str
    pages: int
    preview: Path


def store_evidence(*, by: User, district: District, upload: UploadedFile, kind: str) -> Stored:
    """Check one PDF and keep it as it was sent (procedure, data collection step 1.3.1).

    Not atomic as a whole: the check takes seconds, and no transaction stays open meanwhile.

    Args:
        district: the district that it belongs to.
        upload: the file as Django received it.
        kind: a value of EvidenceDocument.Kind.

    Raises:
        PermissionDenied: the person does not enter results for this district.
        Problem: it is refused; the message says why and what to do.
    """
    require(by, ENTER_RECORDS)
    require(by, ENTER_RECORDS, district)
    with _checked_copy(upload) as checked:
        return _keep(by=by, district=district, upload=upload, kind=kind, checked=checked)


@transaction.atomic
def _keep(*, by: User, district: District, upload: UploadedFile, kind: str, checked: _Checked) -> Stored:
    # The district's row is the lock: of two people who send the same file at once, the second finds the first's.
    District.objects.select_for_update().get(pk=district.pk)
    same = EvidenceDocument.objects.visible_to(by).filter(district=district, sha256=checked.sha256).first()
    if same is not None:
        return Stored(same, is_known=True)
    document = EvidenceDocument(
        district=district,
        kind=kind,
        original_name=Path(upload.name or "").name[-255:],
        size=checked.path.stat().st_size,
        sha256=checked.sha256,
        pages=checked.pages,
        check_result="ok",
        uploaded_by=by,
    )
    try:
        with checked.path.open("rb") as original, checked.preview.open("rb") as picture:
            document.file.save("evidence.pdf", File(original), save=False)
            document.preview.save("preview.png", File(picture), save=False)
            document.save()
            audit.record(by=by, verb=verbs.EVIDENCE_STORED, target=document, detail={"sha256": checked.sha256})
    except BaseException:
        for file in (document.file, document.preview):
            if file:
                file.delete(save=False)
        raise
    return Stored(document, is_known=False)


@contextmanager
def _checked_copy(upload: UploadedFile) -> Iterator[_Checked]:
    """A copy on disk of an upload that passed every check; gone after the block."""
    _check_outside(upload)
    with tempfile.TemporaryDirectory(prefix="octe-certs-pdf-") as folder:
        path, preview = Path(folder) / "upload.pdf", Path(folder) / "preview.png"
        digest = hashlib.sha256()
        with path.open("wb") as copy:
            for chunk in upload.chunks():
                digest.update(chunk)
                copy.write(chunk)
        _check_virus(path)
        yield _Checked(path, digest.hexdigest(), _check_inside(path, preview), preview)


def _check_outside(upload: UploadedFile) -> None:
    """Name, size and first bytes."""
    size, most = upload.size or 0, settings.EVIDENCE_MAX_MEGABYTES
    if not (upload.name or "").lower().endswith(".pdf"):
        ending = Path(upload.name or "").suffix[:12] or "no ending"
        raise Problem(
            f"The file is not a PDF: its name ends in {ending}. Scan or save it as a PDF, and upload that one.",
            field=_FIELD,
        )
    if size == 0:
        raise Problem("The file is empty (0 bytes). Choose the PDF again.", field=_FIELD)
    if size > most * _MEGABYTE:
        raise Problem(
            f"The file has {size / _MEGABYTE:.0f} MB; at most {most} MB are allowed. Scan in black and white or at a "
            "lower resolution (200 dpi is enough), or split it, and upload the smaller file.",
            field=_FIELD,
        )
    upload.seek(0)
    start = upload.read(5)
    upload.seek(0)
    if start != b"%PDF-":
        raise Problem(
            "The file is named .pdf, but it is not a PDF inside. Open it in the program it was made with and save or "
            "print it as a PDF.",
            field=_FIELD,
        )


def _check_virus(path: Path) -> None:
    if not settings.CLAMAV_ADDRESS:
        return
    try:
        with path.open("rb") as stream:
            clean = clamav.is_clean(stream, address=settings.CLAMAV_ADDRESS)
    except clamav.ScannerUnavailableError as error:
        raise Problem(
            "Files cannot be checked for viruses right now. What you typed is saved; try again in a few minutes.",
            field=_FIELD,
        ) from error
    if not clean:
        raise Problem("The virus check found something in this file, so it was not kept.", field=_FIELD)


def _check_inside(path: Path, preview: Path) -> int:
    """Let the child process look into the PDF; the number of pages."""
    try:
        answer = sandbox.ask(
            "certifications.pdf_check", str(path), str(preview), seconds=_TIMEOUT_SECONDS, folder=settings.BASE_DIR
        )
    except sandbox.NoAnswerError:
        answer = {"finding": "broken"}
    if answer["finding"] == "too many pages":
        raise Problem(
            f"The PDF has {answer['pages']} pages; at most {MOST_PAGES} are allowed. Split it, and upload one part for "
            "each entry.",
            field=_FIELD,
        )
    if answer["finding"] != "ok":
        raise Problem(_REFUSALS[answer["finding"]], field=_FIELD)
    return int(answer["pages"])


@transaction.atomic
def note_opened(*, by: User, document: EvidenceDocument, preview: bool = False) -> None:
    """Write down that a person opened a document, or looked at the picture of its first page."""
    verb = verbs.EVIDENCE_PREVIEWED if preview else verbs.EVIDENCE_OPENED
    audit.record(by=by, verb=verb, target=document)
