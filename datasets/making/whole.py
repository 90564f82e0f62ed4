"""Making the demo: the same arguments make the same rows, small or large, through the same code."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models, transaction

from certifications.models import (
    Building,
    Certification,
    Enrollment,
    EvidenceDocument,
    EvidenceLink,
    ProgramOffering,
    StateChange,
    Student,
    StudentCertification,
    Submission,
)
from core.problems import Problem
from datasets.making.bulk import broken_references, finish, without_triggers
from datasets.making.catalog import awards_on_offer, make_listings, make_replacements
from datasets.making.collection import make_collection
from datasets.making.entry import make_entry
from datasets.making.offerings import make_offerings
from datasets.making.panels import make_panels
from datasets.making.people import make_people
from datasets.making.plan import LAST_YEAR, Plan
from datasets.making.records import RecordMaker
from datasets.making.students import make_students

# The tables that are filled by COPY.
COPIED: tuple[type[models.Model], ...] = (
    Student,
    Enrollment,
    Submission,
    EvidenceDocument,
    StudentCertification,
    EvidenceLink,
    StateChange,
)


@dataclass(frozen=True)
class Made:
    """How much was made."""

    offerings: int
    students: int
    enrollments: int
    records: int


@transaction.atomic
def make(plan: Plan, *, say: Callable[[str], None]) -> Made:
    """Make the whole demo, or nothing.

    Args:
        say: told about each step, for people who wait.

    Raises:
        Problem: the reference data are missing, or what was copied does not hold together.
    """
    if not (Building.objects.exists() and Certification.objects.exists()):
        raise Problem("There are no buildings or certifications yet. Run load_reference first.")
    say("People, offerings and listings")
    make_listings()
    make_replacements()
    schools = make_offerings(plan)
    cast = make_people(plan, {school.building.district_id: school.building.district for school in schools}.values())
    say("Panels and questionnaires")
    make_panels(cast)
    make_collection(plan, cast)
    records = RecordMaker(plan, schools, cast, awards_on_offer(plan.first_year, LAST_YEAR))
    with without_triggers(*COPIED):
        say("Students and enrollments")
        students, enrollments = make_students(plan, schools, records.hear)
        say("Records and evidence")
        count = records.write()
    make_entry(cast)
    say("Checks and statistics")
    finish(*COPIED, ProgramOffering)
    if broken := broken_references(*COPIED):
        raise Problem(f"The copied rows do not hold together: {'; '.join(broken)}")
    return Made(sum(len(school.offerings) for school in schools), students, enrollments, count)
