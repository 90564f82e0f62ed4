"""Filling tables through PostgreSQL's COPY, which is some hundred times faster than one INSERT per row.

The row log's triggers do not fire meanwhile: made-up rows have no history. Check and unique constraints hold as ever;
references are verified by query afterwards (`broken_references`).
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from types import TracebackType
from typing import Any, Self

from django.core.management.color import no_style
from django.db import connection, models

# How an empty column is written; an empty text is written as such.
NULL = r"\N"
BATCH = 20_000


class Copier:
    """Collects rows for one table and copies them in batches; used as a context manager."""

    def __init__(self, model: type[models.Model], fields: Sequence[str]) -> None:
        """Prepare to copy.

        Args:
            fields: the model's field attributes (`student_id`), in the order of the rows that will come. All of the
                table's columns must be named, so that a column added later cannot be forgotten here.
        """
        columns = {field.attname: field.column for field in model._meta.concrete_fields}
        if set(columns) != set(fields):
            different = ", ".join(sorted(set(columns) ^ set(fields)))
            raise ValueError(f"The rows for {model._meta.label} do not fit the table: {different}")
        names = ", ".join(f'"{columns[name]}"' for name in fields)
        self.sql = f"COPY \"{model._meta.db_table}\" ({names}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
        self.count = 0
        self._rows: list[tuple[Any, ...]] = []

    def add(self, *row: Any) -> None:
        """Take one row; empty columns are NULL, not None."""
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Copy what was collected."""
        buffer = StringIO()
        csv.writer(buffer).writerows(self._rows)
        buffer.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(self.sql, buffer)
        self.count += len(self._rows)
        self._rows.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()


@contextmanager
def without_triggers(*tables: type[models.Model]) -> Iterator[None]:
    """Run the body with the triggers of `tables` off, inside the running transaction.

    A superuser (the embedded server) turns off those of references too; elsewhere the owner of the tables turns off
    our own and the server still checks each reference.
    """
    names = [f'"{table._meta.db_table}"' for table in tables]
    with connection.cursor() as cursor:
        # What was written before must hold by itself.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        superuser = cursor.fetchone()[0]
        if superuser:
            off = ["SET LOCAL session_replication_role = replica"]
            on = ["SET LOCAL session_replication_role = origin"]
        else:
            off = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names]
            on = ["SET CONSTRAINTS ALL IMMEDIATE", *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names)]
        for statement in off:
            cursor.execute(statement)
        yield
        for statement in on:
            cursor.execute(statement)


def next_id(model: type[models.Model]) -> int:
    """The first free primary key."""
    largest = model._default_manager.aggregate(largest=models.Max("pk"))["largest"]  # noqa: SLF001 - public by its docs
    return (largest or 0) + 1


def finish(*tables: type[models.Model]) -> None:
    """Set the sequences behind the copied keys and give the planner its statistics."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f'ANALYZE "{table._meta.db_table}"')


def broken_references(*tables: type[models.Model]) -> list[str]:
    """The references in `tables` that lead nowhere, as "<table>.<field>: <count>"; empty when all hold."""
    broken = []
    with connection.cursor() as cursor:
        for table in tables:
            for field in table._meta.concrete_fields:
                if not isinstance(field, models.ForeignKey):
                    continue
                target = field.remote_field.model._meta
                # Names from our models, so nothing a stranger wrote can be among them.
                dangling = (
                    f'SELECT count(*) FROM "{table._meta.db_table}" t '  # noqa: S608
                    f'WHERE t."{field.column}" IS NOT NULL AND NOT EXISTS '
                    f'(SELECT 1 FROM "{target.db_table}" r WHERE r."{target.pk.column}" = t."{field.column}")'
                )
                cursor.execute(dangling)
                count = cursor.fetchone()[0]
                if count:
                    broken.append(f"{table._meta.label}.{field.name}: {count}")
    return broken
