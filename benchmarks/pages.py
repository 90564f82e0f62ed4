"""The pages that are measured, each as a person of the demo's home district or of the state sees it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page: its words, whose it is, and how its address is found."""

    name: str
    email: str
    address: Callable[[], str]


def pages() -> list[Page]:
    """The pages; imported late, because they need Django."""
    from django.urls import reverse

    from certifications.models import EntryDraft
    from sme_review.models import Panel

    def students() -> str:
        draft = EntryDraft.objects.filter(submission=None, discarded_at=None).order_by("pk").first()
        return reverse("certifications:entry_students", args=[draft.pk])

    def results() -> str:
        return reverse("sme_review:results", args=[Panel.objects.get(state=Panel.State.DECIDED).pk])

    return [
        Page("Home of a coordinator", "coordinator@example.org", lambda: reverse("home")),
        Page("Records, 50 rows", "coordinator@example.org", lambda: reverse("certifications:records")),
        Page("Entry: choose students", "coordinator@example.org", students),
        Page(
            "Approval list (admin)",
            "approver@example.org",
            lambda: reverse("admin:certifications_studentcertification_changelist"),
        ),
        Page("Results of a panel", "consultant@example.org", results),
        Page("Public list", "consultant@example.org", lambda: reverse("certifications:approved")),
    ]
