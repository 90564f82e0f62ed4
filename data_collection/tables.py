"""The table of awarding entities."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certifications.models import AwardingEntity
from data_collection.enums import Method
from data_collection.models.questionnaire_request import is_overdue
from data_collection.presenters.status import METHOD_TONES, status_tone, status_words


def _tag(tone: str, label: str) -> SafeString:
    return format_html('<strong class="tag tag--{}">{}</strong>', tone, label)


class EntityTable(tables.Table):  # type: ignore[misc]
    """Entities with how far their questionnaire is and which method is in force."""

    caption = "Awarding entities"
    name = tables.Column(linkify=("data_collection:entity", {"pk": tables.A("pk")}), verbose_name="Awarding entity")
    status = tables.Column(empty_values=(), accessor="answered", verbose_name="Questionnaire")
    due_on = tables.Column(verbose_name="Answers due", default="-")
    method = tables.Column(verbose_name="Method")
    own_decisions = tables.Column(verbose_name="Decided separately", attrs={"td": {"class": "text-end"}})

    class Meta:
        model = AwardingEntity
        fields = ("name", "status", "due_on", "method", "own_decisions")
        order_by = ("name",)

    def render_status(self, record: Any) -> SafeString:
        """The status as a tag."""
        return _tag(status_tone(record), status_words(record))

    def render_due_on(self, record: Any) -> SafeString | str:
        """The due date; marked when it has passed without answers."""
        day = f"{record.due_on:%b} {record.due_on.day}, {record.due_on.year}"
        if is_overdue(record.due_on, record.submitted_at):
            return format_html("{} {}", day, _tag("red", "Overdue"))
        return day

    def render_method(self, value: str) -> SafeString:
        """The method as a tag."""
        return _tag(METHOD_TONES[value], str(Method(value).label))

    def render_own_decisions(self, value: int) -> str:
        """How many certifications have a decision of their own."""
        return str(value) if value else "-"
