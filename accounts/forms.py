"""Forms for people."""

from itertools import groupby
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth import password_validation

from accounts.models import User
from accounts.roles import Role
from accounts.selectors import people

ROLE_HINTS: dict[str, str] = {
    Role.OCTE_CONSULTANT: "keeps the catalog, runs panels, sends questionnaires",
    Role.OCTE_APPROVER: "decides listings, methods and student records",
    Role.STATE_AUDITOR: "sees everything in the state, changes nothing",
    Role.CEPD_ADMINISTRATOR: "reviews the districts of one Career Education Planning District (CEPD)",
    Role.DISTRICT_COORDINATOR: "enters and corrects results for one district",
    Role.FISCAL_OFFICIAL: "certifies one district's data and sets its people's roles",
    Role.DISTRICT_AUDITOR: "sees one district's records, changes nothing",
    Role.BUILDING_REPORTER: "enters results for one building",
}


class SignInForm(LoginForm):  # type: ignore[misc]
    """The sign-in form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["login"].help_text = "The address that your invitation was sent to."
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = "Password"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class RoleForm(forms.Form):
    """Which role: the first question, because it decides which organizations there are to choose from."""

    role = forms.ChoiceField(label="Which role?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, f"{role.label}: {ROLE_HINTS[role]}") for role in people.roles_given_by(user)
        ]


def _grouped(places: list[people.Place]) -> list[Any]:
    """The choices of a select, in groups where the organizations lie in regions."""
    groups = [(name, [(place.pk, place.label) for place in rows]) for name, rows in groupby(places, lambda p: p.group)]
    choices: list[Any] = [("", "Choose one")]
    for name, rows in groups:
        choices += [(name, rows)] if name else rows
    return choices


class DistrictForm(forms.Form):
    """Which district: asked before the building, so that nobody has to search 900 buildings."""

    district: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        queryset=None, label="Which district?", help_text="Districts are listed under their region."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        field.queryset = people.districts_for(user)  # type: ignore[attr-defined]
        field.widget.choices = _grouped(people.places(field.queryset))  # type: ignore[attr-defined]


class OrganizationForm(forms.Form):
    """Where a role is given."""

    organization: forms.ModelChoiceField[Any] = forms.ModelChoiceField(queryset=None)

    def __init__(self, *args: Any, user: User, role: str, district_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = people.organizations_for(user, role, district_id)
        if rows is None:
            del self.fields["organization"]
            return
        field = self.fields["organization"]
        field.queryset = rows  # type: ignore[attr-defined]
        field.label = str(rows.model._meta.verbose_name).capitalize()
        places = people.places(rows)
        field.widget.choices = _grouped(places)  # type: ignore[attr-defined]
        if len(places) == 1:
            field.initial = places[0].pk


class InvitationForm(OrganizationForm):
    """Whom to invite, and where."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="The invitation goes to this address, and it becomes the sign-in name.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="Full name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    field_order = ("organization", "email", "name")


class AcceptForm(forms.Form):
    """A new account: a name and a password."""

    name = forms.CharField(
        label="Your full name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        help_text="At least 12 characters. A few unrelated words are easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Both passwords agree, and Django's password rules hold."""
        data = super().clean() or self.cleaned_data
        password, again = data.get("password"), data.get("again")
        if password and again and password != again:
            self.add_error("again", "The two passwords are not the same. Type the same one twice.")
        elif password:
            try:
                password_validation.validate_password(password, User(email=self.email, name=data.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
