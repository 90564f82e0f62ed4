"""One digest for each person whom released decisions concern. No mail tells of a student or of a panelist's answers."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core import school_year
from core.mail import absolute, send_after_commit
from core.personal_links import new_secret
from sme_review.models import ListingDecision, Panel, Panelist, PanelistLink
from sme_review.selectors.audiences import (
    coordinators_to_tell,
    decisions_for_districts,
    decisions_for_panel,
    panelists_to_tell,
)


def tell_of_release(*, panel: Panel, decisions: Sequence[ListingDecision], consultants: Sequence[User]) -> None:
    """Queue the digests; they leave once the release is committed.

    Args:
        panel: the caller holds its lock.
        decisions: those released just now, with their certifications.
        consultants: who set up the panel and who sent the recommendation.
    """
    for_panel = decisions_for_panel(decisions)
    lines = [_line(decision) for decision in decisions]
    context: dict[str, Any] = {"panel": panel, "lines": [_line(decision) for decision in for_panel]}
    if for_panel:
        for panelist in panelists_to_tell(panel):
            _tell_panelist(panelist, panel, context)
    changed = [decision for decision in decisions_for_districts(decisions) if decision.listing is not None]
    if changed:
        # A teacher of the panel may coordinate a district, too; the panel's digest holds all of it.
        already = {panelist.email.casefold() for panelist in panelists_to_tell(panel)}
        _tell_districts(panel, {**context, "lines": [_line(decision) for decision in changed]}, already)
    for consultant in consultants:
        send_after_commit(
            to=consultant.email,
            subject=f"Decided: certifications for {panel.program}",
            template="sme_review/mail/decisions_for_consultant.txt",
            context={
                **context,
                "consultant": consultant,
                "lines": lines,
                "sent_back": len(lines) - len(for_panel),
                "link": absolute(reverse("sme_review:panel", args=[panel.pk])),
            },
        )


def _tell_panelist(panelist: Panelist, panel: Panel, context: dict[str, Any]) -> None:
    """With a fresh link: of the earlier ones only the hashes are kept."""
    secret, secret_hash = new_secret()
    PanelistLink.objects.create(panelist=panelist, secret_hash=secret_hash, sent_at=timezone.now())
    send_after_commit(
        to=panelist.email,
        subject=f"What OCTE decided: certifications for {panel.program.title}",
        template="sme_review/mail/decisions_for_panelist.txt",
        context={
            **context,
            "panelist": panelist,
            "link": absolute(reverse("sme_review:link_outcome", args=[secret])),
        },
    )


def _tell_districts(panel: Panel, context: dict[str, Any], already: set[str]) -> None:
    for reader in coordinators_to_tell(panel):
        if reader.user.email.casefold() in already:
            continue
        send_after_commit(
            to=reader.user.email,
            subject=f"Certifications for {panel.program}: what changes",
            template="sme_review/mail/decisions_for_district.txt",
            context={
                **context,
                "reader": reader,
                "link": absolute(reverse("certifications:approved_program", args=[panel.program.cip_code])),
            },
        )


def _line(decision: ListingDecision) -> str:
    """One decision as a line of a mail."""
    words = f"{decision.recommendation}: {decision.outcome_words.lower()}"
    if decision.outcome == ListingDecision.Outcome.APPROVED and decision.first_school_year:
        words += f" from school year {school_year.label(decision.first_school_year)}"
        if decision.last_school_year:
            words += f" to {school_year.label(decision.last_school_year)}"
        words += ", counts" if decision.counts_federally else ", does not count"
        words += " for federal reporting"
    elif decision.outcome == ListingDecision.Outcome.DECLINED and decision.listing:
        words += f" from school year {school_year.label(decision.listing.first_school_year)}"
    return f"{words}. Reason: {decision.reason}"
