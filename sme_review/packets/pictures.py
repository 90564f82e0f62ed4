"""The pictures of a packet, drawn from the frozen content: the same content gives the same bytes."""

import math
from collections.abc import Sequence
from typing import Any

from sme_review.charts import draw_coverage, draw_spreads
from sme_review.coverage import Cell, CoverageMap, CoveringSets
from sme_review.packets.text import plain_text
from sme_review.statistics import Summary
from sme_review.worksheet import StandardLine

_NAME_LENGTH = 80
# As many standards as fit on a page of the PDF, one below the other.
_STANDARDS_ON_A_PAGE = 32


def spread_pictures(content: dict[str, Any]) -> list[dict[str, str]]:
    """The spread of each question over all certifications, each with a text that says the same."""
    certifications = [entry for entry in content["certifications"] if entry["questions"]]
    if not certifications:
        return []
    pictures = []
    for place, question in enumerate(certifications[0]["questions"]):
        rows = [(_name(entry["name"]), _summary(entry["questions"][place]["summary"])) for entry in certifications]
        drawn = draw_spreads(rows, low=question["low"], high=question["high"], title=question["title"])
        said = "; ".join(f"{name}: {_in_words(summary)}" for name, summary in rows)
        pictures.append({"title": question["title"], "svg": drawn.decode(), "alt": f"{question['title']}. {said}."})
    return pictures


def coverage_picture(content: dict[str, Any]) -> bytes:
    """The heat map as SVG, whole; the content has a coverage part."""
    coverage = content["coverage"]
    return _heat_map(coverage, coverage["standards"], "Coverage map")


def coverage_pages(content: dict[str, Any]) -> list[dict[str, str]]:
    """The heat map in parts that fit on a page, each with a text that says what it shows; none without worksheets."""
    coverage = content["coverage"]
    if not coverage:
        return []
    standards = coverage["standards"]
    pages = math.ceil(len(standards) / _STANDARDS_ON_A_PAGE)
    size = math.ceil(len(standards) / pages)
    parts = [standards[at : at + size] for at in range(0, len(standards), size)]
    pictures = []
    for part in parts:
        title = f"Coverage map, standards {plain_text(part[0]['code'])} to {plain_text(part[-1]['code'])}"
        alt = f"{title}: a heat map of the panel's median marks. The table below it holds the same."
        pictures.append({"title": title, "svg": _heat_map(coverage, part, title).decode(), "alt": alt})
    return pictures


def cell_of(frozen: Sequence[Any]) -> Cell:
    """A cell of the map as it was frozen: full, part, none, worth, disagreement."""
    full, part, none, worth, disagree = frozen
    return Cell(full, part, none, worth, disagree)


def _heat_map(coverage: dict[str, Any], standards: Sequence[dict[str, Any]], title: str) -> bytes:
    names = [f"{held['place']}. {_name(held['name'])}" for held in coverage["certifications"]]
    places = tuple(held["place"] for held in coverage["certifications"])
    found = CoverageMap(
        standards=tuple(StandardLine(plain_text(held["code"]), held["segment"]) for held in standards),
        certifications=places,
        cells={
            (plain_text(held["code"]), place): cell_of(cell)
            for held in standards
            for place, cell in zip(places, held["cells"], strict=True)
        },
        shares={},
        untouched=(),
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
        return "nobody rated it"
    return (
        f"median {summary.median:g}, middle half {summary.q1:g} to {summary.q3:g}, "
        f"all {summary.minimum:g} to {summary.maximum:g}"
    )
