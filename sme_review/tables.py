"""Tables of panels."""

from typing import Any

import django_tables2 as tables

from core.moments import day_in_words
from core.numbers import half_up
from sme_review.models import Panel
from sme_review.presenters.panel_steps import panel_standing


class PanelTable(tables.Table):
    """The list of panels."""

    caption = "Panels"

    title = tables.Column(
        "Panel", linkify=("sme_review:panel", [tables.A("pk")]), attrs={"td": {"data-label": "Panel"}}
    )
    program = tables.Column("Program", order_by=("program__cip_code",))
    state = tables.Column("Status")
    progress = tables.Column("Answers in", accessor="rated_count", order_by=("rated_count",))
    due_date = tables.DateColumn(format="F j, Y", verbose_name="Due")

    class Meta:
        model = Panel
        fields = ("title", "program", "state", "progress", "due_date")
        empty_text = "No panels here. Choose another state above, or set up a new panel."

    def render_state(self, record: Any) -> str:
        """How far the panel is, and whether it is put away; one whose round only lies ahead is not rating yet."""
        standing = panel_standing(record)[0]
        return f"{standing}, put away" if record.put_away_at else standing

    def render_progress(self, record: Any) -> str:
        """How many answers of how many are in."""
        if record.planned_for:
            return f"Opens {day_in_words(record.planned_for)}"
        if record.state == Panel.State.DRAFT:
            return "Not open yet"
        return f"{record.rated_count} of {record.expected_count}"


class ResultsTable(tables.Table):
    """One line for each certification, in front of its details on the same page."""

    caption = "Overview"

    certification = tables.Column("Certification", linkify=lambda record: f"#certification-{record.key}")
    reading = tables.TemplateColumn(
        template_name="sme_review/_reading_cell.html", verbose_name="Suggested reading", order_by=("reading_key",)
    )
    proportion = tables.Column("Share of the standards, median", order_by=("proportion_key",))
    share = tables.Column("Employers: share rating 4 or 5", order_by=("share_key",))
    postsecondary = tables.Column("Postsecondary, median", order_by=("postsecondary_key",))
    disagreements = tables.Column("Disagreement", order_by=("disagreements_key",))
    raters = tables.Column("Raters")

    def render_proportion(self, value: float) -> str:
        """Percent of the standards."""
        return f"{value:g}"

    def render_share(self, value: float) -> str:
        """As tables print an I-CVI."""
        return f"{half_up(value, 2):.2f}"

    def render_postsecondary(self, value: float) -> str:
        """A value from 1 to 5."""
        return f"{value:g}"

    def render_disagreements(self, value: int) -> str:
        """On how many of the three questions the panel is in two camps."""
        return f"On {value} of 3 questions" if value else "None"
