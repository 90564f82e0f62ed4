"""Where things lie in our pictures: one layout of a spread for pages and the packet's PDF; words measured in our font.

The drawings themselves are the templates in templates/pictures/.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from django.conf import settings
from PIL import ImageFont

# The files that the PDF is set in; the web font of pages has the same widths.
_FONTS = settings.BASE_DIR / "static" / "vendor" / "public-sans" / "ttf"
_MEASURED_AT = 1000
# XML knows no control characters, not even escaped ones: a picture with one in it would not open.
_NOT_IN_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class FiveNumbers(Protocol):
    """What a spread is drawn from."""

    @property
    def minimum(self) -> float:
        """The lowest rating."""

    @property
    def q1(self) -> float:
        """Where the middle half begins."""

    @property
    def median(self) -> float:
        """The middle."""

    @property
    def q3(self) -> float:
        """Where the middle half ends."""

    @property
    def maximum(self) -> float:
        """The highest rating."""


@dataclass(frozen=True)
class Ruler:
    """A scale laid on a picture: `low` lies at `left` and `high` at `right`, in the picture's units."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Where a value of the scale lies."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 1)


@dataclass(frozen=True)
class SpreadPicture:
    """Where the parts of a spread lie, in the picture's units: what templates/pictures/spread.svg draws."""

    left: float
    right: float
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float

    @property
    def box(self) -> float:
        """How wide the middle half is; where all agree it is still to be seen."""
        return round(max(self.q3 - self.q1, 2), 1)


def lay_out_spread(numbers: FiveNumbers, ruler: Ruler) -> SpreadPicture:
    """Lay out the five numbers along a ruler."""
    return SpreadPicture(
        left=ruler.left,
        right=ruler.right,
        minimum=ruler.at(numbers.minimum),
        q1=ruler.at(numbers.q1),
        median=ruler.at(numbers.median),
        q3=ruler.at(numbers.q3),
        maximum=ruler.at(numbers.maximum),
    )


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """How wide words are in our font, in the units of the size."""
    return sum(_advance(letter, bold) for letter in words) * size / _MEASURED_AT


def cut(words: str, size: float, limit: float) -> str:
    """The words on one line and no wider than the limit: they end in three dots where they were cut."""
    plain = _NOT_IN_XML.sub(" ", words)
    if width_of(plain, size) <= limit:
        return plain
    while plain and width_of(f"{plain}…", size) > limit:
        plain = plain[:-1]
    return f"{plain.rstrip()}…"


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    return _font(bold).getlength(letter)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    file = _FONTS / ("PublicSans-Bold.ttf" if bold else "PublicSans-Regular.ttf")
    # The plain layout is part of every build of Pillow; the other one may be missing, and measures otherwise.
    return ImageFont.truetype(file, _MEASURED_AT, layout_engine=ImageFont.Layout.BASIC)
