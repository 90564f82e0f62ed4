"""Filters of lists, kept in the page's address."""

import django_filters

from sme_review.models import Panel


class PanelFilter(django_filters.FilterSet):
    """Panels by how far they are."""

    state = django_filters.ChoiceFilter(choices=Panel.State, label="State", empty_label="All states")

    class Meta:
        model = Panel
        fields = ("state",)
