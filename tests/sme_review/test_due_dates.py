"""By when answers are due: every form takes the same days."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from sme_review.forms.due_dates import due_day
from sme_review.forms.panels import NewPanelForm
from sme_review.forms.rounds import DueDateForm, OpenRoundForm
from sme_review.models import Panel, PanelCertification


@pytest.mark.parametrize("days", [0, 1, 732])
def test_today_to_two_years_ahead_is_taken(days):
    day = timezone.localdate() + timedelta(days=days)
    assert due_day(day) == day


@pytest.mark.parametrize(("days", "told"), [(-1, "This date is past."), (733, "is more than two years ahead.")])
def test_another_day_is_refused_in_words(days, told):
    with pytest.raises(ValidationError, match=told):
        due_day(timezone.localdate() + timedelta(days=days))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["new panel", "open round", "due date"])
def test_a_slip_of_the_year_is_said_at_its_field(kind):
    data = {"due_date": "2206-12-18"}
    form = {
        "new panel": lambda: NewPanelForm(data),
        "open round": lambda: OpenRoundForm(data, panel=Panel(), number=2, entries=PanelCertification.objects.none()),
        "due date": lambda: DueDateForm(data, panel=Panel()),
    }[kind]()
    assert form.errors["due_date"] == ["The year 2206 is more than two years ahead. Check the date."]
