"""A table follows its page's address as far as the address makes sense."""

import django_tables2 as tables
import pytest
from django.test import RequestFactory

from core.lists.tables import show_table


class Numbers(tables.Table):
    number = tables.Column()


def shown(address: str, *, per_page: int | None = 2) -> list[int]:
    table = Numbers([{"number": number} for number in (2, 3, 1, 5, 4)])
    show_table(table, RequestFactory().get(address), per_page=per_page)
    return [row.get_cell_value("number") for row in table.paginated_rows]


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("/", [2, 3]),
        ("/?sort=number", [1, 2]),
        ("/?sort=-number&page=2", [3, 2]),
        ("/?page=3", [4]),
        ("/?page=99", [4]),
        ("/?page=0", [2, 3]),
        ("/?page=-1", [2, 3]),
        ("/?page=two", [2, 3]),
        ("/?sort=2027.5&sort=zzz", [2, 3]),
        ("/?per_page=1000000", [2, 3]),
    ],
)
def test_sort_and_page_come_from_the_address(address, rows):
    assert shown(address) == rows


def test_a_download_has_all_rows():
    assert shown("/?sort=number&page=2", per_page=None) == [1, 2, 3, 4, 5]
