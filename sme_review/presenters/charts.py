"""Pictures drawn on the server as SVG: the same bytes for the same input, for pages and for the packet's PDF.

No picture says anything by color alone, and each stands beside a table that says the same.
"""

import json
import textwrap
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.html import escape

from sme_review.figures import Summary
from sme_review.figures.coverage import Cell, CoverageMap

FONT = "Public Sans"
_PUBLIC_SANS = settings.BASE_DIR / "static" / "vendor" / "public-sans"
_FONTS = _PUBLIC_SANS / "ttf"
# Fonts that may stand in, where a browser shows the picture without ours.
_FONT_STACK = f"{FONT}, Arial, sans-serif"
_INK, _QUIET_INK, _LINE, _ACCENT = "#16222b", "#47555f", "#6b7a84", "#12506b"
_CELL_HEIGHT, _LABEL_LIMIT, _NAME_LIMIT = 22, 260, 320
_CELL_WIDTH, _NARROW_CELL_WIDTH, _MANY_COLUMNS = 64, 38, 8
_SPREAD_WIDTH, _SPREAD_HEIGHT = 420, 26
# Names before a spread go on in a second line; then they end in three dots.
_LINE_LENGTH, _LINES, _TWO_LINES_HEIGHT = 46, 2, 34


@dataclass(frozen=True)
class Shade:
    """How a median mark is shown: in words, as letters in its cell, and as a color (ColorBrewer's blues, light to dark)."""

    words: str
    letters: str
    color: str
    ink: str

    @property
    def label(self) -> str:
        """As the legend shows it: its letters and its words."""
        return f"{self.letters}  {self.words}".strip()


# From the lowest quarter to the highest. Steps differ in lightness, so they can be told apart without seeing hues.
SHADES = (
    Shade("None", "N", "#ffffff", _INK),
    Shade("Between none and part", "n-p", "#deebf7", _INK),
    Shade("Part", "P", "#9ecae1", _INK),
    Shade("Between part and full", "p-f", "#4292c6", _INK),
    Shade("Full", "F", "#08519c", "#ffffff"),
)
NOT_MARKED = Shade("Not marked", "", "#e9ecee", _INK)
# Stands behind the letters where the raters are in two camps.
DISPUTED_MARK = "!"
_LEGEND = ["The panel's median mark; a frame and an", "exclamation mark show disagreement"]


def with_font(svg: bytes) -> bytes:
    """A picture for a page. Browsers take no font from the page for it, and in another font its words would not fit."""
    start = svg.index(b"</title>") + len(b"</title>")
    return svg[:start] + _font_face() + svg[start:]


@cache
def _font_face() -> bytes:
    font = b64encode((_PUBLIC_SANS / "public-sans-latin-wght-normal.woff2").read_bytes())
    rule = f'@font-face{{font-family:"{FONT}";font-weight:100 900;src:url(data:font/woff2;base64,'.encode()
    return b"<style>" + rule + font + b') format("woff2")}</style>'


def shade_of(cell: Cell) -> Shade:
    """How a cell of the coverage map is shown."""
    return NOT_MARKED if cell.worth is None else SHADES[round(cell.worth * (len(SHADES) - 1))]


def letters_of(cell: Cell) -> str:
    """The letters in a cell: F, P, N or what lies between; an exclamation mark where the panel disagrees."""
    return shade_of(cell).letters + (DISPUTED_MARK if cell.disagree else "")


def draw_coverage(found: CoverageMap, names: Sequence[str], *, title: str) -> bytes:
    """The coverage map as a heat map: standards down, certifications across.

    Args:
        found: the map.
        names: what the certifications are called, in the map's order.
        title: what the picture shows, for readers of the file.

    Returns:
        SVG, UTF-8.
    """
    rows = [
        {
            "standard": line.code,
            # Two certifications may have the same name; their place keeps them apart.
            "certification": place,
            "shade": (shade := shade_of(cell)).label,
            "letters": letters_of(cell),
            "ink": shade.ink,
            "disputed": cell.disagree,
        }
        for line in found.standards
        for place, key in enumerate(found.certifications)
        for cell in [found.cells[line.code, key]]
    ]
    return _svg(_heat_map(rows, [line.code for line in found.standards], list(names)), title)


def _heat_map(rows: list[dict[str, Any]], codes: list[str], names: list[str]) -> dict[str, Any]:
    import altair as alt

    shades = [*SHADES[::-1], NOT_MARKED]
    width = _CELL_WIDTH if len(names) <= _MANY_COLUMNS else _NARROW_CELL_WIDTH
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("certification:O", title=None).axis(
            orient="top", labelAngle=-40, labelLimit=_LABEL_LIMIT, labelExpr=_label_expression(names), labelAlign="left"
        ),
        y=alt.Y("standard:N", sort=codes, title="Technical standard"),
    )
    cells = base.mark_rect(stroke=_LINE, strokeWidth=0.5).encode(
        color=alt.Color("shade:N", title=_LEGEND)
        .scale(domain=[shade.label for shade in shades], range=[shade.color for shade in shades])
        .legend(orient="bottom", columns=3, symbolStrokeColor=_LINE, symbolStrokeWidth=1, symbolType="square")
    )
    frames = base.mark_rect(fill=None, stroke=_INK, strokeWidth=2.5).encode().transform_filter(alt.datum.disputed)
    letters = base.mark_text(font=_FONT_STACK, fontSize=12).encode(
        text="letters:N", color=alt.Color("ink:N").scale(None)
    )
    layered = (cells + letters + frames).properties(width=width * len(names), height=_CELL_HEIGHT * len(codes))
    return dict(layered.resolve_scale(color="independent").to_dict(validate=False))


def _label_expression(names: Sequence[str | list[str]]) -> str:
    return f"{json.dumps(names)}[datum.value]"


def _in_lines(name: str) -> list[str]:
    return textwrap.wrap(name, _LINE_LENGTH, max_lines=_LINES, placeholder=" …") or [name]


def draw_spreads(rows: Sequence[tuple[str, Summary | None]], *, low: int, high: int, title: str) -> bytes:
    """The spread of one question for several certifications, one below the other: all ratings, middle half, median.

    Args:
        rows: what the certification is called, and its summary; None where nobody rated.
        low: where the scale begins.
        high: where it ends.
        title: what the picture shows, for readers of the file.

    Returns:
        SVG, UTF-8.
    """
    values = [
        {
            "place": place,
            "low": summary.minimum,
            "q1": summary.q1,
            "median": summary.median,
            "q3": summary.q3,
            "high": summary.maximum,
        }
        for place, (_, summary) in enumerate(rows)
        if summary
    ]
    return _svg(_box_plots(values, [name for name, _ in rows], low, high), title)


def _box_plots(values: list[dict[str, Any]], names: list[str], low: int, high: int) -> dict[str, Any]:
    import altair as alt

    scale = alt.Scale(domain=[low, high], nice=False)
    steps = list(range(low, high + 1)) if high - low <= len(SHADES) else list(range(low, high + 1, 10))
    lines = [_in_lines(name) for name in names]
    # The first line of a name stands beside its spread; a second one moves both up a little.
    row, up = (_TWO_LINES_HEIGHT, -4) if any(len(line) > 1 for line in lines) else (_SPREAD_HEIGHT, 0)
    y = alt.Y("place:O", title=None).scale(domain=list(range(len(names))))
    y = y.axis(labelExpr=_label_expression(lines), labelLimit=_NAME_LIMIT, labelOffset=up, ticks=False, domain=False)
    base = alt.Chart(alt.Data(values=values)).encode(y=y)
    reach = base.mark_rule(color=_QUIET_INK, strokeWidth=2).encode(
        x=alt.X("low:Q", title=None, scale=scale).axis(values=steps, grid=True, format="d"), x2="high:Q"
    )
    half = base.mark_bar(color="#9ecae1", stroke=_ACCENT, height=14).encode(x=alt.X("q1:Q", scale=scale), x2="q3:Q")
    middle = base.mark_tick(color=_INK, thickness=4, height=20).encode(x=alt.X("median:Q", scale=scale))
    layered = (reach + half + middle).properties(width=_SPREAD_WIDTH, height=row * max(1, len(names)))
    return dict(layered.to_dict(validate=False))


def _svg(chart: dict[str, Any], title: str) -> bytes:
    """Draw it in our font and colors."""
    config = {
        "aria": False,
        "background": "#ffffff",
        "font": _FONT_STACK,
        "view": {"stroke": None},
        "axis": {
            "labelColor": _INK,
            "titleColor": _INK,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "tickColor": _LINE,
            "domainColor": _LINE,
            "gridColor": "#dfe4e7",
        },
        "legend": {
            "labelColor": _INK,
            "titleColor": _INK,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "labelLimit": 0,
            "titleLimit": 0,
        },
    }
    drawn: str = _drawer().vegalite_to_svg(chart, config=config, allowed_base_urls=[])
    opening, rest = drawn.split(">", 1)
    return f"{opening}><title>{escape(title)}</title>{rest}".encode()


@cache
def _drawer() -> Any:
    """The library that draws, with our fonts. It takes half a second to load, which most commands never need."""
    import vl_convert

    vl_convert.register_font_directory(str(_FONTS))
    return vl_convert
