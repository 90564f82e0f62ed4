"""Showing a table as its page's address asks: which column it is sorted by, which page of it."""

from typing import Any

from django.core.paginator import EmptyPage
from django.http import HttpRequest


def show_table(table: Any, request: HttpRequest, *, per_page: int | None = None) -> None:
    """Sort and page a table by the words in the address; words that mean nothing are passed over.

    The number of rows on a page is ours to say, not the address's: half a million on one page would stop the server.

    Args:
        table: a django-tables2 table.
        request: whose address is read.
        per_page: rows on a page; None for all of them, as a download needs.
    """
    table.request = request
    known = set(table.columns.names())
    asked = [name for name in request.GET.getlist(table.prefixed_order_by_field) if name.removeprefix("-") in known]
    if asked:
        table.order_by = asked
    if per_page is None:
        return
    page = request.GET.get(table.prefixed_page_field, "")
    try:
        table.paginate(per_page=per_page, page=max(int(page), 1) if page.isdecimal() else 1)
    except EmptyPage:
        table.page = table.paginator.page(table.paginator.num_pages)
