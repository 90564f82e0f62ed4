"""What a page carries in hidden fields: what it was made from."""

import re

from django.http import HttpRequest

# Longer numbers are no keys or versions of ours, and would not fit the database's columns.
_WHOLE = re.compile(r"[0-9]{1,9}")


def hidden_number(request: HttpRequest, name: str) -> int | None:
    """A whole number that the page sent; None where it is missing or is something else."""
    given = request.POST.get(name, "")
    return int(given) if _WHOLE.fullmatch(given) else None
