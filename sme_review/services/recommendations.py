"""Writing the recommendation and sending it to the approvers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from accounts.services.audit import record
from core.access import require
from core.mail import absolute, send_after_commit
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review import verbs
from sme_review.enums import Reading
from sme_review.models import ListingDecision, Packet, Panel, PanelCertification, Recommendation, Round
from sme_review.permissions import MANAGE_PANELS
from sme_review.preconditions import Missing, why_not_send
from sme_review.selectors.decisions import settled_entries
from sme_review.selectors.recommendations import recommendation_mark
from sme_review.selectors.results import CertificationResult, results_by_entry
from sme_review.services.packets import freeze_packet
from sme_review.services.panels import ensure_move, lock_panel


@dataclass(frozen=True)
class Choice:
    """What the consultant recommends for one certification; `choice` is a value of Suggestion, or empty for "not
    yet".
    """

    panel_certification: PanelCertification
    choice: str
    note: str = ""
    position: int = 1


NOT_RATED = "Nobody on the panel rated it, so there is nothing to read."


class NotWholeError(Problem):
    """A recommendation that cannot be sent yet, with all that it lacks."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(" ".join(lack.message for lack in missing))
        self.missing = missing


@transaction.atomic
def save_recommendation(
    *, by: User, panel: Panel, text: str, choices: Sequence[Choice], seen: str | None = None
) -> list[Recommendation]:
    """Keep the recommendation list (procedure, identification step 1.4), finished or not.

    The suggested reading and its rule are worked out anew and kept beside each choice. A certification whose decision
    is
    released stays as it is.

    Args:
        seen: the mark of what was on the page (`selectors.recommendations`); saving the same twice changes nothing.

    Raises:
        MoveNotAllowedError: the round is not closed, or the recommendation is sent already.
        StaleVersionError: somebody has saved something else since.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    if panel.state != Panel.State.CLOSED:
        raise MoveNotAllowedError("A recommendation is written after the round is closed and before it is sent.")
    settled = settled_entries(panel)
    if seen is not None and seen != recommendation_mark(panel) and not _is_saved(panel, text, choices, settled):
        raise StaleVersionError(
            "Somebody saved this recommendation since you opened the page, so yours is not saved. What you "
            "typed is still below. Compare it with what is saved now, then save again."
        )
    results = results_by_entry(panel, viewer=by)
    saved = []
    for choice in choices:
        if choice.panel_certification.pk in settled:
            continue
        reading, rule = _read(results.get(choice.panel_certification.pk))
        recommendation, _ = Recommendation.objects.update_or_create(
            panel_certification=choice.panel_certification,
            defaults={
                "panel": panel,
                "position": choice.position,
                "reading": reading,
                "rule": rule,
                "choice": choice.choice,
                "note": choice.note.strip(),
            },
        )
        saved.append(recommendation)
    panel.recommendation_text = text.strip()
    panel.save(update_fields=["recommendation_text"])
    record(by=by, verb=verbs.RECOMMENDATION_SAVED, target=panel)
    return saved


def _is_saved(panel: Panel, text: str, choices: Sequence[Choice], settled: set[int]) -> bool:
    """Whether exactly this is saved already."""
    saved = {
        item.panel_certification_id: (item.choice, item.note, item.position) for item in panel.recommendations.all()
    }
    return panel.recommendation_text == text.strip() and all(
        saved.get(choice.panel_certification.pk) == (choice.choice, choice.note.strip(), choice.position)
        for choice in choices
        if choice.panel_certification.pk not in settled
    )


@transaction.atomic
def send_recommendation(*, by: User, panel: Panel) -> Panel:
    """Freeze the rounds and the packet, and hand the recommendation to the approvers, who are told by mail.

    Certifications that were sent back wait for a decision again. Sending twice changes nothing.

    Raises:
        NotWholeError: a certification has no recommendation yet, a note is missing, or the text is empty.
    """
    require(by, MANAGE_PANELS)
    panel = lock_panel(panel)
    if panel.state == Panel.State.RECOMMENDED:
        return panel
    ensure_move(panel, to=Panel.State.RECOMMENDED)
    _read_again(panel, by)
    missing = why_not_send(panel, viewer=by)
    if missing:
        raise NotWholeError(missing)
    packet = freeze_packet(by=by, panel=panel)
    panel.state = Panel.State.RECOMMENDED
    panel.sent_at = packet.frozen_at
    panel.sent_by = by
    panel.save(update_fields=["state", "sent_at", "sent_by"])
    Round.objects.filter(panel=panel, state=Round.State.CLOSED).update(state=Round.State.FROZEN)
    ListingDecision.objects.filter(
        recommendation__panel=panel, outcome=ListingDecision.Outcome.SENT_BACK, superseded_at=None, undone_at=None
    ).update(superseded_at=packet.frozen_at)
    record(by=by, verb=verbs.RECOMMENDATION_SENT, target=panel)
    _tell_approvers(panel, packet)
    return panel


def _read_again(panel: Panel, viewer: User) -> None:
    """The readings as they are now: rules may have changed, or somebody left the panel, since it was saved."""
    results = results_by_entry(panel, viewer=viewer)
    for item in panel.recommendations.all():
        item.reading, item.rule = _read(results.get(item.panel_certification_id))
        item.save(update_fields=["reading", "rule"])


def _tell_approvers(panel: Panel, packet: Packet) -> None:
    for approver in _approvers():
        send_after_commit(
            to=approver.email,
            subject=f"For your decision: certifications for {panel.program}",
            template="sme_review/mail/recommendation.txt",
            context={
                "approver": approver,
                "panel": panel,
                "count": panel.recommendations.count() - len(settled_entries(panel)),
                "link": absolute(reverse("sme_review:decide", args=[panel.pk])),
                "packet_link": absolute(reverse("sme_review:packet", args=[panel.pk, packet.number])),
            },
        )


def _read(result: CertificationResult | None) -> tuple[str, str]:
    """The suggested reading with its rule; of what nobody rated, that there is none."""
    return (result.reading, result.suggested.rule) if result else (Reading.WITHHELD, NOT_RATED)


def _approvers() -> list[User]:
    return list(
        User.objects.filter(is_active=True, memberships__role=Role.OCTE_APPROVER, memberships__ended_at=None).distinct()
    )
