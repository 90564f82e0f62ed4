"""Tables of the catalog and of requests."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certifications.models import AwardingEntity, Certification, CertificationRequest, Program, ProgramCertification
from core import school_year


class CertificationTable(tables.Table):
    """Certifications; as page and as CSV the same columns."""

    caption = "Certifications"
    name = tables.Column(
        linkify=("certifications:certification", {"pk": tables.A("pk")}),
        order_by=("name", "version", "pk"),
        verbose_name="Certification",
    )
    code = tables.Column()
    entity = tables.Column(
        verbose_name="Awarding entity",
        linkify=("certifications:entity", {"code": tables.A("entity__code")}),
        order_by=("entity__name", "name", "pk"),
    )
    kind = tables.Column(order_by=("kind", "name", "pk"))
    programs_now = tables.Column(verbose_name="Programs that list it now", order_by=("programs_now", "name", "pk"))
    is_sample = tables.Column(verbose_name="Sample", order_by=("is_sample", "name", "pk"))

    class Meta:
        model = Certification
        fields = ("name", "code", "entity", "kind", "programs_now", "is_sample")
        order_by = ("name",)
        empty_text = "No certification matches. Change the filters, or clear them to see all."

    def render_name(self, record: Certification) -> str:
        """With the version where there is one."""
        return str(record)

    def render_is_sample(self, value: bool) -> SafeString | str:
        """A tag on the page."""
        return format_html('<strong class="tag tag--amber">{}</strong>', "Sample") if value else ""

    def value_is_sample(self, value: bool) -> str:
        """A word in the file."""
        return "sample" if value else ""


class ProgramTable(tables.Table):
    """Programs by CIP code."""

    caption = "Programs"
    cip_code = tables.Column(linkify=("certifications:program", {"cip_code": tables.A("cip_code")}))
    title = tables.Column()
    cluster = tables.Column(verbose_name="Career cluster", order_by=("cluster__title", "cip_code"))
    standards_count = tables.Column(verbose_name="Technical standards")
    listed_now = tables.Column(verbose_name="Certifications listed now")
    offered_at = tables.Column(verbose_name="Buildings that offer it")

    class Meta:
        model = Program
        fields = ("cip_code", "title", "cluster", "standards_count", "listed_now", "offered_at")
        order_by = ("cip_code",)
        empty_text = "No program matches. Change the filters, or clear them to see all."


class EntityTable(tables.Table):
    """Awarding entities."""

    caption = "Awarding entities"
    name = tables.Column(linkify=("certifications:entity", {"code": tables.A("code")}))
    short_name = tables.Column(verbose_name="Short name")
    certifications_count = tables.Column(verbose_name="Certifications")

    class Meta:
        model = AwardingEntity
        fields = ("name", "short_name", "certifications_count")
        order_by = ("name",)
        empty_text = "No awarding entity matches. Change the words, or clear them to see all."


class RequestTable(tables.Table):
    """Requests for certifications that are not listed."""

    caption = "Requests"
    name = tables.Column(linkify=("certifications:request", {"pk": tables.A("pk")}), verbose_name="Certification")
    entity_name = tables.Column(verbose_name="Who awards it")
    program = tables.Column(order_by=("program__cip_code", "pk"))
    district = tables.Column(order_by=("district__name", "pk"))
    asked_at = tables.DateTimeColumn(format="M j, Y", verbose_name="Asked")
    state = tables.Column("Status")

    class Meta:
        model = CertificationRequest
        fields = ("name", "entity_name", "program", "district", "asked_at", "state")
        order_by = ("-asked_at",)
        empty_text = "No requests."


class DueTable(tables.Table):
    """Listings that are due for review."""

    caption = "Listings due for review"
    certification = tables.Column(
        linkify=("certifications:listing_review", {"pk": tables.A("pk")}),
        order_by=("certification__name", "certification__version", "pk"),
    )
    entity = tables.Column(
        accessor="certification__entity",
        verbose_name="Awarding entity",
        order_by=("certification__entity__name", "certification__name", "pk"),
    )
    program = tables.Column(order_by=("program__cip_code", "certification__name", "pk"))
    first_school_year = tables.Column(verbose_name="Listed since", order_by=("first_school_year", "pk"))
    review_school_year = tables.Column(verbose_name="Review due", order_by=("review_school_year", "pk"))
    counts_federally = tables.Column(verbose_name="Counts for federal reporting", order_by=("counts_federally", "pk"))
    is_sample = tables.Column(accessor="certification__is_sample", verbose_name="Sample", orderable=False)

    class Meta:
        model = ProgramCertification
        fields = ("certification", "entity", "program", "first_school_year", "review_school_year", "counts_federally")
        empty_text = "No listing is due. Choose a later school year to see what is coming up."

    def render_first_school_year(self, value: int) -> str:
        """2026-27."""
        return school_year.label(value)

    def render_review_school_year(self, value: int) -> str:
        """2026-27."""
        return school_year.label(value)

    def render_counts_federally(self, value: bool) -> str:
        """A word."""
        return "Yes" if value else "No"

    def render_is_sample(self, value: bool) -> SafeString | str:
        """A tag."""
        return format_html('<strong class="tag tag--amber">{}</strong>', "Sample") if value else ""
