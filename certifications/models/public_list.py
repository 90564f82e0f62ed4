"""Counts every change of what the public list shows, so that whoever has a copy learns in one query whether it is
right.
"""

from typing import ClassVar

import pgtrigger
from django.db import models

# Adds one to the first line that no other transaction holds, and begins a new line when all are held. One line for all
# would let two people who change two catalog rows each wait for each other for ever: one holds the line and waits for
# a row, the other holds that row and waits for the line.
_MOVE_ON = """
    UPDATE certifications_publiclistcounter SET changes = changes + 1, changed_at = clock_timestamp()
    WHERE id = (SELECT id FROM certifications_publiclistcounter ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO certifications_publiclistcounter (changes, changed_at) VALUES (1, clock_timestamp());
    END IF;
    RETURN NULL;
"""


class PublicListCounter(models.Model):
    """Changes counted by the triggers of the models that the public list shows; the sum of all lines only ever
    grows.
    """

    changes = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(changes__gte=1),
                name="public_list_counter_counts",
                violation_error_message="A line begins with its first change.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.changes} changes"


def moves_public_list_on() -> pgtrigger.Trigger:
    """For the Meta of each model that the public list shows; fires once a statement, also for bulk updates and SQL."""
    return pgtrigger.Trigger(
        name="public_list_moves_on",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=_MOVE_ON,
    )
