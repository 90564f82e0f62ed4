"""What the components need computed: positions in pictures, shares of bars, due dates in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.utils import timezone

from core.numbers import half_up
from core.pictures import Ruler, SpreadPicture, lay_out_spread

register = template.Library()

# The picture of a spread on a page (templates/cotton/spread.html): its width in its own units, and the room left at
# both ends for half a marker.
_WIDTH = 300
_MARGIN = 8


@dataclass(frozen=True)
class FormProblem:
    """One line of an error summary."""

    message: str
    href: str


def _first_control(field: BoundField) -> str:
    """The id of what a person would fill in first: radio buttons and check boxes have one id each."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.field.widget.use_fieldset else field.auto_id)


# Django's own messages do not say which field they are about; ours do.
_SAYS_NO_FIELD = ("This field", "Enter a valid", "Select a valid", "Ensure this")


def _with_label(field: BoundField, message: str) -> str:
    return f"{field.label}: {message}" if message.startswith(_SAYS_NO_FIELD) else message


@register.filter
def form_problems(form: BaseForm | None) -> list[FormProblem]:
    """All that is wrong with a form, in the order of its fields; what concerns no single field comes first."""
    if not form or not form.is_bound:
        return []
    found = [FormProblem(str(message), "") for message in form.non_field_errors()]
    for field in form:
        href = "" if field.is_hidden else f"#{_first_control(field)}"
        found += [FormProblem(_with_label(field, str(message)), href) for message in field.errors]
    return found


@register.filter
def pair_problems(problems: Iterable[tuple[str, str]] | None) -> list[FormProblem]:
    """Problems given as (message, address) pairs."""
    return [FormProblem(str(message), href) for message, href in problems or ()]


@register.filter
def count_line(page: Page) -> str:
    """The rows shown, of how many: "1-50 of 1,234"."""
    total = page.paginator.count
    if not total:
        return "No rows"
    return f"{page.start_index():,}-{page.end_index():,} of {total:,}"


@dataclass(frozen=True)
class Due:
    """A due date in words."""

    text: str
    tone: str


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"


@register.filter
def long_date(value: date | None) -> str:
    """4 December 2026 as Americans write it: "December 4, 2026"."""
    return _day(value) if value else ""


@register.filter
def due(value: date | None) -> Due | None:
    """How far off a due date is, counted in Michigan's days; within a week it is marked, past it more so."""
    if value is None:
        return None
    left = (value - timezone.localdate()).days
    if left < 0:
        days = "1 day" if left == -1 else f"{-left} days"
        return Due(f"{days} overdue ({_day(value)})", "late")
    if left == 0:
        return Due(f"due today, {_day(value)}", "soon")
    if left == 1:
        return Due(f"due tomorrow, {_day(value)}", "soon")
    return Due(f"due {_day(value)}, in {left} days", "soon" if left <= 7 else "later")  # noqa: PLR2004


@register.filter
def spread_picture(spread: Any) -> SpreadPicture | None:
    """Lay out a spread (low, high, minimum, q1, median, q3, maximum); None when there is nothing to draw."""
    if not spread or spread.median is None or spread.high <= spread.low:
        return None
    return lay_out_spread(spread, Ruler(spread.low, spread.high, _MARGIN, _WIDTH - _MARGIN))


@dataclass(frozen=True)
class Bar:
    """One bar: its words, its number and its length as a share of the longest."""

    label: str
    count: float
    percent: float


@register.filter
def bar_lengths(bars: Iterable[tuple[str, float]] | None) -> list[Bar]:
    """Bars from (label, count) pairs, the longest at 100."""
    rows = list(bars or ())
    longest = max((count for _, count in rows), default=0)
    return [Bar(str(label), count, round(100 * count / longest, 1) if longest else 0) for label, count in rows]


@register.filter
def pairs_as_links(items: Iterable[tuple[str, str]] | None) -> list[dict[str, str]]:
    """Breadcrumbs from (label, address) pairs."""
    return [{"label": str(label), "href": href} for label, href in items or ()]


@register.filter
def one_decimal(value: float | None) -> str:
    """3.0 -> "3", 3.25 -> "3.3"."""
    return "" if value is None else f"{half_up(value, 1):g}"


@register.filter
def whole_percent(share: float) -> str:
    """0.625 -> "63"."""
    return f"{half_up(100 * share):.0f}"
