"""Filters of the catalog, kept in the page's address."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from certifications.models import (
    AwardingEntity,
    CareerCluster,
    Certification,
    CertificationRequest,
    Program,
    ProgramCertification,
)
from certifications.selectors import catalog

STATUSES = [*ProgramCertification.Status.choices, ("none", "Not listed")]


class CertificationFilter(django_filters.FilterSet):
    """By name, awarding entity, cluster and status of a listing."""

    q = django_filters.CharFilter(method="named", label="Name, other name or awarding entity")
    entity = django_filters.ModelChoiceFilter(
        queryset=AwardingEntity.objects.all(), label="Awarding entity", empty_label="Any"
    )
    cluster = django_filters.ModelChoiceFilter(
        queryset=CareerCluster.objects.all(), method="listed", label="Career cluster", empty_label="Any"
    )
    status = django_filters.ChoiceFilter(choices=STATUSES, method="listed", label="Listing", empty_label="Any")

    class Meta:
        model = Certification
        fields: list[str] = []

    def named(self, rows: QuerySet[Certification], _name: str, value: str) -> QuerySet[Certification]:
        """Part of a name, another name, a code or an entity's name."""
        return catalog.named_like(rows, value.strip())

    def listed(self, rows: QuerySet[Certification], _name: str, _value: Any) -> QuerySet[Certification]:
        """Cluster and status hold for one and the same listing."""
        data = self.form.cleaned_data
        return catalog.listed_with(rows, status=data.get("status") or "", cluster=data.get("cluster"))


class ProgramFilter(django_filters.FilterSet):
    """By title or CIP code, and by cluster."""

    q = django_filters.CharFilter(method="named", label="Title or CIP code")
    cluster = django_filters.ModelChoiceFilter(
        queryset=CareerCluster.objects.all(), label="Career cluster", empty_label="Any"
    )

    class Meta:
        model = Program
        fields: list[str] = []

    def named(self, rows: QuerySet[Program], _name: str, value: str) -> QuerySet[Program]:
        """Part of the title, or the beginning of the code."""
        return rows.filter(Q(title__icontains=value.strip()) | Q(cip_code__startswith=value.strip()))


class EntityFilter(django_filters.FilterSet):
    """By name."""

    q = django_filters.CharFilter(method="named", label="Name or other name")

    class Meta:
        model = AwardingEntity
        fields: list[str] = []

    def named(self, rows: QuerySet[AwardingEntity], _name: str, value: str) -> QuerySet[AwardingEntity]:
        """Part of the name, or another name in full."""
        words = value.strip()
        return rows.filter(Q(name__icontains=words) | Q(short_name__icontains=words) | Q(aliases__contains=[words]))


class RequestFilter(django_filters.FilterSet):
    """By state."""

    state = django_filters.ChoiceFilter(choices=CertificationRequest.State.choices, label="Status", empty_label="All")

    class Meta:
        model = CertificationRequest
        fields: list[str] = []
