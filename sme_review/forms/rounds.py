"""Opening and planning a round, and its due date."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from core.moments import day_in_words, moment_of
from sme_review.forms.due_dates import due_day
from sme_review.models import Panel, PanelCertification, Round

_DAY = {"type": "date", "autocomplete": "off"}
_FARTHEST = timedelta(days=366)


class OpenRoundForm(forms.Form):
    """When a round opens, by when its answers are due and, in a second round, which certifications are rated again."""

    NOW, LATER = "now", "later"

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    entries = forms.ModelMultipleChoiceField(
        queryset=PanelCertification.objects.none(),
        label="Which certifications are rated again?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick at least one certification.",
            "invalid_choice": "One of the certifications that you ticked is not on this panel any more. Look "
            "again below.",
            "invalid_pk_value": "One of the certifications that you ticked is not on this panel. Look again below.",
        },
    )
    due_date = forms.DateField(
        label="Answers are due by",
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        error_messages={"required": "Say by when answers are due."},
    )
    opens = forms.ChoiceField(
        label="When does it open?",
        choices=[(NOW, "Now, when you press the button"), (LATER, "Later, at the day and time below")],
        widget=forms.RadioSelect(attrs={"autocomplete": "off"}),
    )
    opens_day = forms.DateField(
        label="Day on which it opens",
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        required=False,
        help_text="Only for later.",
    )
    opens_time = forms.TimeField(
        label="Time at which it opens, by Michigan's clocks (America/Detroit)",
        widget=forms.TimeInput(attrs={"type": "time", "autocomplete": "off"}, format="%H:%M"),
        required=False,
        help_text="Only for later. For example: 8:00 AM.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        panel: Panel,
        number: int,
        entries: QuerySet[PanelCertification],
        proposed: Sequence[PanelCertification] = (),
    ) -> None:
        initial: dict[str, Any] = {"number": number, "opens": self.NOW, "opens_time": time(8)}
        if number == 1:
            initial["due_date"] = panel.due_date
        initial["entries"] = [entry.pk for entry in proposed]
        super().__init__(data, initial=initial)
        self.round_number = number
        self.fields["entries"].queryset = entries  # type: ignore[attr-defined]
        if number == 1:
            # All are rated, and what is not sent along stays as the panel's page says.
            del self.fields["entries"]
            for name in ("opens", "due_date"):
                self.fields[name].required = data is None or name in data

    def clean_due_date(self) -> Any:
        """The due date lies ahead, and not too far."""
        due_date = self.cleaned_data["due_date"]
        return due_date if due_date is None else due_day(due_date)

    def clean(self) -> dict[str, Any]:
        """The moment of opening lies ahead and before the due date; `opens_at` is None for now."""
        given = self.cleaned_data
        given["opens_at"] = None
        if given.get("opens") == self.LATER:
            given["opens_at"] = self._moment()
        elif given.get("opens_day"):
            self.add_error("opens", "You gave a day, but chose to open it now. Choose “Later”, or clear the day.")
        due_date, opens_at = given.get("due_date"), given["opens_at"]
        if due_date and opens_at and due_date < timezone.localdate(opens_at):
            self.add_error(
                "due_date",
                f"The round opens on {day_in_words(opens_at)}, so answers cannot be due before that day.",
            )
        return given

    def _moment(self) -> datetime | None:
        """The day and the time as one moment; None with the reason at its field."""
        day, clock = self.cleaned_data.get("opens_day"), self.cleaned_data.get("opens_time")
        if day is None or clock is None:
            if day is None and "opens_day" not in self.errors:
                self.add_error("opens_day", "Choose the day on which the round opens.")
            if clock is None and "opens_time" not in self.errors:
                self.add_error("opens_time", "Choose the time at which the round opens.")
            return None
        today = timezone.localdate()
        if day < today:
            self.add_error("opens_day", "This day is past. Choose a later one, or open the round now.")
            return None
        if day > today + _FARTHEST:
            self.add_error("opens_day", "This is more than a year ahead. Choose an earlier day.")
            return None
        try:
            moment = moment_of(day, clock)
        except ValidationError as gap:
            self.add_error("opens_time", gap)
            return None
        if moment <= timezone.now():
            self.add_error("opens_time", "This time is past. Choose a later one, or open the round now.")
            return None
        return moment


class DueDateForm(forms.Form):
    """By when answers are due; `seen` is the date that the page showed."""

    due_date = forms.DateField(
        label="New due date",
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text="Panelists who have not finished see it in their next reminder. Changing it sends no mail.",
        error_messages={"required": "Choose the new due date."},
    )
    seen = forms.DateField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, panel: Panel) -> None:
        super().__init__(data, initial={"due_date": panel.due_date, "seen": panel.due_date})

    def clean_due_date(self) -> Any:
        """The due date lies ahead, and not too far."""
        return due_day(self.cleaned_data["due_date"])


class RoundOnPageForm(forms.Form):
    """Which round a page was about, and whether those who had a mail are told."""

    round = forms.IntegerField(required=False)
    tell = forms.BooleanField(required=False)

    def names(self, round_: Round) -> bool:
        """Whether the page was about this round; one that named none is."""
        return self.is_valid() and self.cleaned_data["round"] in {None, round_.pk}
