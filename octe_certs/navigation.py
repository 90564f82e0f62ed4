"""The top navigation: one list for all, each entry shown to those who may open it."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import SEE_AUDIT_TRAIL, SEE_PEOPLE
from certifications.permissions import DECIDE_RECORDS, ENTER_RECORDS, SEE_CATALOG, SEE_RECORDS
from data_collection.permissions import FIND_WINDOWS, SEE_COLLECTION
from datasets.permissions import SEE_OUTBOX
from sme_review.permissions import SEE_PANELS


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its words, its address name and the permission that opens it."""

    label: str
    url_name: str
    permission: str
    only_in_demo: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it."""

    label: str
    href: str
    current: bool


ENTRIES: tuple[Entry, ...] = (
    Entry("Enter certifications", "certifications:entry", ENTER_RECORDS),
    Entry("Records", "certifications:records", SEE_RECORDS),
    Entry("Approve", "admin:certifications_studentcertification_changelist", DECIDE_RECORDS),
    Entry("Panels", "sme_review:panels", SEE_PANELS),
    Entry("Catalog", "certifications:catalog", SEE_CATALOG),
    Entry("Data collection", "data_collection:entities", SEE_COLLECTION),
    Entry("Due dates", "data_collection:windows", FIND_WINDOWS),
    Entry("People", "accounts:people", SEE_PEOPLE),
    Entry("Audit trail", "accounts:audit", SEE_AUDIT_TRAIL),
    Entry("Outbox (demo)", "datasets:outbox", SEE_OUTBOX, only_in_demo=True),
)


def navigation_for(request: HttpRequest) -> list[Link]:
    """The entries that the person may open, the one whose address the page lies under marked as current."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    shown = (entry for entry in ENTRIES if settings.DEMO or not entry.only_in_demo)
    links = [(entry, reverse(entry.url_name)) for entry in shown if user.has_perm(entry.permission)]
    return [Link(entry.label, href, request.path.startswith(href)) for entry, href in links]
