"""Reading records and evidence."""

from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from certifications.models import (
    Building,
    District,
    EvidenceDocument,
    EvidenceLink,
    ProgramCertification,
    StateChange,
    StudentCertification,
)
from certifications.permissions import DECIDE_RECORDS, ENTER_RECORDS
from certifications.selectors.entry import drafts_visible_to, entry_scope
from core import school_year
from core.home_items import HomeItem

State = StudentCertification.State


def records_visible_to(user: User) -> QuerySet[StudentCertification]:
    """Records in reach with what lists show of them; `listing_counts` says whether the listing counts federally."""
    listing = ProgramCertification.objects.in_force(OuterRef("school_year")).filter(
        program=OuterRef("enrollment__offering__program"),
        certification=OuterRef("certification"),
        counts_federally=True,
    )
    return (
        StudentCertification.objects.visible_to(user)
        .select_related(
            "student",
            "enrollment__offering__program",
            "enrollment__offering__building__district",
            "certification__entity",
            "submission",
        )
        .annotate(listing_counts=Exists(listing))
    )


def changes_of(record: StudentCertification) -> QuerySet[StateChange]:
    """The record's life, oldest first; the caller got the record through `records_visible_to`."""
    return StateChange.objects.filter(record=record).select_related("by")


def evidence_links_of(user: User, record: StudentCertification) -> QuerySet[EvidenceLink]:
    """The documents that prove a record, as far as the person may open them."""
    documents = EvidenceDocument.objects.visible_to(user)
    return EvidenceLink.objects.filter(record=record, document__in=documents).select_related("document")


def evidence_visible_to(user: User) -> QuerySet[EvidenceDocument]:
    """Evidence in reach."""
    return EvidenceDocument.objects.visible_to(user)


def buildings_visible_to(user: User) -> QuerySet[Building]:
    """Buildings in reach."""
    return Building.objects.visible_to(user)


def districts_visible_to(user: User) -> QuerySet[District]:
    """Districts in reach."""
    return District.objects.visible_to(user)


def waiting_for_decision(user: User) -> QuerySet[StudentCertification]:
    """Submitted records, those that wait longest first."""
    return StudentCertification.objects.visible_to(user).filter(state=State.SUBMITTED).order_by("pk")


def home_items(user: User) -> list[HomeItem]:
    """What of entry and records waits for a person."""
    items = []
    if user.has_perm(ENTER_RECORDS):
        items += _entry_items(user)
    if user.has_perm(DECIDE_RECORDS):
        items += _decision_items(user)
    return items


def _entry_items(user: User) -> list[HomeItem]:
    items = []
    in_reach = entry_scope(user).buildings("enrollment__offering__building")
    returned = StudentCertification.objects.filter(in_reach, state=State.RETURNED).count()
    if returned:
        items.append(
            HomeItem(
                title=f"Fix {_many(returned, 'returned record')}",
                text="OCTE sent them back with a reason. Correct and resubmit them, or withdraw them.",
                href="/records/?state=returned",
                urgent=True,
                count=returned,
            )
        )
    drafts = drafts_visible_to(user).open().count()
    if drafts:
        items.append(
            HomeItem(
                title=f"Finish {_many(drafts, 'entry', 'entries')} you began",
                text="Everything you typed is saved.",
                href="/entry/",
                count=drafts,
            )
        )
    return items


def _decision_items(user: User) -> list[HomeItem]:
    waiting = waiting_for_decision(user).order_by().aggregate(count=Count("pk"), oldest=Min("submission__submitted_at"))
    count: int = waiting["count"]
    if not count:
        return []
    oldest: datetime | None = waiting["oldest"]
    since = f" The oldest has waited since {timezone.localtime(oldest):%B %-d, %Y}." if oldest else ""
    return [
        HomeItem(
            title=f"Approve or return {_many(count, 'student record')}",
            text=f"Districts submitted them with their PDFs.{since}",
            href="/admin/certifications/studentcertification/",
            count=count,
        )
    ]


def _many(count: int, one: str, more: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {more or one + 's'}"


def record_years() -> list[tuple[int, str]]:
    """School years to filter records by, newest first."""
    return [(year, school_year.label(year)) for year in range(school_year.current(), school_year.current() - 6, -1)]
