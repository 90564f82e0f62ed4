"""Reading for district entry: what may be entered, by whom, for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.roles import ENTRY_ROLES
from accounts.scope import Scope
from certifications.models import (
    AwardingEntity,
    Certification,
    District,
    Enrollment,
    EntryDraft,
    Program,
    ProgramCertification,
    StudentCertification,
    Submission,
)
from certifications.models.entry_draft import EntryDraftQuerySet
from certifications.ports import open_for_district_entry
from certifications.validators.attempt import Facts
from certifications.validators.scores import Scale
from core import school_year


def entry_scope(user: User) -> Scope:
    """How far a person enters results, which may be less than how far they see."""
    rows = user.memberships.filter(ended_at=None, role__in=ENTRY_ROLES).values_list("district_id", "building_id")
    return Scope(
        district_ids=frozenset(district for district, _ in rows if district),
        building_ids=frozenset(building for _, building in rows if building),
        roles=user.scope.roles & ENTRY_ROLES,
    )


def entry_years() -> list[int]:
    """The school years that can be entered for: this one and the one before."""
    return [school_year.current(), school_year.current() - 1]


def entry_districts(user: User) -> list[District]:
    """The districts that a person enters for."""
    return list(District.objects.filter(entry_scope(user).districts()).distinct())


def enrollments_to_enter(user: User, *, year: int) -> QuerySet[Enrollment]:
    """The enrollments of a school year that a person may enter results for."""
    return Enrollment.objects.filter(entry_scope(user).buildings("offering__building"), school_year=year)


@dataclass(frozen=True)
class ProgramChoice:
    """A program that can be chosen, with its students in reach."""

    program: Program
    students: int
    buildings: int


def program_choices(user: User, *, year: int) -> list[ProgramChoice]:
    """The programs with students enrolled at buildings in reach, by CIP code."""
    counts = {
        row["offering__program"]: row
        for row in enrollments_to_enter(user, year=year)
        .order_by()
        .values("offering__program")
        .annotate(
            students=Count("student", distinct=True),
            buildings=Count("offering__building", distinct=True),
        )
    }
    programs = Program.objects.filter(pk__in=counts)
    return [
        ProgramChoice(program, counts[program.pk]["students"], counts[program.pk]["buildings"]) for program in programs
    ]


@dataclass
class EntityChoice:
    """An awarding entity with certifications listed for the program; `is_open` when districts enter its results."""

    entity: AwardingEntity
    is_open: bool = False
    certifications: int = 0


def _listed(program: Program, year: int) -> Q:
    """A filter over Certification: listed for the program in the school year."""
    listings = ProgramCertification.objects.in_force(year).filter(program=program)
    return Q(pk__in=listings.values("certification"))


def entity_choices(*, program: Program, year: int) -> list[EntityChoice]:
    """The awarding entities of the program's listed certifications, open ones first."""
    listed = Certification.objects.filter(_listed(program, year)).select_related("entity")
    open_ids = set(open_certifications(program=program, year=year).values_list("pk", flat=True))
    choices: dict[int, EntityChoice] = {}
    for certification in listed:
        choice = choices.setdefault(certification.entity_id, EntityChoice(certification.entity))
        if certification.pk in open_ids:
            choice.is_open = True
            choice.certifications += 1
    return sorted(choices.values(), key=lambda choice: (not choice.is_open, choice.entity.name))


def open_certifications(*, program: Program, year: int) -> QuerySet[Certification]:
    """The certifications listed for the program and open for district entry in the school year."""
    return Certification.objects.filter(_listed(program, year), open_for_district_entry(year))


@dataclass(frozen=True)
class CertificationChoice:
    """A certification that can be chosen, with its listing's words."""

    certification: Certification
    counts_federally: bool
    type_label: str
    scales: list[Scale]
    last_school_year: int | None = None
    replaced_by: Certification | None = None


def certification_choices(*, program: Program, entity: AwardingEntity, year: int) -> list[CertificationChoice]:
    """The open certifications of one awarding entity."""
    rows = open_certifications(program=program, year=year).filter(entity=entity).prefetch_related("parts")
    listings = {
        listing.certification_id: listing
        for listing in ProgramCertification.objects.in_force(year)
        .filter(program=program, certification__entity=entity)
        .select_related("certification__replaced_by")
    }
    return [_choice(row, listings[row.pk]) for row in rows]


def _choice(certification: Certification, listing: ProgramCertification) -> CertificationChoice:
    """With the last school year of a retired listing, and what takes the certification's place."""
    retired = listing.status == ProgramCertification.Status.RETIRED
    return CertificationChoice(
        certification=certification,
        counts_federally=listing.counts_federally,
        type_label=listing.get_type_display(),
        scales=scales_of(certification),
        last_school_year=listing.last_school_year if retired else None,
        replaced_by=listing.certification.replaced_by,
    )


def programs() -> QuerySet[Program]:
    """All programs; the catalog is the same for everybody."""
    return Program.objects.all()


def entities() -> QuerySet[AwardingEntity]:
    """All awarding entities."""
    return AwardingEntity.objects.all()


def scales_of(certification: Certification) -> list[Scale]:
    """The scales of the certification's scored parts, in order."""
    return [Scale(part.score_min, part.score_max, part.cut_score, part.unit) for part in certification.parts.all()]


def drafts_visible_to(user: User) -> EntryDraftQuerySet:
    """A person's own drafts with what pages show of them."""
    return (
        EntryDraft.objects.visible_to(user)
        .select_related("district", "program", "certification__entity", "document", "submission")
        .prefetch_related("certification__parts")
    )


def open_drafts(user: User) -> list[EntryDraft]:
    """The drafts to continue, last saved first."""
    return list(drafts_visible_to(user).open())


def discarded_draft(user: User, pk: str) -> EntryDraft | None:
    """A draft that was just discarded, to take back; None when there is none of this key."""
    return drafts_visible_to(user).filter(pk=pk, discarded_at__isnull=False).first()


def listing_counts(draft: EntryDraft) -> bool:
    """Whether the draft's certification counts federally for its program and school year."""
    listings = ProgramCertification.objects.in_force(draft.school_year)
    return listings.filter(
        program=draft.program_id, certification=draft.certification_id, counts_federally=True
    ).exists()


def submissions_visible_to(user: User) -> QuerySet[Submission]:
    """Submissions in reach with who sent them."""
    return Submission.objects.visible_to(user).select_related("district", "submitted_by")


@dataclass
class Known:
    """A student of a sheet, with what the rules must know."""

    enrollment: Enrollment
    first_school_year: int
    passes: set[date] = field(default_factory=set)
    fails: set[date] = field(default_factory=set)

    def facts(self, *, scales: list[Scale], today: date | None = None) -> Facts:
        """For the validators."""
        return Facts(
            today=today or timezone.localdate(),
            first_school_year=self.first_school_year,
            scales=scales,
            passes=self.passes,
            fails=self.fails,
        )


def sheet_enrollments(user: User, draft: EntryDraft) -> QuerySet[Enrollment]:
    """The students that a draft can hold: of its program, district and school year, at buildings in the person's
    reach.
    """
    return (
        enrollments_to_enter(user, year=draft.school_year)
        .filter(offering__program=draft.program_id, offering__building__district=draft.district_id)
        .select_related("student", "offering__building")
        .order_by(
            "offering__building__name", "offering__building_id", "student__last_name", "student__first_name", "id"
        )
    )


@dataclass(frozen=True)
class Place:
    """A building of a sheet with its number of students."""

    pk: int
    name: str
    students: int


def sheet_buildings(user: User, draft: EntryDraft) -> list[Place]:
    """The buildings of a sheet, by name."""
    rows = (
        sheet_enrollments(user, draft)
        .order_by("offering__building__name", "offering__building")
        .values("offering__building", "offering__building__name")
        .annotate(students=Count("pk"))
        .values_list("offering__building", "offering__building__name", "students")
    )
    return [Place(*row) for row in rows]


def known(enrollments: Iterable[Enrollment], *, certification_id: int, but_for: int | None = None) -> dict[int, Known]:
    """Enrollment id -> what the rules must know: two queries, whatever the number.

    Looks across districts on purpose: an award is held once in the state.

    Args:
        but_for: primary key of the record that is being corrected; it is no duplicate of itself.
    """
    rows = list(enrollments)
    students = {row.student_id for row in rows}
    programs_of = {row.offering.program_id for row in rows}
    first_years = {
        (student, program): first
        for student, program, first in Enrollment.objects.filter(
            student__in=students, offering__program__in=programs_of
        )
        .order_by()
        .values("student", "offering__program")
        .annotate(first=Min("school_year"))
        .values_list("student", "offering__program", "first")
    }
    dates = attempt_dates(students, certification_id=certification_id, but_for=but_for)
    return {
        row.pk: Known(
            enrollment=row,
            first_school_year=first_years[row.student_id, row.offering.program_id],
            passes=dates[row.student_id, StudentCertification.Result.PASSED],
            fails=dates[row.student_id, StudentCertification.Result.FAILED],
        )
        for row in rows
    }


def attempt_dates(
    students: Collection[int], *, certification_id: int, but_for: int | None = None
) -> dict[tuple[int, str], set[date]]:
    """(student id, result) -> dates of the records of one certification that stand, in the whole state."""
    dates: dict[tuple[int, str], set[date]] = defaultdict(set)
    rows = (
        StudentCertification.objects.filter(student__in=students, certification=certification_id)
        .exclude(state=StudentCertification.State.WITHDRAWN)
        .exclude(pk=but_for or 0)
        .values_list("student", "result", "date_earned", "date_tested")
    )
    for student, result, earned, tested in rows:
        day = earned if result == StudentCertification.Result.PASSED else tested
        if day:
            dates[student, result].add(day)
    return dates


def enrollments_by_uic(user: User, draft: EntryDraft, uics: Collection[str]) -> dict[str, int]:
    """UIC -> enrollment id, for the students of the sheet alone: a foreign and an unknown UIC are both missing."""
    return dict(sheet_enrollments(user, draft).filter(student__uic__in=uics).values_list(F("student__uic"), "pk"))
