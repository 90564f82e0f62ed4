"""Filters of the list of awarding entities, kept in the page's address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from certifications.models import AwardingEntity
from core import school_year
from data_collection.enums import Method
from data_collection.models.questionnaire_request import overdue
from data_collection.presenters.status import STATUS_WORDS
from data_collection.selectors.entities import STATUS_FILTERS


class YearForm(forms.Form):
    """The school year that a list is for."""

    year = forms.TypedChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = year_choices()  # type: ignore[attr-defined]


def year_choices() -> list[tuple[int, str]]:
    """The school years offered, next year first."""
    return [(year, school_year.label(year)) for year in range(school_year.current() + 1, school_year.current() - 4, -1)]


def chosen_year(data: Any) -> int:
    """The school year named in an address; the current one where none or nonsense is named."""
    form = YearForm(data)
    return (form.cleaned_data.get("year") if form.is_valid() else None) or school_year.current()


class EntityFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By school year, by how far the questionnaire is, by method."""

    year = django_filters.ChoiceFilter(method="all_rows", label="School year", empty_label="Current school year")
    status = django_filters.ChoiceFilter(
        choices=list(STATUS_WORDS.items()), method="with_status", label="Questionnaire", empty_label="Any status"
    )
    method = django_filters.ChoiceFilter(
        choices=Method.choices, field_name="method", label="Method", empty_label="Any method"
    )

    class Meta:
        model = AwardingEntity
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["year"].field.choices = year_choices()

    def all_rows(self, rows: QuerySet[AwardingEntity], _name: str, _value: str) -> QuerySet[AwardingEntity]:
        """The year is in the rows already."""
        return rows

    def with_status(self, rows: QuerySet[AwardingEntity], _name: str, value: str) -> QuerySet[AwardingEntity]:
        """One of `STATUS_WORDS`."""
        return rows.filter(overdue() if value == "overdue" else STATUS_FILTERS[value])
