"""Counts of rows beside each row of an outer query."""

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce


def count_per(rows: QuerySet, column: str) -> Coalesce:
    """How many rows there are for the outer row, by the column that names it; 0 where there are none."""
    counted = rows.order_by().values(column).annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
