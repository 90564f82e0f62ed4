"""What waits for a person on the home page."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class HomeItem:
    """One thing that needs a person.

    Attributes:
        title: what to do, as a verb phrase: "Approve 12 student records".
        text: one sentence more.
        href: where to do it.
        due: by when (a Michigan date), or None.
        urgent: comes first and is marked.
        count: how many wait, or None where a number says nothing.
    """

    title: str
    text: str
    href: str
    due: date | None = None
    urgent: bool = False
    count: int | None = None
