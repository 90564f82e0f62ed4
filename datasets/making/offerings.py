"""Which building offers which program: bigger schools offer more, and the programs with listings are the common
ones.
"""

from dataclasses import dataclass, field
from random import Random

from certifications.models import Building, Program, ProgramOffering
from datasets.making.plan import DEMO_PROGRAMS, FEMALE_SHARE, HOME_DISTRICT, OTHER_FEMALE_SHARE, TWIN_DISTRICT, Plan

# Students of grades 11 and 12 for each program that a building offers, and the bounds.
_STUDENTS_PER_PROGRAM = 45
_MOST_PROGRAMS = 30
_CLASS_SIZE = 14
_WEIGHT_OF_DEMO_PROGRAM = 12
_DEMO_SCHOOLS = 2


@dataclass
class School:
    """A building with what it offers.

    Attributes:
        weight: its students of grades 11 and 12.
        offerings: (offering id, program's CIP code, share of girls), the common ones first.
    """

    building: Building
    weight: int
    offerings: list[tuple[int, str, float]] = field(default_factory=list)


def make_offerings(plan: Plan) -> list[School]:
    """Make offerings until the classes of a year have a plausible size; all buildings take part in a big demo."""
    chance = plan.random("offerings")
    programs = {program.cip_code: program for program in Program.objects.all()}
    schools = _schools_in_order(chance)
    classes = max(40, plan.students * 3 // (plan.years + 1) // _CLASS_SIZE * 2)
    chosen: list[School] = []
    wanted: dict[int, list[str]] = {}
    for school in schools:
        if sum(map(len, wanted.values())) >= classes and len(chosen) > 2 * _DEMO_SCHOOLS:
            break
        chosen.append(school)
        wanted[school.building.pk] = _programs_of(school, list(programs), chance)
    _write(chosen, wanted, programs)
    return chosen


def _schools_in_order(chance: Random) -> list[School]:
    """The home district's and its twin's two largest buildings first, then by chance, larger ones sooner."""
    schools = [
        School(building, building.grade_sizes["11"] + building.grade_sizes["12"])
        for building in Building.objects.select_related("district").order_by("code")
    ]
    schools.sort(key=lambda school: -school.weight)
    demo = [
        school
        for code in (HOME_DISTRICT, TWIN_DISTRICT)
        for school in [each for each in schools if each.building.district.code == code][:_DEMO_SCHOOLS]
    ]
    rest = [school for school in schools if school not in demo]
    # Weighted order without replacement (Efraimidis and Spirakis, 2006).
    rest.sort(key=lambda school: -(chance.random() ** (1 / school.weight)))
    return demo + rest


def _programs_of(school: School, codes: list[str], chance: Random) -> list[str]:
    if school.building.district.code in {HOME_DISTRICT, TWIN_DISTRICT} and school.weight > 8 * _STUDENTS_PER_PROGRAM:
        return list(DEMO_PROGRAMS)
    count = min(_MOST_PROGRAMS, max(1, school.weight // _STUDENTS_PER_PROGRAM))
    weights = {code: _WEIGHT_OF_DEMO_PROGRAM if code in DEMO_PROGRAMS else 1 for code in codes}
    codes = sorted(codes, key=lambda code: -(chance.random() ** (1 / weights[code])))
    return codes[:count]


def _write(schools: list[School], wanted: dict[int, list[str]], programs: dict[str, Program]) -> None:
    existing = {(offering.building_id, offering.program_id): offering for offering in ProgramOffering.objects.all()}
    number = 10_000 + len(existing)
    new = []
    for school in schools:
        for code in wanted[school.building.pk]:
            pair = (school.building.pk, programs[code].pk)
            if pair not in existing:
                number += 1
                existing[pair] = ProgramOffering(building_id=pair[0], program_id=pair[1], psn=str(number))
                new.append(existing[pair])
    ProgramOffering.objects.bulk_create(new, batch_size=2000)
    for school in schools:
        school.offerings = [
            (existing[school.building.pk, programs[code].pk].pk, code, FEMALE_SHARE.get(code, OTHER_FEMALE_SHARE))
            for code in wanted[school.building.pk]
        ]
