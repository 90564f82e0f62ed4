"""The sentences that explain the figures."""

import pytest

from sme_review.figures import explanations


def test_each_figure_is_explained_once():
    titles = [explanation.title for explanation in explanations.ALL]
    assert len(set(titles)) == len(titles)
    named = {name: value for name, value in vars(explanations).items() if isinstance(value, explanations.Explanation)}
    assert set(named.values()) == set(explanations.ALL)


@pytest.mark.parametrize("explanation", explanations.ALL, ids=lambda explanation: explanation.title)
def test_sentences_are_short_and_end(explanation):
    sentences = [sentence for sentence in explanation.sentence.rstrip(".").split(". ") if sentence]
    assert explanation.sentence.endswith(".")
    assert max(len(sentence.split()) for sentence in sentences) <= 30
