"""Counts with their nouns."""

import pytest

from core.words import counted


@pytest.mark.parametrize(
    ("number", "plural", "words"),
    [
        (0, "entries", "0 entries"),
        (1, "entries", "1 entry"),
        (2, "entries", "2 entries"),
        (1234, "entries", "1,234 entries"),
    ],
)
def test_a_count_comes_with_its_noun(number, plural, words):
    assert counted(number, "entry", plural) == words
