"""Looks into one PDF, alone in a process with little memory and time: `python -m certifications.pdf_check FILE
PREVIEW`.

Prints one line of JSON. It knows nothing of Django and gets no secrets: a PDF made to break its reader breaks only
this.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.files.sandbox import limit_self

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PAGES = 500
PREVIEW_WIDTH = 800
# A page far longer than wide would still make a picture of this height at most.
PREVIEW_HEIGHT = 1600
_DEEPEST = 40

_ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMediaExecute", "/Rendition"}
_ACTIVE_KEYS = {"/JS", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}


def active_content(pdf: Any) -> bool:
    """Whether the PDF can act: scripts, programs to start, files inside, forms that send."""
    return any(_is_active(entry) for item in pdf.objects for entry in _dictionaries(item))


def _is_active(entry: Any) -> bool:
    return str(entry.get("/S", "")) in _ACTIVE_ACTIONS or any(key in entry for key in _ACTIVE_KEYS)


def _dictionaries(item: Any, depth: int = 0) -> Iterator[Any]:
    """The dictionaries in an object that are not objects of their own (those come by themselves)."""
    import pikepdf

    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield item
        children = [value for _, value in item.items()]
    elif isinstance(item, pikepdf.Array):
        children = list(item)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _dictionaries(child, depth + 1)


def look(path: Path, preview: Path) -> dict[str, Any]:
    """What there is to know about the PDF; draws its first page into `preview`."""
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                return {"finding": "encrypted"}
            pages = len(pdf.pages)
            if pages < 1:
                return {"finding": "broken"}
            if pages > MOST_PAGES:
                return {"finding": "too many pages", "pages": pages}
            if active_content(pdf):
                return {"finding": "active content", "pages": pages}
    except pikepdf.PasswordError:
        return {"finding": "encrypted"}
    draw_first_page(path, preview)
    return {"finding": "ok", "pages": pages}


def draw_first_page(path: Path, preview: Path) -> None:
    """A picture of the first page, about 800 pixels wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    page = document[0]
    width, height = page.get_size()
    scale = min(PREVIEW_WIDTH / max(width, 1), PREVIEW_HEIGHT / max(height, 1))
    page.render(scale=scale).to_pil().convert("RGB").save(preview, format="PNG")
    page.close()
    document.close()


def main(arguments: list[str]) -> int:
    """Print what was found; anything that goes wrong inside the readers means a broken file."""
    limit_self(memory=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    path, preview = (Path(argument) for argument in arguments)
    try:
        answer = look(path, preview)
    except Exception as error:  # noqa: BLE001 - whatever a reader stumbles over, the file is at fault
        answer = {"finding": "broken", "error": type(error).__name__}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
