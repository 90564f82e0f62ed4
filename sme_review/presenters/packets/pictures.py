"""The pictures of a packet, drawn from the frozen content: the same content gives the same bytes."""

import math
from collections.abc import Sequence
from typing import Any

from sme_review.figures import Summary
from sme_review.figures.coverage import Cell, CoverageMap, CoveringSets
from sme_review.figures.worksheet import StandardLine
from sme_review.presenters.charts import draw_coverage, draw_spreads
from sme_review.presenters.packets.text import plain_text

_NAME_LENGTH = 80
# As many standards as fit on a page of the PDF, one below the other, and as many certifications beside each other or,
# with their spreads, below each other.
_STANDARDS_ON_A_PAGE = 32
_COLUMNS_ON_A_PAGE = 20
_SPREADS_ON_A_PAGE = 20
# From so many columns on the heat map takes the whole width of the page.
_WIDE = 9


def spread_pictures(content: dict[str, Any]) -> list[dict[str, str]]:
    """The spread of each question over all certifications in parts that fit on a page; a text says the same of each."""
    certifications = [entry for entry in content["certifications"] if entry["questions"]]
    if not certifications:
        return []
    parts = _parts(certifications, _SPREADS_ON_A_PAGE)
    pictures = []
    for place, question in enumerate(certifications[0]["questions"]):
        for number, part in enumerate(parts, start=1):
            title = question["title"] + (f", part {number} of {len(parts)}" if len(parts) > 1 else "")
            rows = [(_name(entry["name"]), _summary(entry["questions"][place]["summary"])) for entry in part]
            drawn = draw_spreads(rows, low=question["low"], high=question["high"], title=title)
            said = "; ".join(f"{name}: {_in_words(summary)}" for name, summary in rows)
            pictures.append({"title": title, "svg": drawn.decode(), "alt": f"{title}. {said}."})
    return pictures


def _parts(items: Sequence[Any], most: int) -> list[Sequence[Any]]:
    """The items in as few parts as it takes, of about the same length and `most` at most."""
    size = math.ceil(len(items) / math.ceil(len(items) / most))
    return [items[at : at + size] for at in range(0, len(items), size)]


def coverage_picture(content: dict[str, Any]) -> bytes:
    """The heat map as SVG, whole; the content has a coverage part."""
    coverage = content["coverage"]
    return _heat_map(coverage, coverage["standards"], range(len(coverage["certifications"])), "Coverage map")


def coverage_pages(content: dict[str, Any]) -> list[dict[str, str | bool]]:
    """The heat map in parts that fit on a page, each with a text that says what it shows; none without worksheets."""
    coverage = content["coverage"]
    if not coverage:
        return []
    columns = _parts(range(len(coverage["certifications"])), _COLUMNS_ON_A_PAGE)
    pictures: list[dict[str, str | bool]] = []
    for chosen in columns:
        for part in _parts(coverage["standards"], _STANDARDS_ON_A_PAGE):
            title = f"Coverage map, standards {plain_text(part[0]['code'])} to {plain_text(part[-1]['code'])}"
            if len(columns) > 1:
                title += f", certifications {chosen[0] + 1} to {chosen[-1] + 1}"
            alt = f"{title}: a heat map of the panel's median marks. The table below it holds the same."
            drawn = _heat_map(coverage, part, chosen, title).decode()
            pictures.append({"title": title, "svg": drawn, "alt": alt, "wide": len(chosen) >= _WIDE})
    return pictures


def cell_of(frozen: Sequence[Any]) -> Cell:
    """A cell of the map as it was frozen: full, part, none, worth, disagreement."""
    full, part, none, worth, disagree = frozen
    return Cell(full, part, none, worth, disagree)


def _heat_map(
    coverage: dict[str, Any], standards: Sequence[dict[str, Any]], columns: Sequence[int], title: str
) -> bytes:
    chosen = [coverage["certifications"][column] for column in columns]
    names = [f"{held['place']}. {_name(held['name'])}" for held in chosen]
    places = tuple(held["place"] for held in chosen)
    found = CoverageMap(
        standards=tuple(StandardLine(plain_text(held["code"]), held["segment"]) for held in standards),
        certifications=places,
        cells={
            (plain_text(held["code"]), place): cell_of(held["cells"][column])
            for held in standards
            for place, column in zip(places, columns, strict=True)
        },
        shares={},
        untouched=(),
        unmarked=(),
        disputed=(),
        sets=CoveringSets((), 0.0, exact=True),
    )
    return draw_coverage(found, names, title=title)


def _name(name: str) -> str:
    plain = plain_text(name)
    return plain if len(plain) <= _NAME_LENGTH else f"{plain[:_NAME_LENGTH]}…"


def _summary(numbers: dict[str, Any] | None) -> Summary | None:
    return Summary(**numbers) if numbers else None


def _in_words(summary: Summary | None) -> str:
    if summary is None:
        return "no ratings"
    return (
        f"median {summary.median:g}, middle half {summary.q1:g} to {summary.q3:g}, "
        f"all {summary.minimum:g} to {summary.maximum:g}"
    )
