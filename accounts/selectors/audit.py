"""Reading the audit trail: acts in words (AuditEntry), and the row log that triggers write (django-pghistory)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet, Value
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pghistory.models import Context, MiddlewareEvents

from accounts.models import AuditEntry, User

OWN_APPS = ("accounts", "certifications", "sme_review", "data_collection", "datasets")
# A model may name fields (`audit_hides`) whose values the database keeps and no page shows, such as what a panelist
# answered.
HIDDEN = "not shown"
KINDS_OF_CHANGE = {"insert": "added", "update": "changed", "delete": "deleted"}


@dataclass(frozen=True)
class Link:
    """A value in words, with the address of its own history where it has one."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Change:
    """One field of a row, before and after."""

    field: str
    before: Link
    after: Link


@dataclass(frozen=True)
class RowEvent:
    """One change of one row as the database's trigger saw it.

    Attributes:
        at: when.
        who: the person, the label of a link's holder, or that it was done in the database.
        kind: "added", "changed" or "deleted".
        changes: the fields; for an added row all that hold something.
        thing, href: which row, where many kinds stand in one list.
    """

    at: datetime
    who: Link
    kind: str
    changes: list[Change] = field(default_factory=list)
    thing: str = ""
    href: str = ""


def entries_visible_to(user: User) -> QuerySet[AuditEntry]:
    """Acts, newest first: all of them for state roles, none for anybody else."""
    entries = AuditEntry.objects.select_related("by")
    return entries if user.scope.state else entries.none()


def people_with_acts_visible_to(user: User) -> QuerySet[User]:
    """Everybody for state roles."""
    return User.objects.all() if user.scope.state else User.objects.none()


def tracked_models() -> list[type[models.Model]]:
    """The models whose rows are logged by trigger, by name."""
    own = [model for name in OWN_APPS for model in apps.get_app_config(name).get_models()]
    return sorted((m for m in own if hasattr(m, "pgh_event_models")), key=lambda m: str(m._meta.verbose_name))


def kinds() -> list[tuple[str, str]]:
    """All kinds of thing that acts are about, as choices."""
    own = [model for name in OWN_APPS for model in apps.get_app_config(name).get_models()]
    things = [model for model in own if not hasattr(model, "pgh_tracked_model")]
    return sorted(((m._meta.label_lower, kind_name(m)) for m in things), key=lambda choice: choice[1])


def kind_name(model: type[models.Model]) -> str:
    """The model's name as a heading: "Student certification"."""
    name = str(model._meta.verbose_name)
    return name[:1].upper() + name[1:]


def model_of(label: str) -> type[models.Model]:
    """The model with this label, for example "certifications.student".

    Raises:
        Http404: there is none, or it is not ours to show.
    """
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if model._meta.app_label not in OWN_APPS or hasattr(model, "pgh_tracked_model") or label != model._meta.label_lower:
        raise Http404
    return model


def exists(model: type[models.Model], pk: int) -> bool:
    """Whether there is such a row now; one that was loaded in bulk may have no history yet."""
    return model._base_manager.filter(pk=pk).exists()  # noqa: SLF001 - managers may hide rows


def row_events_of(model: type[models.Model], pk: int) -> QuerySet[Any]:
    """The row log of one row, newest first; works for rows that were deleted too. Empty where rows are not logged."""
    events: QuerySet[Any] = MiddlewareEvents.objects.none()
    if hasattr(model, "pgh_event_models"):
        events = MiddlewareEvents.objects.tracks(model(pk=pk)).order_by("-pgh_created_at", "-pgh_id")
    return events


def entries_about(user: User, label: str, pk: int) -> QuerySet[AuditEntry]:
    """Acts on one thing, newest first."""
    return entries_visible_to(user).filter(target_model=label, target_id=pk)


def describe(model: type[models.Model], events: Iterable[Any]) -> list[RowEvent]:
    """Row events in words: fields by their names, related rows by theirs, people by theirs.

    Of fields that are hidden not even which of them changed is told.

    Reads each kind of related row once, whatever the number of events.
    """
    hides = getattr(model, "audit_hides", ())
    fields: dict[str, Any] = {str(f.column): f for f in model._meta.concrete_fields if f.name not in hides}
    raw = [(event, _raw_changes(event, fields)) for event in events]
    names = _names_of(raw)
    return [
        RowEvent(
            at=event.pgh_created_at,
            who=_who(event.pgh_context, names[User]),
            kind=KINDS_OF_CHANGE[event.pgh_label],
            changes=[
                Change(_field_name(f), _in_words(f, before, names), _in_words(f, after, names))
                for f, before, after in changes
            ]
            + [Change("Confidential fields", Link(HIDDEN), Link(HIDDEN))] * bool(hides),
        )
        for event, changes in raw
    ]


Raw = tuple[Any, list[tuple[Any, Any, Any]]]
Names = dict[type[models.Model], dict[int, str]]


def _raw_changes(event: Any, fields: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    """Field, before, after; a row that was added or deleted shows what it held."""
    data = event.pgh_data or {}
    if event.pgh_label == "update":
        pairs = event.pgh_diff or {}
    elif event.pgh_label == "insert":
        pairs = {column: (None, value) for column, value in data.items() if value not in (None, "", [], {})}
    else:
        pairs = {column: (value, None) for column, value in data.items() if value not in (None, "", [], {})}
    known = [(fields[column], before, after) for column, (before, after) in pairs.items() if column in fields]
    known = [change for change in known if not change[0].primary_key]
    return sorted(known, key=lambda change: change[0].creation_counter)


def _names_of(raw: list[Raw]) -> Names:
    """The names of all people and related rows that occur, one read for each kind."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for event, changes in raw:
        wanted[User].add((event.pgh_context or {}).get("user") or 0)
        for f, before, after in changes:
            if f.is_relation:
                wanted[f.related_model].update(value for value in (before, after) if value)
    return {model: _labels(model, pks) for model, pks in wanted.items()}


def _labels(model: type[models.Model], pks: set[int]) -> dict[int, str]:
    # Rows that a label itself reads (a listing's program) come along in the same query.
    rows = model._base_manager.select_related().filter(pk__in=pks)  # noqa: SLF001 - managers may hide rows
    return {row.pk: str(row) for row in rows}


def _field_name(f: Any) -> str:
    name = str(f.verbose_name)
    return name[:1].upper() + name[1:]


def _in_words(f: Any, value: Any, names: Names) -> Link:
    if value in (None, "", [], {}):
        return Link("empty")
    if f.is_relation:
        related = f.related_model
        return Link(names[related].get(value, f"{related._meta.verbose_name} {value}"), _href(related, value))
    return Link(_plain_words(f, value))


def _plain_words(f: Any, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if f.choices:
        return str(dict(f.flatchoices).get(value, value))
    if isinstance(f, models.DecimalField):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(f, models.DateTimeField):
        local = timezone.localtime(datetime.fromisoformat(value))
        return date_format(local, "M j, Y, g:i A")
    return str(value)


def _href(model: type[models.Model], pk: Any) -> str:
    return (
        reverse("accounts:audit_thing", args=[model._meta.label_lower, pk]) if model._meta.app_label in OWN_APPS else ""
    )


def _who(context: dict[str, Any] | None, people: dict[int, str]) -> Link:
    context = context or {}
    user, link = context.get("user"), context.get("link")
    if user:
        return Link(people.get(user, f"person {user}"), reverse("accounts:audit_person", args=[user]))
    return Link(link or "nobody who was signed in")


def latest_rows_touched_by(person: User, limit: int = 50) -> list[RowEvent]:
    """The rows that a person touched last, of every kind, without any values."""
    contexts = Context.objects.filter(metadata__user=person.pk)
    return _latest(limit, Q(pgh_context__in=contexts))


def latest_rows_touched(limit: int = 50) -> list[RowEvent]:
    """The rows that anybody touched last, signed in or not, without any values."""
    return _latest(limit)


def _latest(limit: int, *conditions: Any) -> list[RowEvent]:
    """One query over all event tables; each gives its newest rows by its key, so that big tables cost no more."""
    parts = [
        model.pgh_event_model.objects.filter(*conditions)  # type: ignore[attr-defined]
        .order_by("-pgh_id")
        .values_list(
            Value(model._meta.label_lower),
            "pgh_obj_id",
            "pgh_label",
            "pgh_created_at",
            "pgh_context__metadata",
        )[:limit]
        for model in tracked_models()
    ]
    rows = list(parts[0].union(*parts[1:], all=True).order_by("-pgh_created_at")[:limit])
    people = {row[4]["user"] for row in rows if row[4] and row[4].get("user")}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}
    return [
        RowEvent(
            at=at,
            who=_who(context, names),
            kind=KINDS_OF_CHANGE[kind],
            thing=f"{kind_name(apps.get_model(label))} {pk}",
            href=reverse("accounts:audit_thing", args=[label, pk]),
        )
        for label, pk, kind, at, context in rows
    ]
