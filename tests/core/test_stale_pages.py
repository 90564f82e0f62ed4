"""The mark by which a save notices that somebody else saved since."""

from decimal import Decimal

import pytest

from core.problems import StaleVersionError
from core.stale_pages import ensure_fresh, mark_of


def test_a_mark_changes_with_every_value_and_with_nothing_else():
    marks = {mark_of(*values) for values in (("a", 1), ("a", 2), ("a",), ("a1",), ("", "a1"), (["a", 1],), (None, "a"))}
    assert len(marks) == 7
    assert mark_of("a", Decimal("1.50"), None) == mark_of("a", Decimal("1.50"), None)


def test_a_mark_is_sixteen_digits_that_fit_a_hidden_field():
    assert len(mark_of("é“\n")) == 16
    assert set(mark_of("é“\n")) <= set("0123456789abcdef")


@pytest.mark.parametrize("sent", ["older", "", 1])
def test_another_mark_is_refused_with_the_words_given(sent):
    with pytest.raises(StaleVersionError, match="Somebody saved"):
        ensure_fresh(sent, "now", "Somebody saved this.")


@pytest.mark.parametrize(("sent", "present"), [("now", "now"), (3, 3), (None, "now")])
def test_the_same_mark_and_no_page_at_all_pass(sent, present):
    ensure_fresh(sent, present, "Somebody saved this.")
