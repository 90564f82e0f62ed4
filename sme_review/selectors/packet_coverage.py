"""The coverage part of a packet: what the worksheets say about standards and certifications."""

from collections.abc import Mapping
from typing import Any

from sme_review.figures.coverage import Cell, CoverageMap, CoveringSet
from sme_review.selectors.coverage import Coverage
from sme_review.selectors.packet_figures import number


def coverage_content(coverage: Coverage) -> dict[str, Any] | None:
    """The map with its small sets, as JSON holds it; None when nobody marked anything.

    Cells are lists of full, part, none, worth and disagreement, in the order of the certifications.
    """
    figures = coverage.figures
    if figures.is_empty:
        return None
    places = {entry.pk: place for place, entry in enumerate(coverage.entries, start=1)}
    return {
        "weighted": coverage.weighted,
        "certifications": [
            {
                "place": places[entry.pk],
                "name": str(entry),
                "worksheets": coverage.worksheets[entry.pk],
                "share": number(figures.shares[entry.pk]),
                "left": figures.left(entry.pk),
            }
            for entry in coverage.entries
        ],
        "standards": [
            {
                "code": standard.code,
                "segment": standard.segment_code,
                "statement": standard.statement,
                "untouched": standard.code in figures.untouched,
                "unmarked": standard.code in figures.unmarked,
                "cells": [_cell(figures.cells[standard.code, entry.pk]) for entry in coverage.entries],
            }
            for standard in coverage.standards
        ],
        "sets": _sets(figures, places),
        "most": number(figures.sets.most),
        "exact": figures.sets.exact,
    }


def _cell(cell: Cell) -> list[Any]:
    return [cell.full, cell.part, cell.none, number(cell.worth), cell.disagree]


def _sets(figures: CoverageMap, places: Mapping[int, int]) -> list[dict[str, Any]]:
    """The best set of each size with what it gains over the size before, and its runners-up."""
    sizes, before = [], 0.0
    for size in figures.sets.by_size:
        best, *others = size.sets
        sizes.append(
            {
                "size": size.size,
                "gain": number(best.share - before),
                "best": _set(best, places),
                "others": [_set(other, places) for other in others],
            }
        )
        before = best.share
    return sizes


def _set(chosen: CoveringSet, places: Mapping[int, int]) -> dict[str, Any]:
    return {"places": [places[key] for key in chosen.certifications], "share": number(chosen.share)}
