"""What panelists fill in."""

from typing import Any

from django import forms

from sme_review.enums import WEAK_PROPORTION, PanelistView
from sme_review.forms.fields import ConditionalCharField, DraftChoiceField, DraftIntegerField
from sme_review.forms.worksheet import WorksheetField
from sme_review.models import PanelCertification, Rating, Round
from sme_review.selectors.worksheets import Sheet
from sme_review.validators import Answers, what_is_missing

_CANNOT_JUDGE = "cannot_judge"
_REASONS = ("proportion_reason", "employer_reason", "postsecondary_reason")
_REASON = forms.Textarea(attrs={"rows": 3})
_REASON_HELP = "Needed if you choose 1 or 5."
# Who reads reasons is part of what a round promises.
_READ_BY_OCTE = "Shown to OCTE without your name."
_READ_BY_PANEL = "Shown to OCTE and the panel without your name."


def _scale(choices: Any) -> list[tuple[str, str]]:
    return [(str(value), f"{value} - {label}") for value, label in choices.choices] + [(_CANNOT_JUDGE, "Cannot judge")]


class RatingForm(forms.Form):
    """The three questions of the procedure (identification step 1.3), in its own words; before them the worksheet.

    Args:
        saved: what the page begins with, and what stays where something typed cannot be kept.
        sheet: the worksheet, on pages that show it.
        marks: the marks that the page begins with: primary key of ProgramStandard -> mark.
        in_round: the round that is rated; it says who reads the reasons.
    """

    use_required_attribute = False

    proportion = DraftIntegerField(
        label="What proportion would you estimate that the technical standards for this program are represented by "
        "this certification?",
        min_value=0,
        max_value=100,
        help_text="A whole number from 0 to 100 percent. Leaving it empty is not zero.",
        # Not a number box: a browser would throw away "about 60" before we could say what is wrong with it.
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-behavior": "slider"}),
        error_messages={
            "invalid": "Enter a whole number from 0 to 100, without the percent sign.",
            "min_value": "Enter a whole number from 0 to 100.",
            "max_value": "Enter a whole number from 0 to 100.",
        },
    )
    proportion_reason = ConditionalCharField(
        label="Why this share?",
        widget=_REASON,
        help_text=f"Needed if the share is under {WEAK_PROPORTION} percent.",
    )
    employer_value = DraftChoiceField(
        label="What rating would you give this certification's value to employers in this field?",
        choices=_scale(Rating.EmployerValue),
        widget=forms.RadioSelect,
    )
    employer_reason = ConditionalCharField(label="Why this value to employers?", widget=_REASON, help_text=_REASON_HELP)
    postsecondary_value = DraftChoiceField(
        label="What rating would you give this certification's value to postsecondary education programs for this "
        "field?",
        choices=_scale(Rating.PostsecondaryValue),
        widget=forms.RadioSelect,
    )
    postsecondary_reason = ConditionalCharField(
        label="Why this value to postsecondary programs?", widget=_REASON, help_text=_REASON_HELP
    )

    def __init__(
        self,
        data: Any = None,
        *,
        saved: Answers,
        sheet: Sheet | None = None,
        marks: dict[int, str] | None = None,
        in_round: Round | None = None,
    ) -> None:
        super().__init__(data, initial=_as_typed(saved) | {"worksheet": marks})
        for name in _REASONS:
            read_by = _READ_BY_PANEL if in_round and in_round.panelists_see == PanelistView.REASONS else _READ_BY_OCTE
            self.fields[name].help_text = f"{self.fields[name].help_text} {read_by}"
        self.saved = saved
        self.sheet = sheet
        if sheet:
            self.fields["worksheet"] = WorksheetField(sheet)
            self.order_fields(["worksheet"])

    def answers(self) -> Answers:
        """What was typed; where it cannot be kept (letters for a number), what was saved before."""
        typed: dict[str, Any] = {
            "proportion": self.cleaned_data.get("proportion", self.saved.proportion),
            **{name: self.cleaned_data.get(name, getattr(self.saved, name)) for name in _REASONS},
        }
        for question in ("employer", "postsecondary"):
            chosen = self.cleaned_data.get(f"{question}_value", "")
            typed[f"{question}_cannot_judge"] = chosen == _CANNOT_JUDGE
            typed[f"{question}_value"] = int(chosen) if chosen.isdigit() else None
        return Answers(**typed)

    def in_words(self) -> list[tuple[str, str]]:
        """What was typed or chosen, each with its question; for pages that can only give it back."""
        given = [(field, (field.data or "").strip()) for field in self]
        return [
            (str(field.label), dict(getattr(field.field, "choices", ())).get(words, words))
            for field, words in given
            if words
        ]

    def marks(self) -> dict[int, str] | None:
        """The worksheet as it was typed; None where the page had none."""
        return self.cleaned_data.get("worksheet")

    def lacks_marks(self) -> bool:
        """Say that a share is suggested only once all standards are marked; whether some are not."""
        left = self.sheet.suggested(self.marks() or {}).left if self.sheet else 0
        if left:
            self.add_error("worksheet", what_is_missing(Answers(), unmarked=left)[0][1])
        return bool(left)

    def ask_for_the_rest(self) -> bool:
        """Mark what a complete rating still lacks; whether anything is."""
        standards = len(self.sheet.standards) if self.sheet and self.sheet.required else 0
        missing = what_is_missing(self.answers(), unmarked=max(0, standards - len(self.marks() or {})))
        for field, message in missing:
            if field not in self.errors:
                self.add_error(field, message)
        return bool(missing)


def _as_typed(saved: Answers) -> dict[str, Any]:
    """Saved answers as the form shows them."""
    return {
        "proportion": saved.proportion,
        "proportion_reason": saved.proportion_reason,
        "employer_value": _CANNOT_JUDGE if saved.employer_cannot_judge else str(saved.employer_value or ""),
        "employer_reason": saved.employer_reason,
        "postsecondary_value": _CANNOT_JUDGE
        if saved.postsecondary_cannot_judge
        else str(saved.postsecondary_value or ""),
        "postsecondary_reason": saved.postsecondary_reason,
    }


class ConflictsForm(forms.Form):
    """One box and one reason for each certification; the fields are named by the certification, never by its place.

    A hidden field tells what the page was made from, so that an old page takes back nothing that was said elsewhere.

    Args:
        declared: primary key of PanelCertification -> the reason, for the conflicts that are declared.
    """

    def __init__(self, data: Any = None, *, entries: list[PanelCertification], declared: dict[int, str]) -> None:
        super().__init__(data)
        self.entries = entries
        for entry in entries:
            self.fields[f"conflict_{entry.pk}"] = forms.BooleanField(
                label=f"I have a conflict of interest with {entry} ({entry.certification.entity})",
                required=False,
                initial=entry.pk in declared,
            )
            self.fields[f"reason_{entry.pk}"] = ConditionalCharField(
                label=f"What the conflict is: {entry}",
                max_length=300,
                initial=declared.get(entry.pk, ""),
                help_text="Only if you ticked the box above.",
            )
            self.fields[f"was_{entry.pk}"] = forms.CharField(
                required=False, initial=declared.get(entry.pk, ""), widget=forms.HiddenInput
            )

    def clean(self) -> dict[str, Any]:
        """A conflict comes with its reason, and a reason with its conflict."""
        for entry in self.entries:
            ticked = self.cleaned_data.get(f"conflict_{entry.pk}")
            reason = self.cleaned_data.get(f"reason_{entry.pk}", "").strip()
            if ticked and not reason and f"reason_{entry.pk}" not in self.errors:
                self.add_error(f"reason_{entry.pk}", f"Say what your conflict of interest with {entry} is.")
            if reason and not ticked:
                self.add_error(
                    f"conflict_{entry.pk}", f"Tick this box if you have a conflict with {entry}, or clear the reason."
                )
        return self.cleaned_data

    def reasons(self) -> dict[int, str]:
        """Primary key of PanelCertification -> the reason, for what was changed on the page; empty where unticked."""
        given = {
            entry.pk: self.cleaned_data[f"reason_{entry.pk}"] if self.cleaned_data[f"conflict_{entry.pk}"] else ""
            for entry in self.entries
        }
        return {pk: reason for pk, reason in given.items() if reason != self.cleaned_data[f"was_{pk}"]}

    def about_others(self) -> list[str]:
        """The reasons that were typed on certifications that are no longer on the panel."""
        known = {f"reason_{entry.pk}" for entry in self.entries}
        typed = [words for name, words in self.data.items() if name.startswith("reason_") and name not in known]
        return [words.strip() for words in typed if words.strip()]
