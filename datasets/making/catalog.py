"""Which certifications count for which program, as the sample files tell it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from certifications.models import Certification, CertificationPart, Program, ProgramCertification
from datasets.files import DEMO, Row, read
from datasets.loaders.sync import sync

_LISTING_COLUMNS = (
    "cip_code",
    "certification_code",
    "first_school_year",
    "last_school_year",
    "status",
    "type",
    "counts_federally",
    "review_school_year",
    "reason",
)
METHOD_COLUMNS = ("entity_code", "school_year", "method", "reason", "verify_when")
# The files' word for a year in which OCTE has not decided yet.
UNDECIDED = "undecided"
DISTRICTS_ENTER = frozenset({"district", "both", "interim"})


@dataclass(frozen=True)
class Award:
    """A certification as the record maker sees it.

    Attributes:
        lowest, highest: the passing scores; None where there is no overall score.
    """

    certification: int
    name: str
    entity: str
    lowest: Decimal | None
    highest: Decimal | None


def make_listings() -> None:
    """The sample listings; those that are there already stay as they are."""
    programs = dict(Program.objects.values_list("cip_code", "id"))
    certifications = dict(Certification.objects.values_list("code", "id"))
    statuses = {str(status): str(status) for status in ProgramCertification.Status}
    types = {str(each): str(each) for each in ProgramCertification.Type}
    rows = read(DEMO / "listings.csv", _LISTING_COLUMNS)
    sync(
        ProgramCertification,
        (
            (
                row,
                {
                    "program_id": row.reference("cip_code", programs, "programs.csv"),
                    "certification_id": row.reference("certification_code", certifications, "certifications.csv"),
                    "first_school_year": row.integer("first_school_year"),
                    "last_school_year": row.integer("last_school_year"),
                    "status": row.choice("status", statuses),
                    "type": row.choice("type", types),
                    "counts_federally": row.yes_no("counts_federally"),
                    "reason": row.required("reason"),
                    "review_school_year": _review_year(row),
                    **_retirement(row),
                },
            )
            for row in rows
        ),
        key=["program_id", "certification_id", "first_school_year"],
        overwrite=False,
    )


def _review_year(row: Row) -> int | None:
    """As the file says, and otherwise as the services give it."""
    first = row.integer("first_school_year")
    approved = row.required("status") == ProgramCertification.Status.APPROVED
    usual = first + ProgramCertification.REVIEWED_AFTER if approved and first else None
    return row.integer("review_school_year") or usual


def _retirement(row: Row) -> dict[str, Any]:
    """Of a retired listing, what it was before; the files do not say, so it had no end and was retired in its last
    year.
    """
    first, last = row.integer("first_school_year"), row.integer("last_school_year")
    retired = row.required("status") == ProgramCertification.Status.RETIRED
    if not (retired and first and last):
        return {"retired_at": None, "approved_review_school_year": None, "approved_reason": ""}
    return {
        "retired_at": datetime(last - 1, 7, 1, 12, tzinfo=UTC),
        "approved_review_school_year": first + ProgramCertification.REVIEWED_AFTER,
        "approved_reason": row.required("reason"),
    }


def make_replacements() -> None:
    """What takes the place of what, where nobody has said so yet."""
    certifications = {row.code: row for row in Certification.objects.all()}
    for row in read(DEMO / "replacements.csv", ("certification_code", "replaced_by_code")):
        old = row.reference("certification_code", certifications, "certifications.csv")
        if old.replaced_by_id is None:
            old.replaced_by = row.reference("replaced_by_code", certifications, "certifications.csv")
            old.save(update_fields=["replaced_by"])


def methods() -> dict[tuple[str, int], str]:
    """(entity code, school year) -> method, without the undecided ones."""
    rows = read(DEMO / "methods.csv", METHOD_COLUMNS)
    decided = {(row.required("entity_code"), row.integer("school_year") or 0): row.required("method") for row in rows}
    return {key: method for key, method in decided.items() if method != UNDECIDED}


def awards_on_offer(first_year: int, last_year: int) -> Mapping[tuple[str, int], list[Award]]:
    """(CIP code, school year) -> the listed certifications whose results districts enter.

    Before the first decision on file, districts entered everything.
    """
    decided = methods()
    scores = _passing_scores()
    offer: dict[tuple[str, int], list[Award]] = defaultdict(list)
    for year in range(first_year, last_year + 1):
        listed = ProgramCertification.objects.in_force(year).select_related("program", "certification__entity")
        earliest = min(known for _, known in decided)
        for listing in listed.order_by("program__cip_code", "certification__code"):
            certification = listing.certification
            method = decided.get((certification.entity.code, max(year, earliest)))
            if method in DISTRICTS_ENTER:
                low, high = scores.get(certification.pk, (None, None))
                offer[listing.program.cip_code, year].append(
                    Award(certification.pk, certification.name, certification.entity.name, low, high)
                )
    return offer


def _passing_scores() -> dict[int, tuple[Decimal, Decimal]]:
    """Certification id -> cut score and highest score, for those with exactly one scored part."""
    parts: dict[int, list[CertificationPart]] = defaultdict(list)
    for part in CertificationPart.objects.all():
        parts[part.certification_id].append(part)
    return {
        pk: (parts_of_it[0].cut_score, parts_of_it[0].score_max)
        for pk, parts_of_it in parts.items()
        if len(parts_of_it) == 1
    }
