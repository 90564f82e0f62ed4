"""Tables of people, invitations and the audit trail."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import AuditEntry, Invitation, User

STATE_WORDS = {"waiting": "Waiting", "expired": "Expired", "accepted": "Accepted", "withdrawn": "Withdrawn"}


class PeopleTable(tables.Table):  # type: ignore[misc]
    """People with the roles that the reader may know of."""

    caption = "People and their roles"
    name = tables.Column(linkify=("accounts:person", {"pk": tables.A("pk")}), verbose_name="Name")
    email = tables.Column(verbose_name="E-mail address")
    roles = tables.Column(accessor="roles_in_reach", orderable=False, verbose_name="Roles")
    last_login = tables.DateTimeColumn(format="M j, Y", verbose_name="Last signed in", default="Never")

    class Meta:
        model = User
        fields = ("name", "email", "roles", "last_login")
        order_by = ("name",)

    def render_roles(self, value: list[Any]) -> SafeString | str:
        """One line for each running role."""
        running = [(str(role), role.organization_name) for role in value if role.ended_at is None]
        if not running:
            return "No role now"
        return format_html_join("", "<div>{}, {}</div>", running)


class InvitationTable(tables.Table):  # type: ignore[misc]
    """Invitations, newest first."""

    caption = "Invitations"
    name = tables.Column(linkify=("accounts:invitation", {"pk": tables.A("pk")}), verbose_name="Name")
    email = tables.Column(verbose_name="E-mail address")
    role = tables.Column(verbose_name="Role")
    organization_name = tables.Column(orderable=False, verbose_name="Where")
    invited_by = tables.Column(orderable=False, verbose_name="Invited by")
    invited_at = tables.DateTimeColumn(format="M j, Y", verbose_name="Invited")
    state = tables.Column(orderable=False, verbose_name="Status")

    class Meta:
        model = Invitation
        fields = ("name", "email", "role", "organization_name", "invited_by", "invited_at", "state")
        order_by = ("-invited_at",)

    def render_state(self, value: str) -> str:
        """The state in a word."""
        return STATE_WORDS[value]


class AuditTable(tables.Table):  # type: ignore[misc]
    """Acts, newest first. Never before and after values: those are on the page of the one thing."""

    caption = "What was done, newest first"
    at = tables.DateTimeColumn(format="M j, Y, g:i A", verbose_name="When")
    who = tables.Column(accessor="by", empty_values=(), orderable=False, verbose_name="Who")
    verb = tables.Column(orderable=False, verbose_name="What")
    target_label = tables.Column(orderable=False, verbose_name="To what")

    class Meta:
        model = AuditEntry
        fields = ("at", "who", "verb", "target_label")
        order_by = ("-at",)

    def render_who(self, record: AuditEntry) -> SafeString | str:
        """The person, linked to all their acts, or the label of somebody without an account."""
        if record.by is None:
            return record.by_label
        return format_html('<a href="{}">{}</a>', reverse("accounts:audit_person", args=[record.by.pk]), record.by)

    def render_target_label(self, record: AuditEntry) -> SafeString:
        """The thing, linked to its history."""
        href = reverse("accounts:audit_thing", args=[record.target_model, record.target_id])
        return format_html('<a href="{}">{}</a>', href, record.target_label)
