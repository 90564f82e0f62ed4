"""Reading listings for the state staff who review them."""

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from certifications.models import CareerCluster, Certification, ProgramCertification
from certifications.permissions import EDIT_CATALOG
from core import school_year
from core.home_items import HomeItem


def listings() -> QuerySet[ProgramCertification]:
    """All listings with what their pages show."""
    return ProgramCertification.objects.select_related(
        "program__cluster", "certification__entity", "certification__replaced_by"
    )


def due_for_review(*, year: int, cluster: CareerCluster | None = None) -> QuerySet[ProgramCertification]:
    """The approved listings that are to be reviewed in a school year or were before, those that wait longest first."""
    due = ProgramCertification.objects.due_for_review(year).filter(**{"program__cluster": cluster} if cluster else {})
    return (
        listings()
        .filter(pk__in=due.values("pk"))
        .order_by("review_school_year", "program__cip_code", "certification__name", "pk")
    )


def clusters() -> QuerySet[CareerCluster]:
    """All career clusters."""
    return CareerCluster.objects.all()


def could_replace(certification: Certification) -> QuerySet[Certification]:
    """The certifications that could take its place, by name."""
    return Certification.objects.exclude(pk=certification.pk).order_by("name", "version")


def home_items(user: User) -> list[HomeItem]:
    """For consultants, how many listings are due for review in the running school year."""
    if not user.has_perm(EDIT_CATALOG):
        return []
    due = ProgramCertification.objects.due_for_review(school_year.current()).count()
    if not due:
        return []
    title = "Review 1 listing" if due == 1 else f"Review {due} listings"
    text = "Approved listings are reviewed every five years: start a panel, keep them, or retire them."
    return [HomeItem(title, text, reverse("certifications:listings_due"), count=due)]
