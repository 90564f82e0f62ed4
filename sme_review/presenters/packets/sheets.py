"""The packet as a spreadsheet, from the frozen content alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.files.xlsx_files import Sheet, xlsx_bytes
from core.numbers import half_up
from sme_review.presenters.charts import shade_of
from sme_review.presenters.packets.pdf import title_of
from sme_review.presenters.packets.pictures import cell_of

_PLACES = 4
_PAIR = ("Certification", "Question")


def packet_xlsx(content: dict[str, Any], *, sha256: str) -> bytes:
    """The workbook's bytes; the same content always gives the same."""
    sheets = [
        Sheet("About", ("What", "Value"), _about(content, sha256)),
        Sheet("Recommendation", _RECOMMENDATION, [_recommended(entry) for entry in content["certifications"]]),
        Sheet("Ratings", _RATINGS, [_rated(entry, question) for entry, question in _questions(content)]),
        Sheet("Groups", _GROUPS, _groups(content)),
        Sheet("Distribution", (*_PAIR, "Answer", "Raters"), _distribution(content)),
        Sheet("Change", _CHANGE, _changes(content)),
        Sheet("Comments", (*_PAIR, "Comment"), _comments(content)),
        Sheet("Against the panel", (*_PAIR, "Rating", "Reason"), _against(content)),
        Sheet("Conflicts", ("Certification", "Reason"), _conflicts(content)),
        Sheet("Materials", _MATERIALS, _materials(content)),
        Sheet("Participation", _PARTICIPATION, _participation(content)),
        *(_coverage_sheets(content["coverage"]) if content["coverage"] else []),
        Sheet("Agreement", _AGREEMENT, _agreement(content)),
        Sheet("Method", ("What", "Words"), _method(content)),
    ]
    made = datetime.fromisoformat(content["frozen"]["at"])
    return xlsx_bytes(title=title_of(content), sheets=[_to_read(sheet) for sheet in sheets], made_at=made)


def _to_read(sheet: Sheet) -> Sheet:
    """The sheet with its numbers to four places."""
    rows = ([half_up(value, _PLACES) if isinstance(value, float) else value for value in row] for row in sheet.rows)
    return replace(sheet, rows=rows)


_RECOMMENDATION = (
    "Certification",
    "Awarding entity",
    "Code",
    "Version",
    "Recommendation",
    "Note",
    "Suggested reading",
    "Rule",
    "Raters",
    "Round",
    "Decided before",
    "Discussion notes",
)
_RATINGS = (
    *_PAIR,
    "Invited",
    "Answered",
    "Cannot judge",
    "Conflict of interest",
    "Missing",
    "Median",
    "Lower quartile",
    "Upper quartile",
    "Lowest",
    "Highest",
    "Mean",
    "Spread around the median",
    "Rate 4 or 5",
    "Share rating 4 or 5 (I-CVI)",
    "Percent needed",
    "Modified kappa",
    "Kappa in words",
    "Content validity ratio (CVR)",
    "Needed beyond chance",
    "Disagreement",
)
_GROUPS = (
    *_PAIR,
    "Group",
    "Invited",
    "Answered",
    "Cannot judge",
    "Conflict of interest",
    "Missing",
    "Median",
)
_CHANGE = (*_PAIR, "Median in round 1", "Median now", "Went up", "Went down", "Stayed", "Spread")
_AGREEMENT = (
    "Question",
    "Certifications with enough raters",
    "Krippendorff's alpha",
    "Alpha in words",
    "Mean share rating 4 or 5",
)
_COVERAGE = ("Code", "Standard", "Number", "Certification", "Full", "Part", "None", "Median mark", "Disagreement")
_MATERIALS = ("Certification", "Version", "Made (UTC)", "Ratings by it", "Web page", "Information sheet", "Blueprint")
_PARTICIPATION = ("Group", "Invited", "Rated", "Conflict of interest", "Missing")
_COUNTS = ("invited", "answered", "cannot_judge", "recused", "missing")
_SUMMARY = ("median", "q1", "q3", "minimum", "maximum", "mean", "deviation")
_SUPPORT = ("endorsing", "share", "needed", "kappa", "kappa_words", "ratio", "beyond_chance")


def _questions(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for entry in content["certifications"]:
        for question in entry["questions"]:
            yield entry, question


def _about(content: dict[str, Any], sha256: str) -> list[tuple[str, Any]]:
    program, panel = content["program"], content["panel"]
    return [
        ("Packet", content["number"]),
        ("Program", f"{program['cip_code']} {program['title']}"),
        ("Standards version", program["standards_version"]),
        ("Panel", panel["title"]),
        ("Kind of group", panel["kind"]),
        ("Frozen by", content["frozen"]["by"]),
        ("Frozen at (UTC)", content["frozen"]["at"]),
        ("SHA-256 of the packet", sha256),
        ("The recommendation", content["recommendation"]),
    ]


def _recommended(entry: dict[str, Any]) -> list[Any]:
    return [
        *(entry[key] for key in ("name", "entity", "code", "version", "choice", "note", "reading", "rule")),
        entry["raters"],
        entry["round"],
        entry["decided"]["outcome"] if entry["decided"] else None,
        entry["discussion"],
    ]


def _rated(entry: dict[str, Any], question: dict[str, Any]) -> list[Any]:
    summary, support = question["summary"] or {}, dict(question["support"] or {})
    if question["key"] != "employer":
        support.pop("needed", None)  # question 3 needs no share: its rule is about the median
    return [
        entry["name"],
        question["title"],
        *(question["total"][key] for key in _COUNTS),
        *(summary.get(key) for key in _SUMMARY),
        *(support.get(key) for key in _SUPPORT),
        {True: "yes", False: "no"}.get(question["disagreement"]),
    ]


def _groups(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [entry["name"], question["title"], group["group"], *(group[key] for key in _COUNTS), group["median"]]
        for entry, question in _questions(content)
        for group in question["groups"]
    ]


def _distribution(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [entry["name"], question["title"], answer, raters]
        for entry, question in _questions(content)
        for answer, raters in question["distribution"]
    ]


def _changes(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [
            entry["name"],
            question["title"],
            change["median_before"],
            question["summary"]["median"],
            *(change[key] for key in ("up", "down", "stayed", "spread")),
        ]
        for entry, question in _questions(content)
        if (change := question["change"])
    ]


def _comments(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [entry["name"], question["title"], comment]
        for entry, question in _questions(content)
        for comment in question["comments"]
    ]


def _against(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [entry["name"], question["title"], held["value"], held["reason"]]
        for entry, question in _questions(content)
        for held in question["against"]
    ]


def _conflicts(content: dict[str, Any]) -> list[list[Any]]:
    return [[entry["name"], reason] for entry in content["certifications"] for reason in entry["conflicts"]]


def _materials(content: dict[str, Any]) -> list[list[Any]]:
    keys = ("version", "made", "ratings", "link", "information_sheet", "blueprint")
    return [
        [entry["name"], *(held[key] for key in keys)]
        for entry in content["certifications"]
        for held in entry["materials"]
    ]


def _participation(content: dict[str, Any]) -> list[list[Any]]:
    return [
        [line[key] for key in ("group", "invited", "rated", "recused", "missing")] for line in content["participation"]
    ]


def _coverage_sheets(coverage: dict[str, Any]) -> list[Sheet]:
    """What each certification covers, the small sets that cover the most, and the map cell by cell."""
    keys = ("place", "name", "worksheets", "share")
    shares = [[held[key] for key in keys] for held in coverage["certifications"]]
    return [
        Sheet("Covered shares", ("Number", "Certification", "Worksheets", "Share (percent)"), shares),
        Sheet("Small sets", ("How many", "Numbers", "Certifications", "Share (percent)", "Place"), _sets(coverage)),
        Sheet("Coverage map", _COVERAGE, _coverage(coverage)),
    ]


def _sets(coverage: dict[str, Any]) -> Iterator[list[Any]]:
    names = {held["place"]: held["name"] for held in coverage["certifications"]}
    for size in coverage["sets"]:
        for place, held in enumerate([size["best"], *size["others"]], start=1):
            chosen = held["places"]
            yield [
                size["size"],
                " + ".join(str(number) for number in chosen),
                "; ".join(names[number] for number in chosen),
                held["share"],
                place,
            ]


def _coverage(coverage: dict[str, Any]) -> Iterator[list[Any]]:
    """One row for each standard and certification."""
    for standard in coverage["standards"]:
        for held, frozen in zip(coverage["certifications"], standard["cells"], strict=True):
            cell = cell_of(frozen)
            yield [
                standard["code"],
                standard["statement"],
                held["place"],
                held["name"],
                cell.full,
                cell.part,
                cell.none,
                shade_of(cell).words,
                "yes" if cell.disagree else "no",
            ]


def _agreement(content: dict[str, Any]) -> list[list[Any]]:
    keys = ("question", "certifications", "alpha", "words", "endorsement")
    return [[held[key] for key in keys] for held in content["agreement"]]


def _method(content: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        *(("Method", sentence) for sentence in content["method"]),
        *((rule["name"], rule["value"]) for rule in content["rules"]),
        *((figure["title"], figure["sentence"]) for figure in content["figures"]),
    ]
