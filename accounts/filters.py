"""Filters of people and the audit trail, kept in the page's address. People here are users, never students."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, Invitation, User
from accounts.roles import Role
from accounts.selectors import audit
from accounts.selectors.people import memberships_visible_to


def _date(method: str, label: str) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(method=method, label=label, widget=widget)


def _midnight(day: date) -> datetime:
    """The first moment of a Michigan day."""
    return timezone.make_aware(datetime.combine(day, time.min))


class PeopleFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By name or address, by role, by whether they have a role now."""

    q = django_filters.CharFilter(method="named", label="Name or e-mail address")
    role = django_filters.ChoiceFilter(choices=Role.choices, method="with_role", label="Role", empty_label="Any role")
    now = django_filters.ChoiceFilter(
        choices=[("yes", "With a role now"), ("no", "Without a role now")],
        method="with_role_now",
        label="Standing",
        empty_label="All",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def named(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """Part of the name or of the address."""
        return rows.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def with_role(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """A running role of this kind, of those that the reader may know of."""
        return rows.filter(pk__in=self._running().filter(role=value).values("user_id"))

    def with_role_now(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """Any running role, or none."""
        having = Q(pk__in=self._running().values("user_id"))
        return rows.filter(having if value == "yes" else ~having)

    def _running(self) -> Any:
        return memberships_visible_to(self.request.user).filter(ended_at=None)


class InvitationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By name or address, and by whether it still waits."""

    q = django_filters.CharFilter(method="named", label="Name or e-mail address")
    state = django_filters.ChoiceFilter(
        choices=[("pending", "Not accepted yet"), ("accepted", "Accepted"), ("withdrawn", "Withdrawn")],
        method="in_state",
        label="Status",
        empty_label="All",
    )

    class Meta:
        model = Invitation
        fields: list[str] = []

    def named(self, rows: QuerySet[Invitation], _name: str, value: str) -> QuerySet[Invitation]:
        """Part of the name or of the address."""
        return rows.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def in_state(self, rows: QuerySet[Invitation], _name: str, value: str) -> QuerySet[Invitation]:
        """Pending ones include those whose link has expired: they can be sent again."""
        if value == "pending":
            return rows.filter(accepted_at=None, withdrawn_at=None)
        return rows.filter(**{f"{value}_at__isnull": False})


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By person, by kind of thing, by date."""

    who = django_filters.CharFilter(method="done_by", label="Person", help_text="Part of a name or e-mail address.")
    kind = django_filters.ChoiceFilter(field_name="target_model", label="Kind of thing", empty_label="Anything")
    since = _date("from_day", "From")
    until = _date("to_day", "To")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = audit.kinds()

    def done_by(self, rows: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        """Part of a name, an address, or the label of somebody without an account."""
        match = Q(by__name__icontains=value) | Q(by__email__icontains=value) | Q(by_label__icontains=value)
        return rows.filter(match)

    def from_day(self, rows: QuerySet[AuditEntry], _name: str, value: date) -> QuerySet[AuditEntry]:
        """On this day or later."""
        return rows.filter(at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[AuditEntry], _name: str, value: date) -> QuerySet[AuditEntry]:
        """On this day or earlier."""
        return rows.filter(at__lt=_midnight(value + timedelta(days=1)))
