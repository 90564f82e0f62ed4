"""Filters of the list of records, kept in the address: no student data can be typed there."""

from typing import Any

import django_filters
from django.http import QueryDict

from accounts.models import User
from certifications.models import AwardingEntity, Building, Certification, District, Program, StudentCertification
from certifications.selectors import records

_ANY = "All"


class RecordFilter(django_filters.FilterSet):
    """What people narrow records down by."""

    state = django_filters.ChoiceFilter(label="Status", choices=StudentCertification.State.choices, empty_label=_ANY)
    school_year = django_filters.ChoiceFilter(label="School year", choices=records.record_years, empty_label=_ANY)
    program = django_filters.ModelChoiceFilter(
        label="CIP code",
        field_name="enrollment__offering__program",
        queryset=Program.objects.all(),
        empty_label=_ANY,
    )
    entity = django_filters.ModelChoiceFilter(
        label="Awarding entity",
        field_name="certification__entity",
        queryset=AwardingEntity.objects.all(),
        empty_label=_ANY,
    )
    certification = django_filters.ModelChoiceFilter(
        label="Certification", queryset=Certification.objects.all(), empty_label=_ANY
    )
    district = django_filters.ModelChoiceFilter(
        label="District",
        field_name="enrollment__offering__building__district",
        queryset=District.objects.none(),
        empty_label=_ANY,
    )
    building = django_filters.ModelChoiceFilter(
        label="Building",
        field_name="enrollment__offering__building",
        queryset=Building.objects.none(),
        empty_label=_ANY,
    )
    source = django_filters.ChoiceFilter(label="Source", choices=StudentCertification.Source.choices, empty_label=_ANY)

    class Meta:
        model = StudentCertification
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, user: User, **kwargs: Any) -> None:
        """Offer buildings to those of a district, districts to those who see many."""
        super().__init__(data, **kwargs)
        if user.scope.state or user.scope.region_ids:
            self.filters["district"].queryset = records.districts_visible_to(user)
            del self.filters["building"]
        else:
            self.filters["building"].queryset = records.buildings_visible_to(user)
            del self.filters["district"]
