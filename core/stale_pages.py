"""Whether somebody else saved a thing since a page of it was opened: one mark for every kind of thing.

A page carries the mark of what it shows in a hidden field and sends it along; the service that saves works the mark out
anew, under a lock, and compares. So nobody overwrites what they have never seen (trust target R-4).
"""

import hashlib
import json
from typing import Any

from core.problems import StaleVersionError

_DIGITS = 16


def mark_of(*values: Any) -> str:
    """A short text that is another one as soon as any of the values is.

    Args:
        values: what the page shows, in an order that never changes; whatever JSON does not know goes by its text.

    Returns:
        16 hexadecimal digits: enough to tell any two states of one thing apart, and of no use to anybody else.
    """
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:_DIGITS]


def ensure_fresh(sent: str | int | None, present: str | int, message: str) -> None:
    """Refuse to save over what somebody else has saved.

    Args:
        sent: the mark, or the number of the version, that the page carried; None where the caller was not on a page
            (a command, another service).
        present: the mark now.
        message: what happened and what to do; what was typed is given back beside it.

    Raises:
        StaleVersionError: the two differ.
    """
    if sent is not None and sent != present:
        raise StaleVersionError(message)
