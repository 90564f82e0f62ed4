"""The packet as a tagged PDF (PDF/UA-1), set by typst from packet.typ. The content goes in as data, never as markup."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

from sme_review.presenters.charts import letters_of
from sme_review.presenters.packets.pictures import cell_of, coverage_pages, spread_pictures
from sme_review.presenters.packets.text import day_in_michigan, fit, in_michigan

_TEMPLATE = Path(__file__).with_name("packet.typ")
_FONTS = settings.BASE_DIR / "static" / "vendor" / "public-sans" / "ttf"


def packet_pdf(content: dict[str, Any], *, sha256: str) -> bytes:
    """The PDF's bytes; the same content always gives the same.

    Args:
        content: of a packet, as it was frozen.
        sha256: of the content; every page shows it.
    """
    compiler = typst.Compiler(
        input=_TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"packet": _data(content, sha256)},
    )
    frozen = datetime.fromisoformat(content["frozen"]["at"])
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(frozen.timestamp()))
    return cast("bytes", made)


def title_of(content: dict[str, Any]) -> str:
    """The document's title."""
    program = content["program"]
    return f"Packet {content['number']}: certifications for {program['cip_code']} {program['title']}"


def _data(content: dict[str, Any], sha256: str) -> str:
    """What the template reads: the content in words that fonts can show, and the pictures."""
    shown = {
        "content": content,
        "title": title_of(content),
        "frozen": in_michigan(content["frozen"]["at"]),
        "made": [[day_in_michigan(held["made"]) for held in entry["materials"]] for entry in content["certifications"]],
        "rounds": [
            {**held, "opened": in_michigan(held["opened"]), "closed": in_michigan(held["closed"])}
            for held in content["rounds"]
        ],
    }
    pictures = {"pictures": spread_pictures(content), "maps": coverage_pages(content), "letters": _letters(content)}
    # The hash stays whole, so that it can be copied.
    return json.dumps({**fit(shown), **pictures, "sha256": sha256})


def _letters(content: dict[str, Any]) -> list[list[str]]:
    """For each standard of the coverage map the letters of its cells, as the picture has them."""
    standards = content["coverage"]["standards"] if content["coverage"] else []
    return [[letters_of(cell_of(cell)) or "-" for cell in standard["cells"]] for standard in standards]


@cache
def _fonts() -> Any:
    """Our fonts and those that are part of typst; never the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(_FONTS)])
