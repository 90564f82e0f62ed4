"""Writing listings: which certifications count for which program."""

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services.audit import record
from certifications import school_year
from certifications.models import Certification, Program, ProgramCertification
from octe_certs.problems import Problem


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
) -> ProgramCertification:
    """List a certification for a program, or change the open listing of the pair (procedure, identification step 1.4).

    An existing row that starts in the same year, or that is not decided yet (suggested, under review), is changed;
    otherwise a new period begins, and an earlier one without an end (approved or declined) ends the year before.

    Args:
        by: the person who decides or prepares the decision.
        first_school_year, last_school_year: ending years; None for no end.
        status, type: values of ProgramCertification.Status and .Type.
        counts_federally: counts for indicator 5S1.
        reason: why, in a sentence.

    Raises:
        Problem: the period overlaps another listing of the same pair, or contradicts itself.
    """
    pair = ProgramCertification.objects.select_for_update().filter(program=program, certification=certification)
    undecided = (ProgramCertification.Status.SUGGESTED, ProgramCertification.Status.UNDER_REVIEW)
    listing = pair.filter(first_school_year=first_school_year).first() or pair.filter(status__in=undecided).first()
    listing = listing or ProgramCertification(program=program, certification=certification)
    for earlier in pair.filter(first_school_year__lt=first_school_year, last_school_year=None).exclude(pk=listing.pk):
        earlier.last_school_year = first_school_year - 1
        earlier.save(update_fields=["last_school_year"])
        record(by=by, verb="ended listing", target=earlier, detail={"last_school_year": earlier.last_school_year})
    listing.first_school_year = first_school_year
    listing.last_school_year = last_school_year
    listing.status = status
    listing.type = type
    listing.counts_federally = counts_federally
    listing.reason = reason
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
