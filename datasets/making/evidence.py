"""Small PDFs that look like what districts upload: a roster of several students, or a certificate of one."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from certifications.pdf_check import draw_first_page

_LETTER = (612, 792)
_LINES_PER_PAGE = 44
_NOTICE = "Made for demonstration. The people named do not exist."


@dataclass(frozen=True)
class StoredFile:
    """A PDF in the store, as a row of evidence needs it."""

    name: str
    preview: str
    size: int
    sha256: str
    pages: int


class Shelf:
    """Makes and stores PDFs; beyond a number of them, one of each kind stands in where the reader will not mind."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.made = 0
        self._last: dict[str, StoredFile] = {}

    def put(self, kind: str, title: str, lines: Sequence[str], *, own: bool) -> StoredFile:
        """A stored PDF with a title and lines of text, or the stand-in of its kind.

        Args:
            own: somebody will look at this one, so it must show its own students.
        """
        if not own and self.made >= self.most and kind in self._last:
            return self._last[kind]
        self.made += 1
        self._last[kind] = _store(pdf(title, lines), max(1, -(-len(lines) // _LINES_PER_PAGE)))
        return self._last[kind]


def page_of(line: int) -> int:
    """The page on which a line of a roster stands, counting lines from 0."""
    return line // _LINES_PER_PAGE + 1


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A plain PDF: the same text gives the same bytes."""
    with pikepdf.Pdf.new() as document:
        font = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for start in range(0, max(1, len(lines)), _LINES_PER_PAGE):
            page = document.add_blank_page(page_size=_LETTER)
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = document.make_stream(_page_text(title, lines[start : start + _LINES_PER_PAGE]))
        out = BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _page_text(title: str, lines: Sequence[str]) -> bytes:
    texts = [("16", 740, title), *(("10", 706 - 14 * place, line) for place, line in enumerate(lines))]
    texts.append(("8", 40, _NOTICE))
    return "\n".join(
        f"BT /F1 {size} Tf 50 {height} Td ({_escaped(text)}) Tj ET" for size, height, text in texts
    ).encode("latin-1", "replace")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _store(content: bytes, pages: int) -> StoredFile:
    digest = hashlib.sha256(content).hexdigest()
    name = f"evidence/{digest[:2]}/{digest[:32]}.pdf"
    preview = f"evidence-previews/{digest[:2]}/{digest[:32]}.png"
    # Named for its content: a demo that is made again finds its files.
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
    if not default_storage.exists(preview):
        default_storage.save(preview, ContentFile(_picture(content)))
    return StoredFile(name, preview, len(content), digest, pages)


def _picture(content: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="octe-certs-demo-") as folder:
        path, picture = Path(folder) / "a.pdf", Path(folder) / "a.png"
        path.write_bytes(content)
        draw_first_page(path, picture)
        return picture.read_bytes()
