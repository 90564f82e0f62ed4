"""One way of rounding for pages, files and pictures."""

import pytest
from django.template.defaultfilters import floatformat
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import half_up
from core.templatetags.look import one_decimal, whole_percent


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (0.125, 2, 0.13),
        (0.375, 2, 0.38),
        (3.25, 1, 3.3),
        (62.5, 0, 63.0),
        (2.675, 2, 2.68),
        (-0.5, 0, -1.0),
        (4, 2, 4.0),
    ],
)
def test_a_half_goes_up(value, places, rounded):
    assert half_up(value, places) == rounded


@given(value=st.decimals(-1000, 1000, places=6).map(float), places=st.integers(min_value=0, max_value=4))
def test_it_rounds_as_templates_do(value, places):
    assert half_up(value, places) == float(floatformat(value, places))


def test_templates_round_the_same_way():
    assert [one_decimal(value) for value in (3.25, 3.0, None)] == ["3.3", "3", ""]
    assert [whole_percent(value) for value in (0.125, 0.625, 1)] == ["13", "63", "100"]
