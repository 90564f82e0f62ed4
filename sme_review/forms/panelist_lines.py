"""Reads lines of panelists, pasted or from a table, and says per line what is wrong and how to fix it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.files.table_reader import Column, Limits, Row, Table, matched
from core.problems import Problem
from sme_review.enums import StakeholderGroup
from sme_review.services.panelists import NewPanelist

# A table of people is small; whoever sends more has most likely sent something else.
LIMITS = Limits(rows=500, columns=60, cell=1_000)
COLUMNS = (
    Column("name", "Name", ("full name", "panelist", "expert")),
    Column("first", "First name", ("given name", "first"), required=False),
    Column("last", "Last name", ("family name", "surname", "last"), required=False),
    Column("email", "E-mail address", ("email", "e-mail", "mail", "email address")),
    Column("group", "Group", ("stakeholder group", "stakeholder")),
    Column("title", "Job title", ("title", "position", "role"), required=False),
    Column("organization", "Organization", ("organisation", "employer", "school", "company"), required=False),
)
_IN_ORDER = ("name", "email", "group", "title", "organization")
_LONGEST = {"name": "The name", "title": "The job title", "organization": "The organization"}
_MOST_CHARACTERS = 150
_LONGEST_LINE = 10_000
_GROUP_WORDS = {
    "secondary": StakeholderGroup.SECONDARY,
    "secondary educator": StakeholderGroup.SECONDARY,
    "secondary educators": StakeholderGroup.SECONDARY,
    "postsecondary": StakeholderGroup.POSTSECONDARY,
    "post-secondary": StakeholderGroup.POSTSECONDARY,
    "postsecondary educator": StakeholderGroup.POSTSECONDARY,
    "postsecondary educators": StakeholderGroup.POSTSECONDARY,
    "business": StakeholderGroup.BUSINESS,
    "industry": StakeholderGroup.BUSINESS,
    "business and industry": StakeholderGroup.BUSINESS,
    "business & industry": StakeholderGroup.BUSINESS,
    "business/industry": StakeholderGroup.BUSINESS,
    "employer": StakeholderGroup.BUSINESS,
}


@dataclass(frozen=True)
class Line:
    """One line: who it names, or what is wrong with it; a line of headings names nobody."""

    number: int
    text: str
    person: NewPanelist | None = None
    problem: str = ""
    is_headings: bool = False

    @property
    def group_label(self) -> str:
        """The stakeholder group in words."""
        return StakeholderGroup(self.person.group).label if self.person else ""


def as_lines(table: Table) -> str:
    """A table as text for the box, so that what is wrong can be mended there; line numbers stay row numbers."""
    last = table.rows[-1].number
    keeps_numbers = last <= 2 * LIMITS.rows
    cells = {row.number: [" ".join(cell.split()) for cell in row.cells] for row in table.rows}
    numbers = range(1, last + 1) if keeps_numbers else list(cells)
    return "\n".join("\t".join(cells.get(number, [])) for number in numbers)


def read_lines(text: str, *, taken: Mapping[str, str]) -> list[Line]:
    """Read text line by line; empty lines are passed over, and a first line of headings says what the columns are.

    Args:
        taken: e-mail address in small letters -> why nobody can be added with it, for example "already on this panel".
    """
    given = [(number, raw.strip(" \r\n")) for number, raw in enumerate(text.split("\n"), start=1) if raw.strip()]
    if len(given) > LIMITS.rows:
        raise Problem(f"There are {len(given):,} lines; at most {LIMITS.rows} are read at once. Add them in parts.")
    columns = _headings(given[0]) if given else None
    lines = [Line(*given[0], is_headings=True)] if columns else []
    seen: dict[str, int] = {}
    for number, raw in given[1:] if columns else given:
        line = _read(number, raw, columns)
        if line.person:
            line = _once(line, taken, seen)
        if line.person:
            seen[line.person.email] = number
        lines.append(line)
    return lines


def _cells(text: str) -> list[str]:
    """The cells of a line: tabs as copied from a spreadsheet, else semicolons, else commas."""
    mark = next((mark for mark in "\t;" if mark in text), ",")
    line = text.replace("\r", " ")[:_LONGEST_LINE]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=mark, skipinitialspace=True))]


def _headings(first: tuple[int, str]) -> Mapping[str, int] | None:
    """Column -> place, if the first line names them; None if it names a person."""
    number, text = first
    columns = matched(Row(number, tuple(_cells(text))), COLUMNS)
    return columns if "email" in columns and {"name", "last"} & set(columns) else None


def _read(number: int, text: str, columns: Mapping[str, int] | None) -> Line:
    parts = _cells(text)
    if columns is None:
        if len(parts) > len(_IN_ORDER):
            said = "There are more than five parts: name, e-mail address, group, job title, organization."
            return Line(number, text, problem=f"{said} Put quote marks around a part that has a comma in it.")
        columns = {key: place for place, key in enumerate(_IN_ORDER)}
    values = {key: parts[place] if place < len(parts) else "" for key, place in columns.items()}
    values["name"] = values.get("name") or " ".join(filter(None, (values.pop("first", ""), values.pop("last", ""))))
    given = {key: values.get(key, "") for key in _IN_ORDER}
    problem = _problem(given)
    if problem:
        return Line(number, text, problem=problem)
    given["email"], given["group"] = given["email"].lower(), _GROUP_WORDS[given["group"].lower()]
    return Line(number, text, person=NewPanelist(**given))


def _problem(given: Mapping[str, str]) -> str:
    """What is wrong with a person's parts and how to fix it; empty where nothing is."""
    if not all(given[key] for key in ("name", "email", "group")):
        return "Give three things, separated by commas: name, e-mail address, group."
    for key, words in _LONGEST.items():
        if len(given[key]) > _MOST_CHARACTERS:
            return f"{words} is too long. Write at most {_MOST_CHARACTERS} characters."
    try:
        validate_email(given["email"])
    except ValidationError:
        return f"“{given['email']}” is not an e-mail address. It reads like name@example.org."
    if given["group"].lower() not in _GROUP_WORDS:
        return f"“{given['group']}” is not a group. Write secondary, postsecondary or business."
    return ""


def _once(line: Line, taken: Mapping[str, str], seen: Mapping[str, int]) -> Line:
    """The line, or why its address cannot be added again."""
    email = line.person.email if line.person else ""
    where = taken.get(email) or (f"also on line {seen[email]}" if email in seen else "")
    return replace(line, person=None, problem=f"{email} is {where}. Remove this line.") if where else line


def left_over(lines: Sequence[Line]) -> str:
    """What stays in the box once the good lines are added: those with a problem, under their headings."""
    wrong = [line for line in lines if line.problem]
    return "\n".join(line.text for line in lines if line.problem or (wrong and line.is_headings))
