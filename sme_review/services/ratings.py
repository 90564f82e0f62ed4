"""What panelists do through their personal link. Nothing enters after a round's recorded close.

Every write first takes a share of the lock on the round's row (`_hold_open`). Raters hold it together and do not wait
for each other; whoever closes the round waits for all of them and then keeps the rest out.
"""

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record
from octe_certs.problems import Problem, StaleVersionError
from sme_review import verbs
from sme_review.models import ConflictDeclaration, PanelCertification, Panelist, Rating, Round
from sme_review.selectors.ratings import answers_of
from sme_review.validators import Answers, what_is_missing

CLOSED_MESSAGE = (
    "The round is closed, so nothing was saved. What you typed is still on this page; copy it if you want to keep it, and "
    "write to the person who invited you if it should still count."
)
# The lock that ratings take; the race test shows that without it late ratings do enter.
ROUND_LOCK = "FOR SHARE"


class RoundClosedError(Problem):
    """The round no longer takes ratings."""


@transaction.atomic
def declare_conflicts(*, panelist: Panelist, reasons: Mapping[int, str]) -> None:
    """Keep the panelist's whole answer to the conflict of interest question; it replaces the earlier answer.

    A rating of a certification that the panelist steps back from is kept as a draft and no longer counts.

    Args:
        reasons: primary key of PanelCertification -> the reason; empty for "no conflict".

    Raises:
        RoundClosedError: the round is closed.
    """
    held = _hold_open(panelist)
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    known = set(PanelCertification.objects.filter(panel_id=person.panel_id).values_list("pk", flat=True))
    wanted = {pk: reason.strip() for pk, reason in reasons.items() if pk in known}
    person.conflicts.exclude(panel_certification_id__in=wanted).delete()
    for pk, reason in wanted.items():
        ConflictDeclaration.objects.update_or_create(
            panelist=person, panel_certification_id=pk, defaults={"reason": reason}
        )
    person.ratings.filter(round=held, panel_certification_id__in=wanted).update(
        state=Rating.State.DRAFT, submitted_at=None
    )
    _mark_opened(person)
    record(
        by=None,
        by_label=acting_as(person),
        verb=verbs.CONFLICTS_DECLARED,
        target=held,
        detail={"certifications": sorted(wanted)},
    )


@transaction.atomic
def save_rating(
    *, panelist: Panelist, panel_certification: PanelCertification, answers: Answers, version: int
) -> Rating:
    """Save a draft, complete or not. The same answers again change nothing, so a double click is harmless.

    Args:
        version: the version that the page was made from; 0 when there was no rating yet.

    Raises:
        RoundClosedError: the round is closed.
        StaleVersionError: the rating was saved elsewhere since the page was opened.
        Problem: the panelist stepped back from this certification, or the rating is submitted.
    """
    held = _hold_open(panelist)
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    entry = PanelCertification.objects.get(pk=panel_certification.pk, panel_id=person.panel_id)
    if person.conflicts.filter(panel_certification=entry).exists():
        raise Problem("You declared a conflict of interest for this certification, so you do not rate it.")
    rating = person.ratings.filter(panel_certification=entry, round=held).first()
    if rating is None:
        rating = Rating(panelist=person, panel_certification=entry, round=held, version=0)
    elif answers_of(rating) == answers:
        return rating
    if rating.state != Rating.State.DRAFT:
        raise Problem('This rating is submitted. Press "Change" first, then save.')
    if rating.version != version:
        raise StaleVersionError(
            "This rating was saved in another window after you opened this page. Your answers are still below. "
            "Save again to keep them, or reload the page to see the other ones."
        )
    for name, value in asdict(answers).items():
        setattr(rating, name, value)
    rating.version += 1
    rating.saved_at = timezone.now()
    rating.save()
    _mark_opened(person)
    return rating


@transaction.atomic
def submit_ratings(*, panelist: Panelist) -> int:
    """Submit every finished draft of the panelist in the open round; unfinished ones stay drafts.

    Returns:
        How many were submitted now; 0 when all were already.

    Raises:
        RoundClosedError: the round is closed.
    """
    held = _hold_open(panelist)
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    recused = person.conflicts.values("panel_certification_id")
    drafts = person.ratings.filter(round=held, state=Rating.State.DRAFT).exclude(panel_certification_id__in=recused)
    now = timezone.now()
    finished = [rating for rating in drafts if not what_is_missing(answers_of(rating))]
    for rating in finished:
        rating.state = Rating.State.SUBMITTED
        rating.submitted_at = rating.saved_at = now
        rating.version += 1
        rating.save(update_fields=["state", "submitted_at", "saved_at", "version"])
    if finished:
        record(
            by=None,
            by_label=acting_as(person),
            verb=verbs.RATINGS_SUBMITTED,
            target=held,
            detail={"ratings": len(finished)},
        )
    return len(finished)


@transaction.atomic
def reopen_rating(*, panelist: Panelist, panel_certification: PanelCertification) -> Rating | None:
    """Turn a submitted rating back into a draft so that it can be changed while the round is open.

    Returns:
        The draft; None when there is no rating.

    Raises:
        RoundClosedError: the round is closed.
    """
    held = _hold_open(panelist)
    person = Panelist.objects.select_for_update(no_key=True).get(pk=panelist.pk)
    rating = person.ratings.filter(panel_certification=panel_certification, round=held).first()
    if rating is None or rating.state == Rating.State.DRAFT:
        return rating
    rating.state = Rating.State.DRAFT
    rating.submitted_at = None
    rating.saved_at = timezone.now()
    rating.version += 1
    rating.save(update_fields=["state", "submitted_at", "saved_at", "version"])
    record(by=None, by_label=acting_as(person), verb=verbs.RATING_REOPENED, target=held, detail={"rating": rating.pk})
    return rating


def acting_as(panelist: Panelist) -> str:
    """How the audit trail names somebody without an account."""
    return f"Panelist {panelist.pk}"


def _hold_open(panelist: Panelist) -> Round:
    """The panel's open round, kept open until the transaction ends.

    Django has no FOR SHARE, hence the SQL. PostgreSQL checks the condition again after waiting for the lock, so a
    round that was closed meanwhile is not found.
    """
    sql = f"SELECT * FROM sme_review_round WHERE panel_id = %s AND state = 'open' {ROUND_LOCK}"  # noqa: S608
    for held in Round.objects.raw(sql, [panelist.panel_id]):
        return held
    raise RoundClosedError(CLOSED_MESSAGE)


def _mark_opened(panelist: Panelist) -> None:
    if panelist.first_opened_at is None:
        panelist.first_opened_at = timezone.now()
        panelist.save(update_fields=["first_opened_at"])
