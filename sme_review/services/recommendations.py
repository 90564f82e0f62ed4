"""Writing the recommendation and sending it to the approvers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services.audit import record
from octe_certs.mail import absolute, send_after_commit
from octe_certs.problems import MoveNotAllowedError, Problem
from sme_review import verbs
from sme_review.models import Panel, PanelCertification, Recommendation, Round
from sme_review.selectors.results import results_of
from sme_review.services.panels import ensure_move, lock_panel


@dataclass(frozen=True)
class Choice:
    """What the consultant recommends for one certification; `choice` is a value of Suggestion, or empty for "not yet"."""

    panel_certification: PanelCertification
    choice: str
    note: str = ""
    position: int = 1


@transaction.atomic
def save_recommendation(*, by: User, panel: Panel, text: str, choices: Sequence[Choice]) -> list[Recommendation]:
    """Keep the recommendation list (procedure, identification step 1.4), finished or not.

    The suggested reading and its rule are worked out anew and kept beside each choice.

    Raises:
        MoveNotAllowedError: the round is not closed, or the recommendation is sent already.
    """
    panel = lock_panel(panel)
    if panel.state != Panel.State.CLOSED:
        raise MoveNotAllowedError("A recommendation is written after the round is closed and before it is sent.")
    suggested = {result.entry.pk: result.suggested for result in results_of(panel, viewer=by)}
    saved = []
    for choice in choices:
        suggestion = suggested[choice.panel_certification.pk]
        recommendation, _ = Recommendation.objects.update_or_create(
            panel_certification=choice.panel_certification,
            defaults={
                "panel": panel,
                "position": choice.position,
                "reading": suggestion.reading,
                "rule": suggestion.rule,
                "choice": choice.choice,
                "note": choice.note.strip(),
            },
        )
        saved.append(recommendation)
    panel.recommendation_text = text.strip()
    panel.save(update_fields=["recommendation_text"])
    record(by=by, verb=verbs.RECOMMENDATION_SAVED, target=panel)
    return saved


@transaction.atomic
def send_recommendation(*, by: User, panel: Panel) -> Panel:
    """Freeze the round and hand the recommendation to the approvers, who are told by mail.

    Sending twice changes nothing.

    Raises:
        Problem: a certification has no recommendation yet, a note is missing, or the text is empty.
    """
    panel = lock_panel(panel)
    if panel.state == Panel.State.RECOMMENDED:
        return panel
    ensure_move(panel, to=Panel.State.RECOMMENDED)
    missing = why_not_send(panel)
    if missing:
        raise Problem(" ".join(missing))
    panel.state = Panel.State.RECOMMENDED
    panel.sent_at = timezone.now()
    panel.sent_by = by
    panel.save(update_fields=["state", "sent_at", "sent_by"])
    Round.objects.filter(panel=panel, state=Round.State.CLOSED).update(state=Round.State.FROZEN)
    record(by=by, verb=verbs.RECOMMENDATION_SENT, target=panel)
    for approver in _approvers():
        send_after_commit(
            to=approver.email,
            subject=f"For your decision: certifications for {panel.program}",
            template="sme_review/mail/recommendation.txt",
            context={
                "approver": approver,
                "panel": panel,
                "count": panel.recommendations.count(),
                "link": absolute(reverse("sme_review:decide", args=[panel.pk])),
            },
        )
    return panel


def why_not_send(panel: Panel) -> list[str]:
    """What the recommendation still lacks, each in a sentence; empty when it can be sent."""
    recommendations = {item.panel_certification_id: item for item in panel.recommendations.all()}
    missing = []
    for entry in panel.certifications.select_related("certification"):
        item = recommendations.get(entry.pk)
        if item is None or not item.choice:
            missing.append(f"Choose a recommendation for {entry}.")
        elif item.choice != item.reading and not item.note:
            missing.append(f"Say in the note why the recommendation for {entry} differs from the suggested reading.")
    if not panel.recommendation_text:
        missing.append("Write the recommendation in a few sentences.")
    return missing


def _approvers() -> list[User]:
    return list(
        User.objects.filter(is_active=True, memberships__role=Role.OCTE_APPROVER, memberships__ended_at=None).distinct()
    )
