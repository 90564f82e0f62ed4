"""Words of a packet as its PDF can show them: only characters that its fonts have, no line too long to break."""

import re
import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_MICHIGAN = ZoneInfo("America/Detroit")
# What Public Sans and, behind it, Libertinus Serif (which is part of typst) have glyphs for; tested in test_packet_pdf.
LETTERS = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x24F),
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),
    (0x400, 0x45F),
    (0x5D0, 0x5EA),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2037),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2260, 0x2260),
    (0x2264, 0x2265),
)
# Pictures are drawn in Public Sans alone.
_PLAIN = ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0xFF), (0x2013, 0x2014), (0x2018, 0x201A), (0x201C, 0x201E))
_SHOWN_WHOLE = 40
_LONG = re.compile(rf"\S{{{_SHOWN_WHOLE + 1},}}")
_BREAK = "\u200b"


def fit(value: Any) -> Any:
    """A part of the content with every text in it made fit for the PDF; the rest as it is."""
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, list):
        return [fit(part) for part in value]
    if isinstance(value, dict):
        return {key: fit(part) for key, part in value.items()}
    return value


def fit_text(text: str) -> str:
    """Characters without a glyph by their numbers, such as [U+1F600]; very long words get places to break."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(_LONG.sub(_breakable, _known(line, LETTERS)) for line in lines)


def plain_text(text: str) -> str:
    """A name as pictures show it, on one line."""
    return _known(" ".join(unicodedata.normalize("NFC", text).split()), _PLAIN)


def _known(line: str, letters: tuple[tuple[int, int], ...]) -> str:
    return "".join(
        sign if any(low <= ord(sign) <= high for low, high in letters) else f"[U+{ord(sign):04X}]" for sign in line
    )


def _breakable(found: re.Match[str]) -> str:
    word = found.group()
    return _BREAK.join(word[start : start + _SHOWN_WHOLE] for start in range(0, len(word), _SHOWN_WHOLE))


def in_michigan(time: str | None) -> str:
    """A time of the content as people say it: November 24, 2026, 9:05 AM (Michigan time)."""
    if not time:
        return ""
    local = datetime.fromisoformat(time).astimezone(_MICHIGAN)
    hour = local.strftime("%I").lstrip("0")
    return f"{day_in_michigan(time)}, {hour}:{local:%M %p}"


def day_in_michigan(time: str) -> str:
    """The day of a time of the content in Michigan: November 24, 2026."""
    local = datetime.fromisoformat(time).astimezone(_MICHIGAN)
    return f"{local:%B} {local.day}, {local.year}"
