"""The rules of a panel: who counts, what is asked and shown, and how the numbers are read."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from sme_review.forms.due_dates import due_day
from sme_review.forms.panels import DATE
from sme_review.models import Panel
from sme_review.preconditions import fixed_rules
from sme_review.selectors.ballots import rounds_of
from sme_review.selectors.panel_rules import VIEW_RULES, default_rule, rules_mark, within_sentence
from sme_review.selectors.standards import standards_versions

ROUND_COUNTS = ((1, "One round"), (2, "Up to two rounds"))
_ABOUT = ("title", "kind", "standards_version", "due_date")
_RESETTABLE = (*Panel.COUNTING_RULES, *Panel.ROUND_RULES, *Panel.READING_RULES)


@dataclass(frozen=True)
class Group:
    """A part of the page with its heading."""

    title: str
    hint: str
    fields: list[BoundField]


class PanelRulesForm(forms.ModelForm):
    """Title, due date and the rules, each with its default named."""

    use_required_attribute = False
    # Somebody else saved the rules since the page was opened.
    is_stale = False

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    rounds_planned = forms.TypedChoiceField(
        label="Rounds",
        choices=ROUND_COUNTS,
        coerce=int,
        widget=forms.RadioSelect,
        help_text="In round 2 panelists see their own first answers and what you choose below, and rate again. "
        "You decide "
        "after round 1 whether to have it.",
    )

    class Meta:
        model = Panel
        fields = (*_ABOUT, *_RESETTABLE)
        widgets = {
            "due_date": DATE,
            "standards_version": forms.Select,
            "panelists_see": forms.RadioSelect,
            "visible_from": forms.RadioSelect,
            "worksheet": forms.RadioSelect,
        }
        labels = {
            "quorum": "Quorum: the fewest raters",
            "panelists_see": "What panelists see of a round",
            "visible_from": "When they see it",
            "worksheet": "Worksheet: mark each technical standard as covered in full, in part or not",
            "endorsement_to_5": "Up to 5 raters: share who must give 4 or 5 (percent)",
            "endorsement_to_8": "6 to 8 raters: share who must give 4 or 5 (percent)",
            "endorsement_from_9": "9 or more raters: share who must give 4 or 5 (percent)",
        }
        help_texts = {
            "title": "Panelists see it.",
            "quorum": "With fewer raters the results show the ratings and suggest nothing.",
            "minimum_per_group": "Secondary, postsecondary, and business and industry. Enter 0 if no group is "
            "required.",
            "panelists_see": "Never names.",
            "visible_from": "At the latest with OCTE's decisions. A spread of fewer than three ratings is never "
            "shown to them.",
            "worksheet": "It helps with question 1 and makes the coverage map.",
            "recommend_proportion": "Question 1. From 0 to 100.",
            "recommend_postsecondary": "Question 3. From 1 to 5.",
            "reject_proportion": "Question 1. Not above the share for recommending.",
            "reject_employer": "Question 2. From 1 to 5.",
            "endorsement_to_5": "Question 2, the value to employers. The share is also called item content "
            "validity index "
            "(I-CVI).",
        }

    def __init__(self, data: Mapping[str, Any] | None = None, *, panel: Panel, **kwargs: Any) -> None:
        self.panel = panel
        initial = {"seen": rules_mark(panel), **kwargs.pop("initial", {})}
        # A copy, because checking a form writes what was typed into its panel.
        super().__init__(data, instance=copy(panel), initial=initial, **kwargs)
        versions = {*standards_versions(panel.program), panel.standards_version}
        self.fields["standards_version"].widget.choices = [(name, name) for name in sorted(versions, reverse=True)]  # type: ignore[attr-defined]
        for name in _RESETTABLE:
            self._say(name, f"Default: {self._in_words(name)}.")
        self._say_what_is_fixed()

    @classmethod
    def with_defaults(cls, typed: Mapping[str, Any], *, panel: Panel) -> "PanelRulesForm":
        """The form with every rule at its default and the rest as it was typed; nothing is saved by it."""
        typed_again = {name: typed[name] for name in (*_ABOUT, "seen") if name in typed}
        return cls(panel=panel, initial={**typed_again, **{name: default_rule(name) for name in _RESETTABLE}})

    @property
    def mark(self) -> str:
        """The mark of the rules that what is typed was made from: of those of now once that was said to be out of
        date.
        """
        if self.is_bound and not self.is_stale:
            return str(self["seen"].value() or "")
        return str(rules_mark(self.panel) if self.is_stale else self.initial["seen"])

    def _in_words(self, name: str) -> str:
        default = default_rule(name)
        chosen = dict(getattr(self.fields[name], "choices", ())).get(default, default)
        return str(chosen)

    def _say(self, name: str, more: str) -> None:
        field = self.fields[name]
        field.help_text = f"{field.help_text} {more}".strip()

    def _say_what_is_fixed(self) -> None:
        fixed = fixed_rules(self.panel)
        for name, reason in fixed.items():
            self.fields[name].disabled = True
            self._say(name, reason)
        for round_ in rounds_of(self.panel) if "panelists_see" not in fixed else ():
            for name in VIEW_RULES:
                promised = within_sentence(getattr(round_, f"get_{name}_display")())
                self._say(
                    name, f"Round {round_.number} has opened, so what panelists were promised for it stays: {promised}."
                )

    def groups(self) -> Iterator[Group]:
        """The fields under their headings."""
        for title, hint, names in (
            ("About the panel", "", _ABOUT),
            ("Who counts", "", Panel.COUNTING_RULES),
            ("Rounds and what panelists see", "", Panel.ROUND_RULES),
            (
                "How numbers are read",
                "From these the results suggest to recommend, to discuss, or not to recommend. A person decides.",
                Panel.READING_RULES,
            ),
        ):
            yield Group(title, hint, [self[name] for name in names])

    def clean_due_date(self) -> Any:
        """Another day than before lies ahead."""
        due_date = self.cleaned_data["due_date"]
        return due_date if due_date == self.panel.due_date else due_day(due_date)

    def clean(self) -> dict[str, Any]:
        """Not to recommend begins below where recommending begins."""
        given = super().clean() or {}
        below, above = given.get("reject_proportion"), given.get("recommend_proportion")
        if below is not None and above is not None and below > above:
            self.add_error(
                "reject_proportion", f"This share lies above the share for recommending ({above} percent). Lower it."
            )
        return given

    def show_what_is_saved(self) -> None:
        """Somebody else saved the rules meanwhile: say at each field that is saved otherwise how it is saved."""
        self.is_stale = True
        for name, value in self.changes().items():
            saved = getattr(self.panel, name)
            if saved != value:
                words = dict(getattr(self.fields[name], "choices", ())).get(saved, saved)
                self.add_error(name, f"{self.fields[name].label}: the saved value is now “{words}”. Yours is below.")

    def changes(self) -> dict[str, Any]:
        """What was typed, by the panel's own names."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
