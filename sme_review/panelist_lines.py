"""Reads pasted lines "name, e-mail, group" and says per line what is wrong."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sme_review.enums import StakeholderGroup
from sme_review.services.panelists import NewPanelist

# A paste from a spreadsheet has tabs; a typed list has commas or semicolons.
_SEPARATOR = re.compile(r"[\t;,]")
_COLUMNS = 3
_LONGEST_NAME = 150
_GROUP_WORDS = {
    "secondary": StakeholderGroup.SECONDARY,
    "secondary educator": StakeholderGroup.SECONDARY,
    "postsecondary": StakeholderGroup.POSTSECONDARY,
    "post-secondary": StakeholderGroup.POSTSECONDARY,
    "postsecondary educator": StakeholderGroup.POSTSECONDARY,
    "business": StakeholderGroup.BUSINESS,
    "industry": StakeholderGroup.BUSINESS,
    "business and industry": StakeholderGroup.BUSINESS,
    "employer": StakeholderGroup.BUSINESS,
}


@dataclass(frozen=True)
class Line:
    """One pasted line: who it names, or what is wrong with it."""

    number: int
    text: str
    person: NewPanelist | None = None
    problem: str = ""

    @property
    def group_label(self) -> str:
        """The stakeholder group in words."""
        return StakeholderGroup(self.person.group).label if self.person else ""


def read_lines(text: str, *, taken: Collection[str]) -> list[Line]:
    """Read pasted text line by line; empty lines are passed over.

    Args:
        taken: addresses that are on the panel already, in small letters.
    """
    seen: dict[str, int] = {}
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        line = _read(number, raw.strip(), taken, seen)
        if line.person:
            seen[line.person.email] = number
        lines.append(line)
    return lines


def _read(number: int, text: str, taken: Collection[str], seen: dict[str, int]) -> Line:
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    if len(parts) != _COLUMNS or not all(parts):
        return Line(number, text, problem="Give three things, separated by commas: name, e-mail address, group.")
    name, email, group_words = parts[0], parts[1].lower(), parts[2].lower()
    if len(name) > _LONGEST_NAME:
        return Line(number, text, problem=f"The name is too long. Write at most {_LONGEST_NAME} characters.")
    try:
        validate_email(email)
    except ValidationError:
        return Line(number, text, problem=f"“{parts[1]}” is not an e-mail address. It reads like name@example.org.")
    group = _GROUP_WORDS.get(group_words)
    if group is None:
        return Line(number, text, problem=f"“{parts[2]}” is not a group. Write secondary, postsecondary or business.")
    if email in taken or email in seen:
        where = "already on this panel" if email in taken else f"also on line {seen[email]}"
        return Line(number, text, problem=f"{email} is {where}.")
    return Line(number, text, person=NewPanelist(name=name, email=email, group=group))
