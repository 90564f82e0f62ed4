"""What components compute: due dates in words, positions in pictures, lines of the error summary."""

from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator

from core.templatetags import look


class NameForm(forms.Form):
    name = forms.CharField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("These do not fit together.")


def test_form_problems_name_the_field_and_link_to_its_first_control():
    found = look.form_problems(NameForm({}))

    assert found == [
        look.FormProblem("These do not fit together.", ""),
        look.FormProblem("Name: This field is required.", "#id_name"),
        look.FormProblem("Kind: This field is required.", "#id_kind_0"),
        look.FormProblem("Secret: This field is required.", ""),
    ]


@pytest.mark.parametrize("form", [None, NameForm()])
def test_form_problems_of_a_form_not_sent_are_none(form):
    assert look.form_problems(form) == []


@time_machine.travel("2026-11-24T15:00:00Z")
@pytest.mark.parametrize(
    ("day", "text", "tone"),
    [
        (date(2026, 12, 24), "due December 24, 2026, in 30 days", "later"),
        (date(2026, 12, 1), "due December 1, 2026, in 7 days", "soon"),
        (date(2026, 11, 25), "due tomorrow, November 25, 2026", "soon"),
        (date(2026, 11, 24), "due today, November 24, 2026", "soon"),
        (date(2026, 11, 23), "1 day overdue (November 23, 2026)", "late"),
        (date(2026, 11, 14), "10 days overdue (November 14, 2026)", "late"),
    ],
)
def test_due_says_how_far_off(day, text, tone):
    assert look.due(day) == look.Due(text, tone)


@time_machine.travel("2026-11-25T03:00:00Z")
def test_due_counts_in_michigans_days():
    assert look.due(date(2026, 11, 24)) == look.Due("due today, November 24, 2026", "soon")


def test_due_of_no_date_is_nothing():
    assert look.due(None) is None


def test_spread_picture_lies_within_its_margins():
    spread = SimpleNamespace(low=1, high=5, minimum=1, q1=2, median=3, q3=4, maximum=5)

    at = look.spread_picture(spread)

    assert (at.minimum, at.q1, at.median, at.q3, at.maximum, at.box) == (8, 79, 150, 221, 292, 142)


@pytest.mark.parametrize("spread", [None, SimpleNamespace(low=1, high=5, median=None)])
def test_spread_picture_without_ratings_is_nothing(spread):
    assert look.spread_picture(spread) is None


def test_bar_lengths_are_shares_of_the_longest():
    assert look.bar_lengths([("A", 8), ("B", 2)]) == [look.Bar("A", 8, 100), look.Bar("B", 2, 25)]
    assert look.bar_lengths([("A", 0)]) == [look.Bar("A", 0, 0)]
    assert look.bar_lengths(None) == []


def test_count_line_says_which_rows_of_how_many():
    page = Paginator(range(1234), 50).page(2)

    assert look.count_line(page) == "51-100 of 1,234"
    assert look.count_line(Paginator([], 50).page(1)) == "No rows"
