"""What a page carries in hidden fields and in its address: what it was made from."""

import re
from collections.abc import Iterable

from django.http import HttpRequest

# Longer numbers are no keys or versions of ours, and would not fit the database's columns.
_WHOLE = re.compile(r"[0-9]{1,9}")


def whole_number(given: str) -> int | None:
    """A whole number that a page sent; None where it is missing or is something else."""
    return int(given) if _WHOLE.fullmatch(given) else None


def whole_numbers(given: Iterable[str]) -> list[int]:
    """The whole numbers among what a page sent; whatever else there is is left out."""
    return [int(number) for number in given if _WHOLE.fullmatch(number)]


def hidden_number(request: HttpRequest, name: str) -> int | None:
    """A whole number that the page sent in a hidden field; None where it is missing or is something else."""
    return whole_number(request.POST.get(name, ""))
