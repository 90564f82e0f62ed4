"""Students and their enrollments over the years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from certifications.models import Enrollment, Student
from certifications.models.student import RaceEthnicity, SpecialPopulation
from datasets.making import names
from datasets.making.bulk import Copier, next_id
from datasets.making.offerings import School
from datasets.making.plan import LAST_YEAR, Plan

# Shares in Michigan's public high schools, rounded.
RACES = {
    RaceEthnicity.WHITE: 0.64,
    RaceEthnicity.BLACK: 0.18,
    RaceEthnicity.HISPANIC: 0.09,
    RaceEthnicity.TWO_OR_MORE: 0.045,
    RaceEthnicity.ASIAN: 0.036,
    RaceEthnicity.AMERICAN_INDIAN: 0.006,
    RaceEthnicity.PACIFIC: 0.003,
}
POPULATIONS = {
    SpecialPopulation.ECONOMIC: 0.45,
    SpecialPopulation.DISABILITY: 0.13,
    SpecialPopulation.ENGLISH_LEARNER: 0.06,
    SpecialPopulation.HOMELESS: 0.02,
    SpecialPopulation.MILITARY: 0.01,
    SpecialPopulation.SINGLE_PARENT: 0.008,
    SpecialPopulation.FOSTER_CARE: 0.005,
    SpecialPopulation.MIGRANT: 0.003,
    SpecialPopulation.OUT_OF_WORKFORCE: 0.002,
}
_COMBINATIONS = 1000
# A field is non-traditional for the sex that makes up less than a quarter of it (Perkins V s.3(33)).
_NONTRADITIONAL = 0.25
_FIRST_GRADES, _FIRST_GRADE_WEIGHTS = (10, 11, 12), (45, 88, 100)
_SECOND_PROGRAM = 0.6
_SENIOR = 12
STUDENT_FIELDS = ("id", "uic", "first_name", "last_name", "birth_date", "sex")
ENROLLMENT_FIELDS = (
    "id",
    "student_id",
    "offering_id",
    "school_year",
    "grade",
    "status",
    "graduated",
    "race_ethnicity",
    "special_populations",
)


@dataclass(frozen=True, slots=True)
class Attendance:
    """An enrollment as the record maker sees it."""

    enrollment: int
    student: int
    name: str
    school: int
    offering: int
    cip_code: str
    year: int
    grade: int


def make_students(plan: Plan, schools: Sequence[School], tell: Callable[[Attendance], None]) -> tuple[int, int]:
    """Copy students and enrollments into their tables.

    Args:
        schools: where they may enroll.
        tell: called with each enrollment, student by student, year by year.

    Returns:
        How many students and enrollments were made.
    """
    chance = plan.random("students")
    uics = _new_uics(chance, plan.students)
    last_names = names.frequencies("all.last").draw(chance, plan.students)
    first_names = {
        sex: names.frequencies(f"{word}.first").draw(chance, plan.students)
        for sex, word in (("F", "female"), ("M", "male"))
    }
    places = chance.choices(range(len(schools)), weights=[school.weight for school in schools], k=plan.students)
    senior_years = _senior_years(plan, chance)
    races = chance.choices([str(race) for race in RACES], weights=list(RACES.values()), k=plan.students)
    populations = _population_sets(chance)
    student, enrollment = next_id(Student), next_id(Enrollment)
    first = (student, enrollment)
    with Copier(Student, STUDENT_FIELDS) as students, Copier(Enrollment, ENROLLMENT_FIELDS) as enrollments:
        for place in range(plan.students):
            school = schools[places[place]]
            classes = _classes(school, chance)
            sex = "F" if chance.random() < classes[0][2] else "M"
            senior = senior_years[place]
            born = date(senior - 19, 9, 2) + timedelta(days=chance.randrange(365))
            given, family = first_names[sex][place], last_names[place]
            students.add(student, uics[place], given, family, born, sex)
            flags = populations[chance.randrange(_COMBINATIONS)]
            for offering, cip_code, female in classes:
                shared = _with_nontraditional(flags, female if sex == "F" else 1 - female)
                for year, grade, status, graduated in _progress(plan, senior, chance):
                    enrollments.add(enrollment, student, offering, year, grade, status, graduated, races[place], shared)
                    tell(
                        Attendance(
                            enrollment, student, f"{family}, {given}", places[place], offering, cip_code, year, grade
                        )
                    )
                    enrollment += 1
            student += 1
    return student - first[0], enrollment - first[1]


def _new_uics(chance: Random, count: int) -> list[str]:
    """Codes of ten digits that nobody has yet; leading zeros as they fall."""
    taken = set(Student.objects.values_list("uic", flat=True))
    drawn = (f"{number:010d}" for number in chance.sample(range(10**10), count + len(taken)))
    free = [uic for uic in drawn if uic not in taken]
    return free[:count]


def _senior_years(plan: Plan, chance: Random) -> list[int]:
    """The school year in which each student is in grade 12; some are seniors only after the demo ends."""
    years = list(range(plan.first_year, LAST_YEAR + 3))
    weights = [1.0] * len(years)
    weights[-1], weights[-3] = 0.5, 1.5
    return chance.choices(years, weights=weights, k=plan.students)


def _population_sets(chance: Random) -> list[str]:
    """Sets of special populations as PostgreSQL arrays; drawing one of many is faster than tossing nine coins."""
    drawn = (
        ",".join(str(name) for name, share in POPULATIONS.items() if chance.random() < share)
        for _ in range(_COMBINATIONS)
    )
    return [f"{{{flags}}}" for flags in drawn]


def _with_nontraditional(flags: str, share_of_own_sex: float) -> str:
    if share_of_own_sex >= _NONTRADITIONAL:
        return flags
    more = str(SpecialPopulation.NONTRADITIONAL)
    return f"{{{more}}}" if flags == "{}" else f"{flags[:-1]},{more}}}"


def _classes(school: School, chance: Random) -> list[tuple[int, str, float]]:
    """One offering or two of the school; those that come first are the common ones."""
    offerings = school.offerings
    count = len(offerings)
    first = min(int(chance.random() * count), int(chance.random() * count * 1.5))
    if count == 1 or chance.random() > _SECOND_PROGRAM:
        return [offerings[first]]
    return [offerings[first], offerings[(first + 1 + int(chance.random() * (count - 1))) % count]]


def _progress(plan: Plan, senior: int, chance: Random) -> list[tuple[int, int, str, str]]:
    """The years of one student in one program: (school year, grade, status, graduated)."""
    earliest = max(10, _SENIOR - (senior - plan.first_year))
    latest = min(_SENIOR, _SENIOR - (senior - LAST_YEAR))
    started = chance.choices(_FIRST_GRADES, cum_weights=_FIRST_GRADE_WEIGHTS)[0]
    steps = []
    for grade in range(min(max(started, earliest), latest), latest + 1):
        year = senior - (_SENIOR - grade)
        steps.append((year, grade, _status(started, grade, chance), _graduated(grade, year, chance)))
    return steps


def _status(started: int, grade: int, chance: Random) -> str:
    if grade <= started:
        return Enrollment.Status.ENROLLED.value if chance.random() < 0.6 else Enrollment.Status.CONCENTRATOR.value  # noqa: PLR2004
    done = grade == _SENIOR and chance.random() < 0.6  # noqa: PLR2004
    return Enrollment.Status.COMPLETER.value if done else Enrollment.Status.CONCENTRATOR.value


def _graduated(grade: int, year: int, chance: Random) -> str:
    return "t" if grade == _SENIOR and year < LAST_YEAR and chance.random() < 0.95 else "f"  # noqa: PLR2004
