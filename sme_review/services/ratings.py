"""What panelists do through their personal link. Nothing enters after a recorded close.

Every write first takes a share of the lock on the open ballot's row (`_hold_open`). Raters hold it together and do not
wait for each other; whoever closes it waits for all of them and then keeps the rest out. Before that they pass a
turnstile, which somebody who closes holds shut, so that no stream of raters keeps the closing waiting.
"""

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.services.audit import record
from core.problems import Problem, StaleVersionError
from core.stale_pages import ensure_fresh
from sme_review import verbs
from sme_review.models import (
    Ballot,
    ConflictDeclaration,
    Material,
    Panel,
    PanelCertification,
    Panelist,
    Rating,
    StandardMark,
)
from sme_review.selectors.ballots import waiting_round
from sme_review.selectors.ratings import answers_of
from sme_review.selectors.standards import standards_of
from sme_review.selectors.worksheets import marks_of, sheet_of
from sme_review.services.panels import pass_turnstile
from sme_review.validators import Answers, what_is_missing

CLOSED_MESSAGE = (
    "This certification is closed for rating, so nothing was saved. What you typed is still on this page; copy "
    "it if you "
    "want to keep it, and write to the person who invited you if it should still count."
)
REOPENED_MESSAGE = (
    "This certification was closed and opened again after you opened this page, so nothing was saved. What you "
    "typed is "
    "still below. Check that it still holds, then save again."
)
# The lock that ratings take; the race test shows that without it late ratings do enter.
BALLOT_LOCK = "FOR SHARE"


class RoundClosedError(Problem):
    """The certification, or the whole round, does not take ratings now."""


class OtherOpeningError(StaleVersionError):
    """The certification is open, but not as it was when the page was opened: it was closed and opened again since."""


@transaction.atomic
def declare_conflicts(*, panelist: Panelist, reasons: Mapping[int, str]) -> None:
    """Keep what the panelist says anew about conflicts of interest; what is not named stays as it is.

    A rating of a certification that the panelist steps back from is kept as a draft and no longer counts. Where it is
    rated again in round 2, their rating of round 1 does not count either: an interest is not one of one round. What is
    closed and not rated again stays as it is: neither a conflict nor its end changes numbers that are recorded.

    Args:
        reasons: primary key of PanelCertification -> the reason; an empty one takes a conflict back.

    Raises:
        RoundClosedError: no round is open or planned.
    """
    person = _lock(panelist)
    waiting = waiting_round(person.panel)
    if waiting is None:
        raise RoundClosedError(CLOSED_MESSAGE)
    ballots = Ballot.objects.filter(round__panel_id=person.panel_id)
    planned = ballots.planned()
    opened = _hold_all_open(person)
    changeable = {*opened, *planned.values_list("panel_certification_id", flat=True)}
    closed = set(ballots.values_list("panel_certification_id", flat=True)).difference(changeable)
    known = set(PanelCertification.objects.filter(panel_id=person.panel_id).values_list("pk", flat=True)) - closed
    wanted = {pk: reason.strip() for pk, reason in reasons.items() if pk in known}
    for pk, reason in wanted.items():
        if reason:
            ConflictDeclaration.objects.update_or_create(
                panelist=person, panel_certification_id=pk, defaults={"reason": reason}
            )
            _set_back(person, opened.get(pk))
    ended = [pk for pk, reason in wanted.items() if not reason]
    person.conflicts.filter(panel_certification_id__in=ended).delete()
    _mark_opened(person)
    record(
        by=None,
        by_label=acting_as(person),
        verb=verbs.CONFLICTS_DECLARED,
        target=waiting,
        detail={"certifications": sorted(person.conflicts.values_list("panel_certification_id", flat=True))},
    )


def _set_back(person: Panelist, opened: Ballot | None) -> None:
    """Turn a submitted rating of what is open into a draft, also one from an earlier opening in the same round."""
    if opened:
        person.ratings.filter(
            panel_certification_id=opened.panel_certification_id,
            round_id=opened.round_id,
            state=Rating.State.SUBMITTED,
        ).update(state=Rating.State.DRAFT, submitted_at=None)


@transaction.atomic
def save_rating(
    *,
    panelist: Panelist,
    panel_certification: PanelCertification,
    answers: Answers,
    version: int,
    ballot: int | None = None,
    marks: Mapping[int, str] | None = None,
    material: int | None = None,
) -> Rating:
    """Save a draft, complete or not. The same answers again change nothing, so a double click is harmless.

    Args:
        version: the version that the page was made from; 0 when there was no rating yet.
        ballot: primary key of the opening (Ballot) that the page was made from, so that a page of round 1 is not saved
            into round 2 (a page of an earlier opening of the same round is); None where no page stands behind the
            answers.
        marks: the worksheet: primary key of ProgramStandard -> a value of StandardMark.Mark; None leaves it alone. A
            new round goes on from the worksheet of the round before.
        material: the number of the version of the material that the page showed; the latest where it is not given.

    Raises:
        RoundClosedError: the certification is closed, or was never opened.
        OtherOpeningError: what is open now is not what the page was made from.
        StaleVersionError: the rating was saved elsewhere since the page was opened.
        Problem: the panelist stepped back from this certification, or the rating is submitted.
    """
    open_ballot = _hold_open(panelist, panel_certification)
    if ballot is not None and ballot != open_ballot.pk and not _is_same_round(ballot, open_ballot):
        raise OtherOpeningError(REOPENED_MESSAGE)
    person = _lock(panelist)
    entry = PanelCertification.objects.get(pk=panel_certification.pk, panel_id=person.panel_id)
    if person.conflicts.filter(panel_certification=entry).exists():
        raise Problem("You declared a conflict of interest for this certification, so you do not rate it.")
    rating = person.ratings.filter(panel_certification=entry, round_id=open_ballot.round_id).first()
    if rating is None:
        rating = Rating(panelist=person, panel_certification=entry, round_id=open_ballot.round_id, version=0)
        marks = _marks_before(person, entry) if marks is None else marks
    elif answers_of(rating) == answers and (marks is None or marks_of(rating) == dict(marks)):
        return rating
    if rating.state != Rating.State.DRAFT:
        raise Problem('This rating is submitted. Press "Change" first, then save.')
    ensure_fresh(
        version,
        rating.version,
        "This rating was saved in another window after you opened this page. Your answers are still below. "
        "Save again to keep them, or reload the page to see the other ones.",
    )
    for name, value in asdict(answers).items():
        setattr(rating, name, value)
    rating.version += 1
    rating.saved_at = timezone.now()
    rating.ballot = open_ballot
    rating.material = _material(entry, material)
    rating.save()
    if marks is not None:
        _keep_marks(rating, marks)
    _mark_opened(person)
    return rating


def _is_same_round(ballot: int, open_ballot: Ballot) -> bool:
    """Whether an opening was of the same certification in the same round, which goes on where it was closed."""
    same = Ballot.objects.filter(round=open_ballot.round_id, panel_certification=open_ballot.panel_certification_id)
    return same.filter(pk=ballot).exists()


def _marks_before(person: Panelist, entry: PanelCertification) -> dict[int, str]:
    earlier = person.ratings.filter(panel_certification=entry).order_by("round__number").last()
    return marks_of(earlier) if earlier else {}


def _material(entry: PanelCertification, number: int | None) -> Material:
    """The version that was shown; the latest where the page named none, or one that does not exist."""
    versions = list(entry.materials.defer("information_sheet", "blueprint").order_by("number"))
    return next((version for version in versions if version.number == number), versions[-1])


def _keep_marks(rating: Rating, marks: Mapping[int, str]) -> None:
    panel = rating.panelist.panel
    known = set(standards_of(panel).values_list("pk", flat=True))
    StandardMark.objects.filter(rating=rating).exclude(standard_id__in=marks).delete()
    StandardMark.objects.bulk_create(
        [StandardMark(rating=rating, standard_id=pk, mark=mark) for pk, mark in marks.items() if pk in known],
        update_conflicts=True,
        unique_fields=["rating", "standard"],
        update_fields=["mark"],
    )


@transaction.atomic
def submit_ratings(*, panelist: Panelist, panel_certification: PanelCertification | None = None) -> int:
    """Submit every finished draft of the panelist that is open; unfinished ones stay drafts.

    Args:
        panel_certification: submit only this one, as a live session does.

    Returns:
        How many were submitted now; 0 when all were already.

    Raises:
        RoundClosedError: nothing is open, or this certification is not.
    """
    ballots = _hold_all_open(panelist) if panel_certification is None else _hold_one(panelist, panel_certification)
    if not ballots:
        raise RoundClosedError(CLOSED_MESSAGE)
    person = _lock(panelist)
    recused = person.conflicts.values("panel_certification_id")
    drafts = person.ratings.filter(
        state=Rating.State.DRAFT,
        panel_certification_id__in=ballots,
        round_id__in={ballot.round_id for ballot in ballots.values()},
    ).exclude(panel_certification_id__in=recused)
    now = timezone.now()
    finished = _finished(person, drafts)
    for rating in finished:
        rating.ballot = ballots[rating.panel_certification_id]
        rating.state = Rating.State.SUBMITTED
        rating.submitted_at = rating.saved_at = now
        rating.version += 1
        rating.save(update_fields=["state", "submitted_at", "saved_at", "version", "ballot"])
    if finished:
        record(
            by=None,
            by_label=acting_as(person),
            verb=verbs.RATINGS_SUBMITTED,
            target=person.panel,
            detail={"ratings": len(finished)},
        )
    return len(finished)


def _finished(person: Panelist, drafts: QuerySet[Rating]) -> list[Rating]:
    """Those that lack nothing; the worksheet is read only where the panel asks for it."""
    if person.panel.worksheet != Panel.Worksheet.REQUIRED:
        return [rating for rating in drafts if not what_is_missing(answers_of(rating), unmarked=0)]
    sheet = sheet_of(person.panel)
    standards = {standard.pk for standard in sheet.standards} if sheet else set()
    return [
        rating
        for rating in drafts.prefetch_related("marks")
        if not what_is_missing(
            answers_of(rating), unmarked=len(standards.difference(mark.standard_id for mark in rating.marks.all()))
        )
    ]


@transaction.atomic
def reopen_rating(*, panelist: Panelist, panel_certification: PanelCertification) -> Rating | None:
    """Turn a submitted rating back into a draft so that it can be changed while the round is open.

    Returns:
        The draft; None when there is no rating.

    Raises:
        RoundClosedError: the certification is closed.
    """
    ballot = _hold_open(panelist, panel_certification)
    person = _lock(panelist)
    rating = person.ratings.filter(panel_certification=panel_certification, round_id=ballot.round_id).first()
    if rating is None or rating.state == Rating.State.DRAFT:
        return rating
    rating.state = Rating.State.DRAFT
    rating.submitted_at = None
    rating.saved_at = timezone.now()
    rating.version += 1
    rating.ballot = ballot
    rating.save(update_fields=["state", "submitted_at", "saved_at", "version", "ballot"])
    record(
        by=None,
        by_label=acting_as(person),
        verb=verbs.RATING_REOPENED,
        target=person.panel,
        detail={"rating": rating.pk},
    )
    return rating


def acting_as(panelist: Panelist) -> str:
    """How the audit trail names somebody without an account."""
    return f"Panelist {panelist.pk}"


def _lock(panelist: Panelist) -> Panelist:
    """The panelist as they are now, locked until the transaction ends.

    Raises:
        RoundClosedError: they were taken off the panel.
    """
    person = Panelist.objects.select_for_update(no_key=True, of=("self",)).select_related("panel").get(pk=panelist.pk)
    if person.withdrawn_at:
        raise RoundClosedError("You are no longer on this panel, so nothing was saved.")
    return person


def _hold_open(panelist: Panelist, entry: PanelCertification) -> Ballot:
    """The certification's open ballot, kept open until the transaction ends."""
    ballots = _hold_one(panelist, entry)
    if not ballots:
        raise RoundClosedError(CLOSED_MESSAGE)
    return ballots[entry.pk]


def _hold_one(panelist: Panelist, entry: PanelCertification) -> dict[int, Ballot]:
    return _hold(panelist, "AND ballot.panel_certification_id = %s", [entry.pk])


def _hold_all_open(panelist: Panelist) -> dict[int, Ballot]:
    """Every open ballot of the panel by its certification, kept open until the transaction ends."""
    return _hold(panelist, "", [])


def _hold(panelist: Panelist, condition: str, values: list[int]) -> dict[int, Ballot]:
    """Lock open ballots with a share that raters hold together.

    Django has no FOR SHARE, hence the SQL. PostgreSQL checks the condition again after waiting for the lock, so a
    ballot that was closed meanwhile is not found. One that opens later is not open yet.
    """
    pass_turnstile(panelist.panel_id)
    lock = f"{BALLOT_LOCK} OF ballot" if BALLOT_LOCK else ""
    sql = f"""
        SELECT ballot.* FROM sme_review_ballot ballot
        JOIN sme_review_panelcertification entry ON entry.id = ballot.panel_certification_id
        WHERE entry.panel_id = %s AND ballot.closed_at IS NULL AND ballot.opened_at <= %s {condition}
        ORDER BY ballot.id {lock}
    """  # noqa: S608 - the condition is one of two constants above
    now = timezone.now()
    return {
        ballot.panel_certification_id: ballot for ballot in Ballot.objects.raw(sql, [panelist.panel_id, now, *values])
    }


def _mark_opened(panelist: Panelist) -> None:
    if panelist.first_opened_at is None:
        panelist.first_opened_at = timezone.now()
        panelist.save(update_fields=["first_opened_at"])
