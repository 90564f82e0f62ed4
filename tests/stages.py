"""Stages: what fixtures set up through services, built once in each test process and put back for each test.

A stage is built in a savepoint on an otherwise empty database; its rows, objects and mails are kept, and the savepoint
is
rolled back. Each test gets the rows inserted as they were and the objects unpickled, so that nothing passes from one
test
to the next. tests/test_stages.py compares what is put back with what is built.
"""

import io
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import time_machine
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

Build = Callable[..., Any]
# What `migrate` leaves in every test database.
MIGRATED = {"django_content_type", "auth_permission", "django_migrations"}
# Under a clock that was set and runs, a stage is kept from a little before any test's now, as anything past is.
EARLIER = timedelta(minutes=1)


@dataclass(frozen=True)
class Stage:
    """What one build left."""

    below: tuple["Stage", ...]
    rows: frozenset[tuple[str, str]]
    insert: str
    objects: bytes


_kept: dict[tuple[Build, str], Stage] = {}


def staged(build: Build, *below: Any) -> Any:
    """What `build(*below)` returns, with its rows in the database and its mails in the outbox.

    Args:
        build: sets a stage up, on nothing but what it is given.
        below: what it stands on; each came from `staged` in the same test.
    """
    standing = tuple(getattr(each, "_stage", None) for each in below)
    # Tests that really commit see what commits do: callbacks that run, other connections that read.
    if not connection.in_atomic_block or None in standing:
        return build(*below)
    key = (build, _clock())
    if key not in _kept:
        _kept[key] = _built(build, below, standing)
    return _put_back(_kept[key], below)


def everything() -> frozenset[tuple[str, str]]:
    """Each row of the database with the name of its table, but for what `migrate` leaves."""
    reads = [f'SELECT {_text(name)}, "{name}"::text FROM "{name}"' for name in _tables()]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(reads))
        return frozenset(cursor.fetchall())


def empty() -> None:
    """Delete what a test committed: in a fraction of the time that TRUNCATE takes, and with what `migrate` left kept.

    The lock waits for a request that is still writing, as TRUNCATE does.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"LOCK TABLE {', '.join(connection.ops.quote_name(name) for name in _tables())} IN EXCLUSIVE MODE"
        )
        _delete_all()
    _vacuum_large()


def _delete_all() -> None:
    _without_triggers("".join(f'DELETE FROM "{name}";' for name in _tables()))  # noqa: S608


def _vacuum_large() -> None:
    """Rows of tests that were rolled back or deleted stay in their tables, and slow down what reads all of one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 1000000"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"VACUUM {name}")


def _built(build: Build, below: Sequence[Any], standing: tuple[Stage, ...]) -> Stage:
    """Build a stage on a database that holds nothing but what it stands on, and leave no trace of it."""
    outbox, mail.outbox = mail.outbox, []
    try:
        with _undone(), _earlier():
            _keep_only(standing)
            before = everything()
            objects = build(*below)
            after = everything()
            assert before <= after, f"{build.__name__} changes what it stands on"
            added = after - before
            return Stage(standing, added, _insert(added), _pickled((objects, mail.outbox), below))
    finally:
        mail.outbox = outbox


def _put_back(stage: Stage, below: Sequence[Any]) -> Any:
    _without_triggers(stage.insert)
    objects, mails = _unpickled(stage.objects, below)
    mail.outbox.extend(mails)
    if hasattr(objects, "__dict__"):
        objects._stage = stage
    return objects


def _clock() -> str:
    """Tests with one clock share a stage: a day of the real one, a minute of one that was set, an instant of one that
    stands.
    """
    if not time_machine.escape_hatch.is_travelling():
        return str(timezone.localdate())
    return timezone.now().isoformat(timespec="microseconds" if _stands_still() else "minutes")


def _stands_still() -> bool:
    return time.time_ns() == time.time_ns()


def _earlier() -> AbstractContextManager[Any]:
    if not time_machine.escape_hatch.is_travelling() or _stands_still():
        return nullcontext()
    return time_machine.travel(timezone.now() - EARLIER)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@cache
def _tables() -> list[str]:
    return sorted(set(connection.introspection.table_names()) - MIGRATED)


def _keep_only(stages: Sequence[Stage]) -> None:
    """Nothing that a test set up besides has a part in a stage."""
    _delete_all()
    for stage in dict.fromkeys(_with_all_below(stages)):
        _without_triggers(stage.insert)


def _with_all_below(stages: Sequence[Stage]) -> Iterator[Stage]:
    for stage in stages:
        yield from _with_all_below(stage.below)
        yield stage


def _without_triggers(statements: str) -> None:
    """Rows go in and out as they are: triggers would refuse them, or write their history anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL session_replication_role = replica;{statements};SET LOCAL session_replication_role = origin"
        )


def _insert(rows: frozenset[tuple[str, str]]) -> str:
    of_table: dict[str, list[str]] = {}
    for name, row in sorted(rows):
        of_table.setdefault(name, []).append(_text(row))
    all_of = "OVERRIDING SYSTEM VALUE SELECT * FROM unnest"
    return "".join(
        f'INSERT INTO "{name}" {all_of}(ARRAY[{",".join(texts)}]::"{name}"[]);' for name, texts in of_table.items()
    )


def _text(value: str) -> str:
    """As a literal in SQL."""
    with connection.cursor() as cursor:
        return cursor.mogrify("%s", [value]).decode()


def _pickled(objects: Any, below: Sequence[Any]) -> bytes:
    """What a stage stands on is named in it by its place, so that a test has each of them once."""
    places = {id(each): place for place, each in enumerate(below)}

    class Pickler(pickle.Pickler):
        def persistent_id(self, each: Any) -> int | None:
            return places.get(id(each))

    into = io.BytesIO()
    Pickler(into).dump(objects)
    return into.getvalue()


def _unpickled(objects: bytes, below: Sequence[Any]) -> Any:
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, place: int) -> Any:
            return below[place]

    return Unpickler(io.BytesIO(objects)).load()
