"""How the public list speaks: its columns, periods in words, and links that keep what was asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page
from django.http import QueryDict
from django.urls import reverse

from certifications.models import Certification, Program, ProgramCertification
from certifications.selectors.public import Change
from core import school_year

KINDS = {"added": "Added", "ended": "Ended", "changed": "Changed"}
HEADINGS = (
    "CIP code",
    "Program",
    "Career cluster",
    "Certification",
    "Code",
    "Awarding entity",
    "Type",
    "Counts for federal reporting",
    "First school year",
    "Last school year",
    "Replaced by",
    "Sample",
)
CHANGE_HEADINGS = ("Change", "What changed", *HEADINGS)
# Name in the address (SORTS of the selectors) and words of each column of the page that sorts.
_COLUMNS = (
    ("cip", "CIP code"),
    ("program", "Program"),
    ("certification", "Certification"),
    ("entity", "Awarding entity"),
    ("type", "Type"),
    ("counts", "Counts for federal reporting"),
    ("since", "School years"),
)


def years_words(listing: ProgramCertification) -> str:
    """The school years in which a listing holds."""
    first, last = listing.first_school_year, listing.last_school_year
    if last is None:
        return f"From {school_year.label(first)} on"
    if first == last:
        return f"{school_year.label(first)} only"
    return f"{school_year.label(first)} to {school_year.label(last)}"


def replacement_of(listing: ProgramCertification) -> Certification | None:
    """What took the certification's place, where that is public too."""
    is_public: bool = listing.replacement_is_public  # type: ignore[attr-defined]
    return listing.certification.replaced_by if is_public else None


def program_href(program: Program) -> str:
    """The stable address of a program."""
    return f"{reverse('certifications:approved')}{quote(program.cip_code)}/"


def certification_href(certification: Certification) -> str:
    """The stable address of a certification."""
    return f"{reverse('certifications:approved')}certifications/{quote(certification.code)}/"


@dataclass(frozen=True)
class Line:
    """A listing as the tables show it."""

    listing: ProgramCertification
    program_href: str
    certification_href: str
    counts: str
    years: str
    replaced_by: Certification | None
    replaced_by_href: str
    kind: str = ""
    what: str = ""


def line(listing: ProgramCertification, *, kind: str = "", what: str = "") -> Line:
    """One line of a table."""
    replacement = replacement_of(listing)
    return Line(
        listing=listing,
        program_href=program_href(listing.program),
        certification_href=certification_href(listing.certification),
        counts="Yes" if listing.counts_federally else "No",
        years=years_words(listing),
        replaced_by=replacement,
        replaced_by_href=certification_href(replacement) if replacement else "",
        kind=kind,
        what=what,
    )


def change_line(change: Change) -> Line:
    """One line of what changed."""
    return line(change.listing, kind=change.kind, what=what_changed(change))


def what_changed(change: Change) -> str:
    """A change in a sentence."""
    now, before = change.listing, change.before
    if before is None:
        return f"On the list from {school_year.label(now.first_school_year)}."
    if change.kind == "ended":
        last = before.last_school_year
        return f"Last school year: {school_year.label(last)}." if last else "Ended."
    words = []
    if now.type != before.type:
        words.append(f"Type: {before.get_type_display()} before, {now.get_type_display()} now.")
    if now.counts_federally != before.counts_federally:
        words.append("Counts for federal reporting now." if now.counts_federally else "Does not count any more.")
    return " ".join(words)


def file_row(listing: ProgramCertification) -> list[Any]:
    """A listing under HEADINGS, for a file."""
    last, replacement = listing.last_school_year, replacement_of(listing)
    return [
        listing.program.cip_code,
        listing.program.title,
        listing.program.cluster.title,
        str(listing.certification),
        listing.certification.code,
        listing.certification.entity.name,
        listing.get_type_display(),
        "yes" if listing.counts_federally else "no",
        school_year.label(listing.first_school_year),
        school_year.label(last) if last else "",
        replacement.code if replacement else "",
        "sample" if listing.certification.is_sample else "",
    ]


def change_row(change: Change) -> list[Any]:
    """A change under CHANGE_HEADINGS, for a file."""
    return [KINDS[change.kind], what_changed(change), *file_row(change.listing)]


def split_by_now(listings: Iterable[ProgramCertification]) -> tuple[list[Line], list[Line]]:
    """Lines in force or still to come, and lines that ended before the running school year."""
    current: list[Line] = []
    ended: list[Line] = []
    for each in listings:
        (current if each.has_not_ended else ended).append(line(each))
    return current, ended


@dataclass(frozen=True)
class Heading:
    """The heading of a column that sorts: where it leads, and how the column is sorted now."""

    label: str
    href: str
    sorted: str


def headings(query: QueryDict) -> Iterator[Heading]:
    """The page's columns; sorting begins again at the first page."""
    order = query.get("sort", "")
    for name, label in _COLUMNS:
        following = f"-{name}" if order == name else name
        sorted_now = {name: "ascending", f"-{name}": "descending"}.get(order, "")
        yield Heading(label, _with(query, sort=following), sorted_now)


@dataclass(frozen=True)
class PageLink:
    """One entry under the table: a page's number, or a gap without an address."""

    label: str
    href: str
    current: bool = False


def page_links(query: QueryDict, page: Page) -> list[PageLink]:
    """Links to the pages near this one, and to the first and last."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [
        PageLink(str(number), _with(query, page=str(number)) if isinstance(number, int) else "", number == page.number)
        for number in numbers
    ]


def query_of_all_pages(query: QueryDict) -> str:
    """What was asked, but for the page: a download holds all pages."""
    whole = query.copy()
    whole.pop("page", None)
    return whole.urlencode()


def _with(query: QueryDict, **changed: str) -> str:
    other = query.copy()
    other.pop("page", None)
    for name, value in changed.items():
        other[name] = value
    return f"?{other.urlencode()}"
