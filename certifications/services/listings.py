"""Writing listings: which certifications count for which program, until when, and when that is looked at again."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record
from certifications.models import Certification, Program, ProgramCertification
from certifications.permissions import REVIEW_LISTINGS, SET_LISTINGS
from certifications.selectors.catalog import fingerprint
from certifications.services.catalog import write_replaced_by
from core import school_year
from core.access import require
from core.problems import MoveNotAllowedError, Problem
from core.stale_pages import ensure_fresh

State = ProgramCertification.Status
# A review is put off by at most so many school years at a time.
LONGEST_UNTIL_REVIEW = 10


@transaction.atomic
def set_listing(
    *,
    by: User,
    program: Program,
    certification: Certification,
    first_school_year: int,
    last_school_year: int | None = None,
    status: str,
    type: str,  # noqa: A002 - the field's own name
    counts_federally: bool,
    reason: str,
    review_school_year: int | None = None,
) -> ProgramCertification:
    """List a certification for a program, or change the open listing of the pair (procedure, identification step 1.4).

    An existing row that starts in the same year, or that is not decided yet (suggested, under review), is changed;
    otherwise a new period begins, and an earlier one without an end (approved or declined) ends the year before.

    Args:
        by: the approver who decides.
        first_school_year, last_school_year: ending years; None for no end.
        status, type: values of ProgramCertification.Status, but for retired (`retire_listing`), and .Type.
        counts_federally: counts for indicator 5S1.
        reason: why, in a sentence.
        review_school_year: when an approved listing is looked at again; five school years after its first if left out.

    Raises:
        PermissionDenied: the person decides no listings.
        MoveNotAllowedError: the status is that of a retired listing.
        Problem: the period overlaps another listing of the same pair, or contradicts itself.
    """
    require(by, SET_LISTINGS)
    if status == State.RETIRED:
        raise MoveNotAllowedError("Only an approved listing that has not ended can be retired.")
    pair = ProgramCertification.objects.select_for_update().filter(program=program, certification=certification)
    undecided = (ProgramCertification.Status.SUGGESTED, ProgramCertification.Status.UNDER_REVIEW)
    listing = pair.filter(first_school_year=first_school_year).first() or pair.filter(status__in=undecided).first()
    listing = listing or ProgramCertification(program=program, certification=certification)
    for earlier in pair.filter(first_school_year__lt=first_school_year, last_school_year=None).exclude(pk=listing.pk):
        earlier.last_school_year = first_school_year - 1
        earlier.review_school_year = None  # this decision was its review
        earlier.save(update_fields=["last_school_year", "review_school_year"])
        record(by=by, verb="ended listing", target=earlier, detail={"last_school_year": earlier.last_school_year})
    _forget_approval(listing)
    listing.first_school_year = first_school_year
    listing.last_school_year = last_school_year
    listing.status = status
    listing.type = type
    listing.counts_federally = counts_federally
    listing.reason = reason
    listing.review_school_year = None
    if status == State.APPROVED:
        listing.review_school_year = review_school_year or first_school_year + ProgramCertification.REVIEWED_AFTER
    try:
        with transaction.atomic():
            listing.save()
    except IntegrityError as error:
        message = (
            f"{certification} cannot be listed for {program} from {school_year.label(first_school_year)}: "
            "it is already listed for some of these school years, or the last year comes before the first. "
            "Choose other school years, or end the earlier listing first."
        )
        raise Problem(message, field="first_school_year") from error
    record(by=by, verb=f"set listing to {status}", target=listing, detail={"first_school_year": first_school_year})
    return listing


def _locked(listing: ProgramCertification) -> ProgramCertification:
    """The listing, locked."""
    rows = ProgramCertification.objects.select_for_update(of=("self",)).select_related("program", "certification")
    return rows.get(pk=listing.pk)


def _as_seen(listing: ProgramCertification, seen: str | None) -> None:
    """Raises StaleVersionError when somebody changed the listing since the page was opened; None asks for no check."""
    ensure_fresh(
        seen,
        fingerprint(listing),
        "Somebody else changed this listing since you opened the page. What you typed is kept. "
        "Look at the listing as it is now, and press the button again if you still want this.",
    )


def _reason(text: str) -> str:
    """Raises Problem unless there is a reason."""
    if not text.strip():
        raise Problem("Give the reason in a sentence.", field="reason")
    return text.strip()


def _save_period(listing: ProgramCertification) -> None:
    """Save what retiring and its undoing change.

    Raises:
        Problem: another listing of the pair holds some of these school years.
    """
    fields = ["status", "last_school_year", "review_school_year", "reason", "retired_at"]
    fields += ["approved_last_school_year", "approved_review_school_year", "approved_reason"]
    try:
        with transaction.atomic():
            listing.save(update_fields=fields)
    except IntegrityError as error:
        message = f"{listing.certification} is listed again for some of these school years. Choose an earlier last one."
        raise Problem(message, field="last_school_year") from error


def _keep_approval(listing: ProgramCertification) -> None:
    """Put aside what an approved listing is, for `restore_listing`; one that is retired already has that."""
    if listing.status == State.RETIRED:
        return
    listing.retired_at = timezone.now()
    listing.approved_last_school_year = listing.last_school_year
    listing.approved_review_school_year = listing.review_school_year
    listing.approved_reason = listing.reason


def _forget_approval(listing: ProgramCertification) -> None:
    """The listing is no retired one: there is nothing to come back to."""
    listing.retired_at = None
    listing.approved_last_school_year = listing.approved_review_school_year = None
    listing.approved_reason = ""


@transaction.atomic
def retire_listing(
    *,
    by: User,
    listing: ProgramCertification,
    last_school_year: int,
    reason: str,
    replaced_by: Certification | None = None,
    seen: str | None = None,
) -> ProgramCertification:
    """End an approved listing after a last school year, until which districts go on as before.

    A retired one can be given another last school year while that has not ended. The same again changes nothing.

    Args:
        last_school_year: ending year; the running school year at the earliest.
        replaced_by: the certification that takes its place, kept on the certification; None leaves that as it is.
        seen: the listing's fingerprint when the page was opened.

    Raises:
        PermissionDenied: the person reviews no listings.
        StaleVersionError: somebody else changed the listing since.
        MoveNotAllowedError: the listing is not approved, or has ended.
        Problem: a reason is missing, the last school year is over, comes before the first or overlaps, or the
            replacement would lead back to itself.
    """
    require(by, REVIEW_LISTINGS)
    listing, reason = _locked(listing), _reason(reason)
    if not listing.has_not_ended:
        raise MoveNotAllowedError("Only an approved listing that has not ended can be retired.")
    if last_school_year < max(school_year.current(), listing.first_school_year):
        raise Problem("Choose a last school year that is not over and not before the first.", field="last_school_year")
    if replaced_by is not None:
        write_replaced_by(by=by, certification=listing.certification, replaced_by=replaced_by)
    if (listing.status, listing.last_school_year, listing.reason) == (State.RETIRED, last_school_year, reason):
        return listing
    _as_seen(listing, seen)
    _keep_approval(listing)
    listing.status, listing.last_school_year = State.RETIRED, last_school_year
    listing.review_school_year, listing.reason = None, reason
    _save_period(listing)
    record(by=by, verb="retired listing", target=listing, detail={"last_school_year": last_school_year, "why": reason})
    return listing


@transaction.atomic
def restore_listing(*, by: User, listing: ProgramCertification) -> ProgramCertification:
    """Take a retirement back while its last school year has not ended: the listing is what it was before.

    What the certification is replaced by stays; it is a fact of its own. An approved listing is left as it is.

    Raises:
        PermissionDenied: the person reviews no listings.
        MoveNotAllowedError: it is not a listing that was retired and can come back.
        Problem: the pair has been listed again since.
    """
    require(by, REVIEW_LISTINGS)
    listing = _locked(listing)
    if listing.status == State.APPROVED:
        return listing
    if listing.status != State.RETIRED or not listing.has_not_ended:
        raise MoveNotAllowedError("Only a retired listing whose last school year has not ended can be approved again.")
    listing.status, listing.last_school_year = State.APPROVED, listing.approved_last_school_year
    listing.review_school_year, listing.reason = listing.approved_review_school_year, listing.approved_reason
    _forget_approval(listing)
    _save_period(listing)
    record(by=by, verb="took back the retirement of listing", target=listing)
    return listing


@transaction.atomic
def keep_listing(
    *, by: User, listing: ProgramCertification, review_school_year: int, reason: str, seen: str | None = None
) -> ProgramCertification:
    """Keep an approved listing without a panel, and say when it is looked at again. The same again changes nothing.

    Args:
        review_school_year: ending year of the school year of the next review; a coming one, at most ten years away.
        seen: the listing's fingerprint when the page was opened.

    Raises:
        PermissionDenied: the person reviews no listings.
        StaleVersionError: somebody else changed the listing since.
        MoveNotAllowedError: the listing is not approved, or has ended.
        Problem: a reason is missing, or the school year is not among those that can be chosen.
    """
    require(by, REVIEW_LISTINGS)
    listing, reason = _locked(listing), _reason(reason)
    if listing.status != State.APPROVED or not listing.has_not_ended:
        raise MoveNotAllowedError("Only an approved listing that has not ended can be kept.")
    now = school_year.current()
    if not max(now, listing.first_school_year) < review_school_year <= now + LONGEST_UNTIL_REVIEW:
        raise Problem("Choose a school year after this one for the next review.", field="review_school_year")
    if (listing.review_school_year, listing.reason) == (review_school_year, reason):
        return listing
    _as_seen(listing, seen)
    listing.review_school_year, listing.reason = review_school_year, reason
    listing.save(update_fields=["review_school_year", "reason"])
    record(by=by, verb="kept listing", target=listing, detail={"review_school_year": review_school_year, "why": reason})
    return listing
