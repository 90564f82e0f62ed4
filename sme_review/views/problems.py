"""What is wrong on a page of many small forms, for its error summary."""

from collections.abc import Sequence
from typing import Any


def problems_of(forms: Sequence[Any]) -> list[tuple[str, str]]:
    """All that is wrong, each with the address of its field."""
    problems = []
    for form in forms:
        for name, errors in form.errors.items() if form.is_bound else ():
            target = f"#{form[name].id_for_label or form[name].auto_id + '_0'}" if name in form.fields else ""
            problems += [(str(error), target) for error in errors]
    return problems
