"""Tables of panels."""

from typing import Any

import django_tables2 as tables

from sme_review.models import Panel


class PanelTable(tables.Table):
    """The list of panels."""

    caption = "Panels"

    title = tables.Column(
        "Panel", linkify=("sme_review:panel", [tables.A("pk")]), attrs={"td": {"data-label": "Panel"}}
    )
    program = tables.Column("Program", order_by=("program__cip_code",))
    state = tables.Column("State")
    progress = tables.Column("Answers in", accessor="rated_count", order_by=("rated_count",))
    due_date = tables.DateColumn(format="F j, Y", verbose_name="Due")

    class Meta:
        model = Panel
        fields = ("title", "program", "state", "progress", "due_date")
        empty_text = "No panels here. Choose another state above, or set up a new panel."

    def render_progress(self, record: Any) -> str:
        """How many answers of how many are in."""
        if record.state == Panel.State.DRAFT:
            return "Not open yet"
        return f"{record.rated_count} of {record.expected_count}"
