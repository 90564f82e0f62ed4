"""Filters of lists, kept in the page's address."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from sme_review.models import Panel

_PLANNED = ("planned", "Round planned")
_STATES = Panel.State.choices
_AT = Panel.State.values.index(Panel.State.RUNNING)


class PanelFilter(django_filters.FilterSet):
    """Panels by how far they are, of `selectors.panels.with_progress`; those put away show only when somebody asks for
    them.
    """

    state = django_filters.ChoiceFilter(
        choices=[*_STATES[:_AT], _PLANNED, *_STATES[_AT:]],
        label="Status",
        empty_label="Any status",
        method="filter_state",
    )

    put_away = django_filters.ChoiceFilter(
        choices=(("only", "Only those put away"), ("too", "Those put away, too")),
        label="Put away",
        empty_label="Not put away",
        method="put_away_or_not",
    )

    class Meta:
        model = Panel
        fields = ("state",)

    def filter_state(self, panels: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A panel whose round only lies ahead is not rating yet."""
        if value == _PLANNED[0]:
            return panels.filter(planned_for__isnull=False)
        return panels.filter(state=value, planned_for=None)

    def filter_queryset(self, queryset: QuerySet[Panel]) -> QuerySet[Panel]:
        """What is put away stays out unless it is asked for."""
        panels: QuerySet[Panel] = super().filter_queryset(queryset)
        return panels if self.form.cleaned_data.get("put_away") else panels.filter(put_away_at=None)

    def put_away_or_not(self, queryset: QuerySet[Panel], _name: str, value: str) -> QuerySet[Panel]:
        """Only panels that are put away, or all."""
        return queryset.filter(put_away_at__isnull=False) if value == "only" else queryset
