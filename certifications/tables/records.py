"""The list of records, as page and as CSV: the same columns, the same words."""

from collections.abc import Iterator

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certifications.models import StudentCertification
from certifications.presenters import records
from core import school_year
from core.files.csv_files import safe_cell


class RecordTable(tables.Table):
    """One row for each record."""

    caption = "Student certifications"

    student = tables.Column(
        accessor="student__full_name",
        linkify=("certifications:record", {"pk": tables.A("pk")}),
        order_by=("student__last_name", "student__first_name", "pk"),
    )
    state = tables.Column("Status")
    uic = tables.Column(verbose_name="UIC", accessor="student__uic")
    cip_code = tables.Column(verbose_name="CIP code", accessor="enrollment__offering__program__cip_code")
    certification = tables.Column(order_by=("certification__name", "certification__version", "pk"))
    entity = tables.Column(verbose_name="Awarding entity", accessor="certification__entity__name")
    building = tables.Column(
        verbose_name="Building",
        accessor="enrollment__offering__building__name",
        order_by=("enrollment__offering__building__name", "pk"),
    )
    school_year = tables.Column(verbose_name="School year")
    date = tables.Column(verbose_name="Date", accessor="pk", order_by=("date_earned", "date_tested", "pk"))
    score = tables.Column(default="")
    result = tables.Column()
    source = tables.Column()

    class Meta:
        order_by = "-pk"
        empty_text = "No records match."

    def render_school_year(self, value: int) -> str:
        """2026-27."""
        return school_year.label(value)

    def render_date(self, record: StudentCertification) -> str:
        """The date earned, or that of a failed attempt."""
        return records.day_of(record)

    def render_score(self, record: StudentCertification) -> str:
        """Without idle zeros."""
        return records.score_of(record)

    def render_state(self, record: StudentCertification) -> SafeString:
        """A tag on the page."""
        return format_html(
            '<strong class="tag tag--{}">{}</strong>', records.tone(record.state), record.get_state_display()
        )

    def value_state(self, record: StudentCertification) -> str:
        """The word alone in the file."""
        return record.get_state_display()


def csv_rows(table: tables.Table) -> Iterator[list[str]]:
    """The table's rows with the heading, for a file."""
    for row in table.as_values():
        yield [safe_cell(cell) for cell in row]
