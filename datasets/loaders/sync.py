"""Bringing a table in step with a file: what is missing is added, what differs is changed, the rest is left alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from datasets.files import Row

BATCH = 1000


@dataclass(frozen=True)
class Counts:
    """What happened to the rows of one file: read = added + changed + same + left_alone.

    `left_alone` are rows that differ from the file because people changed them here; they win.
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    left_alone: int = 0

    @property
    def read(self) -> int:
        """Rows in the file."""
        return self.added + self.changed + self.same + self.left_alone


def sync(
    model: type[models.Model],
    rows: Iterable[tuple[Row, dict[str, Any]]],
    *,
    key: Sequence[str],
    overwrite: bool = True,
) -> Counts:
    """Add and change rows of `model` until they match the file; rows that the file lacks are left alone.

    Args:
        rows: each row of the file with the values of the model's fields (`<name>_id` for a reference).
        key: the fields that tell which row is meant.
        overwrite: change rows that differ; otherwise they are left alone.

    Raises:
        BadCellError: two rows have the same key, or a value does not fit its field.
    """
    wanted = _by_key(rows, key)
    if not wanted:
        return Counts()
    fields = list(next(iter(wanted.values()))[1])
    manager = model._default_manager  # noqa: SLF001 - Django's documented name
    existing = {tuple(values[name] for name in key): values for values in manager.values("pk", *fields)}
    new, differing, same = [], [], 0
    for identity, (row, values) in wanted.items():
        row_now = existing.get(identity)
        if row_now is None:
            new.append(_valid(model, row, values))
        elif all(row_now[name] == value for name, value in values.items()):
            same += 1
        else:
            differing.append(_valid(model, row, {**values, "pk": row_now["pk"]}))
    manager.bulk_create(new, batch_size=BATCH)
    if overwrite and differing:
        manager.bulk_update(differing, [name for name in fields if name not in key], batch_size=BATCH)
    count = len(differing)
    return Counts(added=len(new), changed=count if overwrite else 0, same=same, left_alone=0 if overwrite else count)


def _by_key(
    rows: Iterable[tuple[Row, dict[str, Any]]], key: Sequence[str]
) -> dict[tuple[Any, ...], tuple[Row, dict[str, Any]]]:
    wanted: dict[tuple[Any, ...], tuple[Row, dict[str, Any]]] = {}
    for row, values in rows:
        identity = tuple(values[name] for name in key)
        if identity in wanted:
            first = wanted[identity][0].line
            column = next((column for column in row.cells if column in key), next(iter(row.cells)))
            raise row.bad(column, f"is already on line {first}. Remove one of the two rows.")
        wanted[identity] = (row, values)
    return wanted


def _valid(model: type[models.Model], row: Row, values: dict[str, Any]) -> models.Model:
    """The row as an object whose plain values fit their fields; references were looked up before."""
    thing = model(**values)
    given = {model._meta.pk.name if name == "pk" else name.removesuffix("_id") for name in values}  # type: ignore[union-attr]
    skip = {field.name for field in model._meta.fields if field.is_relation or field.name not in given}
    try:
        thing.clean_fields(exclude=skip)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        column = name if name in row.cells else next((c for c in row.cells if c.endswith(name)), name)
        raise row.bad(column, f"cannot be used: {messages[0]}") from error
    return thing
