"""The gallery: every component with each of its faces, for staff who build pages and for the accessibility check."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django_tables2
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.access import requires

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "cotton"
_DECLARATION = re.compile(r"<c-vars\s+(.*?)/>", re.DOTALL)
_INPUT = re.compile(r':?([a-z_]+)="')


@dataclass(frozen=True)
class Entry:
    """One component: its tag, the inputs that it declares and the template that shows its faces."""

    name: str
    inputs: list[str]

    @property
    def tag(self) -> str:
        """As it is written in a page."""
        return f"c-{self.name.replace('_', '-')}"

    @property
    def faces(self) -> str:
        """The template with its faces."""
        return f"gallery/faces/{self.name}.html"


@cache
def entries() -> list[Entry]:
    """All components, read from their files."""
    found = []
    for path in sorted(COMPONENTS.glob("*.html")):
        declared = _DECLARATION.search(path.read_text())
        found.append(Entry(path.stem, _INPUT.findall(declared[1]) if declared else []))
    return found


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As it stands on the certificate.", max_length=60)
    program = forms.ChoiceField(
        label="Program", choices=[("", "Choose one"), ("48.0508", "Welding"), ("51.0000", "Health sciences")]
    )
    date_earned = forms.DateField(
        label="Date earned", help_text="For example 10/24/2026.", widget=forms.DateInput(attrs={"inputmode": "numeric"})
    )
    score = forms.IntegerField(label="Score", required=False, help_text="From 0 to 100.")
    result = forms.ChoiceField(
        label="Result", choices=[("pass", "Passed"), ("fail", "Did not pass")], widget=forms.RadioSelect
    )
    proof = forms.FileField(label="Proof", help_text="One PDF, up to 20 MB.")
    reason = forms.CharField(label="Reason", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kinds = forms.MultipleChoiceField(
        label="Kinds",
        required=False,
        choices=[("a", "Certificate"), ("b", "Roster")],
        widget=forms.CheckboxSelectMultiple,
    )
    sure = forms.BooleanField(label="I checked the answers")

    def clean(self) -> dict[str, Any]:
        """Always find something, so that the gallery shows it."""
        raise ValidationError("The date and the score do not belong to the same test.")


class SampleFilterForm(forms.Form):
    """A filter of two fields."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "All"), ("s", "Submitted")])
    building = forms.CharField(label="Building", required=False)


class SampleTable(django_tables2.Table):
    """Three columns, the second by which it is sorted."""

    certification = django_tables2.Column()
    earned = django_tables2.Column(verbose_name="Earned in 2026-27")
    state = django_tables2.Column(orderable=False)

    class Meta:
        attrs = {"class": "table"}
        empty_text = "No certification matches these filters."

    caption = "Certifications of the sample"


def _samples() -> dict[str, Any]:
    """What the faces show."""
    today = timezone.localdate()
    rows = [
        {"certification": f"Sample certification {n}", "earned": 500 + n, "state": "Approved"} for n in range(1, 1235)
    ]
    table = SampleTable(rows, order_by="-earned")
    table.paginate(page=2, per_page=5)
    answered = {"name": "Pat Sample", "score": "12", "kinds": ["a"], "date_earned": "soon"}
    started = datetime(2026, 11, 3, 9, 30, tzinfo=timezone.get_current_timezone())
    return {
        "form": SampleForm(prefix="fresh"),
        "refused_form": SampleForm({f"refused-{key}": value for key, value in answered.items()}, prefix="refused"),
        "filter_form": SampleFilterForm(prefix="filter"),
        "table": table,
        "empty_table": SampleTable([]),
        "problems": [("Choose at least one student.", "#c-field"), ("The file is not a PDF.", "")],
        "crumbs": [("Programs", "#c-breadcrumbs"), ("48.0508 Welding", "#c-breadcrumbs"), ("Panel", "")],
        "bars": [("Secondary educators", 1204), ("Postsecondary educators", 310), ("Business and industry", 0)],
        "spread": SimpleNamespace(low=1, high=5, minimum=2, q1=3, median=4, q3=4.5, maximum=5),
        "flat_spread": SimpleNamespace(low=0, high=100, minimum=70, q1=70, median=70, q3=70, maximum=70),
        "steps": [
            SimpleNamespace(at=started, who="Robin Coordinator", what="Submitted", reason=""),
            {
                "at": started + timedelta(days=2),
                "who": "Sam Approver",
                "what": "Returned",
                "reason": "The PDF shows another name.",
            },
        ],
        "days": [today + timedelta(days=left) for left in (30, 5, 1, 0, -1, -12)],
    }


@requires("accounts.see_gallery")
def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components."""
    return render(request, "gallery/gallery.html", {"entries": entries(), **_samples()})
