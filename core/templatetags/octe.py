"""Filters that pages share."""

from django import template

from core.school_year import label

register = template.Library()


@register.filter
def school_year(ending_year: int | None) -> str:
    """2027 -> "2026-27"; nothing for nothing."""
    return label(int(ending_year)) if ending_year else ""
