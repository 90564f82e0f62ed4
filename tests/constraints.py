"""Testing a database rule from both sides: what it lets through and what it refuses, by the rule's name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction


@dataclass(frozen=True)
class Rule:
    """A named rule of the database with an act that it allows and one that it refuses."""

    name: str
    allowed: Callable[[], Any]
    refused: Callable[[], Any]

    def __str__(self) -> str:
        return self.name


def check_both_sides(rule: Rule) -> None:
    """Do the allowed act; then see the refused one fail on this very rule."""
    with transaction.atomic():
        rule.allowed()
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    with pytest.raises(DatabaseError, match=rule.name), transaction.atomic():
        rule.refused()
