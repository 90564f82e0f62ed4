"""Pictures drawn on the server as SVG: the same bytes for the same input, for pages and for the packet's PDF.

Here is worked out where everything lies; the drawings are the templates in templates/pictures/. No picture says
anything by color alone, and each stands beside a table that says the same.
"""

import math
import textwrap
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string

from core.pictures import Ruler, SpreadPicture, cut, lay_out_spread, width_of
from sme_review.figures import Summary
from sme_review.figures.coverage import Cell, CoverageMap
from sme_review.figures.worksheet import StandardLine

FONT = "Public Sans"
_PUBLIC_SANS = settings.BASE_DIR / "static" / "vendor" / "public-sans"
# Fonts that may stand in, where a browser shows the picture without ours.
_FONT_STACK = f"{FONT}, Arial, sans-serif"
_INK = "#16222b"
_SIZE, _LINE_HEIGHT = 12, 14
# From the middle of a line of letters down to where they stand.
_BASELINE = 4
_EDGE = 8
_CELL_HEIGHT, _LABEL_LIMIT, _NAME_LIMIT, _CODE_LIMIT = 22, 260, 320, 180
_CELL_WIDTH, _NARROW_CELL_WIDTH, _MANY_COLUMNS = 64, 38, 8
_LABEL_ANGLE = math.radians(40)
_TICK = 5
_SPREAD_WIDTH, _SPREAD_HEIGHT, _SPREAD_MARKS = 420, 26, 24
# Names before a spread go on in a second line; then they end in three dots.
_LINE_LENGTH, _LINES, _TWO_LINES_HEIGHT = 46, 2, 34
# Before the codes stands the title of the standards, upright; it needs some height where there are few of them.
_UPRIGHT_TITLE, _FEWEST_ROWS = 26, 5


@dataclass(frozen=True)
class Shade:
    """How a median mark is shown: in words, as letters in its cell, and as a color (ColorBrewer's blues, light to
    dark).
    """

    words: str
    letters: str
    color: str
    ink: str

    @property
    def label(self) -> str:
        """As the legend shows it: its letters and its words."""
        return f"{self.letters} {self.words}".strip()


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
_LEGEND = ("The panel's median mark; a frame and an", "exclamation mark show disagreement")
_LEGEND_AWAY, _LEGEND_COLUMNS, _LEGEND_SQUARE, _LEGEND_GAP, _LEGEND_ROW = 26, 3, 17, 16, 18


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
    context = {"map": _lay_out_map(found, names), "title": cut(title, _SIZE, math.inf), "font": _FONT_STACK}
    return render_to_string("pictures/coverage.svg", context).encode()


@dataclass(frozen=True)
class _Column:
    """One certification: its name begins above the middle of its column and rises to the right."""

    name: str
    middle: float
    label_y: float

    @property
    def label_x(self) -> float:
        """Where its name begins: its letters lean over the middle of the column."""
        return self.middle + 2

    @property
    def end(self) -> float:
        """How far to the right its name reaches, with the height of its last letter."""
        return self.label_x + width_of(self.name, _SIZE) * math.cos(_LABEL_ANGLE) + _SIZE


@dataclass(frozen=True)
class _Square:
    """One cell of the map."""

    x: float
    middle: float
    shade: Shade
    letters: str
    disputed: bool


@dataclass(frozen=True)
class _Row:
    """One standard with its cells."""

    code: str
    top: float
    cells: list[_Square]

    @property
    def baseline(self) -> float:
        """Where letters stand."""
        return self.top + _CELL_HEIGHT / 2 + _BASELINE


@dataclass(frozen=True)
class _Key:
    """One shade in the legend."""

    shade: Shade
    x: float
    top: float

    @property
    def baseline(self) -> float:
        """Where its words stand."""
        return self.top + _SIZE - 2

    @property
    def words_x(self) -> float:
        """Where its words begin, beside the square."""
        return self.x + _LEGEND_SQUARE

    @property
    def end(self) -> float:
        """Where its words end."""
        return self.words_x + width_of(self.shade.label, _SIZE)


@dataclass(frozen=True)
class _Line:
    """A line of the legend's title."""

    words: str
    y: float

    @property
    def width(self) -> float:
        """How wide its letters are."""
        return width_of(self.words, _SIZE, bold=True)


@dataclass(frozen=True)
class _HeatMap:
    """Where everything in the coverage map lies."""

    left: float
    top: float
    cell_width: float
    columns: list[_Column]
    rows: list[_Row]
    legend_lines: list[_Line]
    keys: list[_Key]
    legend_title: tuple[str, ...] = _LEGEND
    cell_height: float = _CELL_HEIGHT

    @property
    def tick(self) -> float:
        """Where the small lines below the names begin."""
        return self.top - _TICK

    @property
    def codes(self) -> float:
        """Where the codes of the standards end."""
        return self.left - _TICK

    @property
    def middle(self) -> float:
        """Half way down the cells."""
        return self.top + len(self.rows) * _CELL_HEIGHT / 2

    @property
    def width(self) -> int:
        """Of the whole picture, so that the longest name and the legend fit."""
        cells = self.left + len(self.columns) * self.cell_width
        names, words = (column.end for column in self.columns), (key.end for key in self.keys)
        return math.ceil(max(cells, *names, *words, *(self.left + line.width for line in self.legend_lines)) + _EDGE)

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return math.ceil(self.keys[-1].top + _LEGEND_ROW + _EDGE)


def _lay_out_map(found: CoverageMap, names: Sequence[str]) -> _HeatMap:
    codes = [cut(line.code, _SIZE, _CODE_LIMIT) for line in found.standards]
    labels = [cut(name, _SIZE, _LABEL_LIMIT) for name in names]
    left = math.ceil(_UPRIGHT_TITLE + _widest(codes) + _TICK)
    top = math.ceil(_EDGE + _widest(labels) * math.sin(_LABEL_ANGLE) + _SIZE + _TICK)
    width = _CELL_WIDTH if len(names) <= _MANY_COLUMNS else _NARROW_CELL_WIDTH
    lines, keys = _lay_out_legend(left, top + max(len(codes), _FEWEST_ROWS) * _CELL_HEIGHT)
    return _HeatMap(
        left=left,
        top=top,
        cell_width=width,
        columns=[
            _Column(label, left + width * (place + 0.5), label_y=top - _TICK - _BASELINE)
            for place, label in enumerate(labels)
        ],
        rows=[
            _Row(code, top + place * _CELL_HEIGHT, _lay_out_cells(found, line, left, width))
            for place, (code, line) in enumerate(zip(codes, found.standards, strict=True))
        ],
        legend_lines=lines,
        keys=keys,
    )


def _lay_out_cells(found: CoverageMap, line: StandardLine, left: float, width: float) -> list[_Square]:
    cells = (found.cells[line.code, key] for key in found.certifications)
    return [
        _Square(left + place * width, left + (place + 0.5) * width, shade_of(cell), letters_of(cell), cell.disagree)
        for place, cell in enumerate(cells)
    ]


def _lay_out_legend(left: float, bottom: float) -> tuple[list[_Line], list[_Key]]:
    """The legend below the cells: its title, then the shades in rows, the fullest first."""
    lines = [_Line(words, bottom + _LEGEND_AWAY + place * _LINE_HEIGHT) for place, words in enumerate(_LEGEND)]
    shades = [*SHADES[::-1], NOT_MARKED]
    keys: list[_Key] = []
    x, top = left, lines[-1].y + _EDGE
    for column in range(_LEGEND_COLUMNS):
        below = shades[column::_LEGEND_COLUMNS]
        keys += [_Key(shade, x, top + place * _LEGEND_ROW) for place, shade in enumerate(below)]
        x = math.ceil(max(key.end for key in keys) + _LEGEND_GAP)
    return lines, keys


def _widest(lines: Iterable[str]) -> float:
    return max((width_of(line, _SIZE) for line in lines), default=0)


@dataclass(frozen=True)
class _Step:
    """A step of the scale below the spreads."""

    value: int
    x: float


@dataclass(frozen=True)
class _SpreadRow:
    """One certification: its name in a line or two, and its spread; none where nobody rated."""

    lines: list[str]
    at: SpreadPicture | None
    middle: float

    @property
    def top(self) -> float:
        """Where the marks begin."""
        return self.middle - _SPREAD_MARKS / 2

    @property
    def baseline(self) -> float:
        """Where a single line of letters stands."""
        return self.middle + _BASELINE

    @property
    def first_line(self) -> float:
        """Where the first line of the name stands, so that all of them together stand beside the middle."""
        return self.baseline - (len(self.lines) - 1) * _LINE_HEIGHT / 2


@dataclass(frozen=True)
class _SpreadSheet:
    """Where everything in a picture of several spreads lies."""

    ruler: Ruler
    steps: list[_Step]
    rows: list[_SpreadRow]
    bottom: float
    names: float

    @property
    def ticks(self) -> float:
        """Where the small lines below the scale end."""
        return self.bottom + _TICK

    @property
    def labels(self) -> float:
        """Where the numbers of the scale stand."""
        return self.ticks + _SIZE

    @property
    def width(self) -> float:
        """Of the whole picture; the last number stands half beyond the scale."""
        return self.ruler.right + 2 * _EDGE

    @property
    def height(self) -> float:
        """Of the whole picture."""
        return self.labels + _EDGE


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
    sheet = _lay_out_spreads(rows, low, high)
    context = {"sheet": sheet, "title": cut(title, _SIZE, math.inf), "font": _FONT_STACK, "line_height": _LINE_HEIGHT}
    return render_to_string("pictures/spreads.svg", context).encode()


def _lay_out_spreads(rows: Sequence[tuple[str, Summary | None]], low: int, high: int) -> _SpreadSheet:
    names = [_in_lines(name) for name, _ in rows]
    height = _TWO_LINES_HEIGHT if any(len(lines) > 1 for lines in names) else _SPREAD_HEIGHT
    ends = math.ceil(_EDGE + _widest(line for lines in names for line in lines))
    left = ends + 2 * _EDGE
    ruler = Ruler(low, high, left, left + _SPREAD_WIDTH)
    step = 1 if high - low <= len(SHADES) else 10
    return _SpreadSheet(
        ruler=ruler,
        steps=[_Step(value, ruler.at(value)) for value in range(low, high + 1, step)],
        rows=[
            _SpreadRow(lines, lay_out_spread(summary, ruler) if summary else None, height * (place + 0.5))
            for place, (lines, (_, summary)) in enumerate(zip(names, rows, strict=True))
        ],
        bottom=height * max(1, len(rows)),
        names=ends,
    )


def _in_lines(name: str) -> list[str]:
    lines = textwrap.wrap(name, _LINE_LENGTH, max_lines=_LINES, placeholder=" …") or [name]
    return [cut(line, _SIZE, _NAME_LIMIT) for line in lines]
