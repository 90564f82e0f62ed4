"""The top navigation: one list for all, each entry shown to those who may open it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from accounts.rules import SEE_AUDIT_TRAIL, SEE_PEOPLE
from certifications.rules import DECIDE_RECORDS, ENTER_RECORDS, SEE_RECORDS


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its words, its address name and the permission that opens it."""

    label: str
    url_name: str
    permission: str


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
    Entry("People", "accounts:people", SEE_PEOPLE),
    Entry("Audit trail", "accounts:audit", SEE_AUDIT_TRAIL),
)


def navigation_for(request: HttpRequest) -> list[Link]:
    """The entries that the person may open, the one whose address the page lies under marked as current."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    links = [(entry, reverse(entry.url_name)) for entry in ENTRIES if user.has_perm(entry.permission)]
    return [Link(entry.label, href, request.path.startswith(href)) for entry, href in links]
