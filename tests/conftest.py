"""The cast that tests share: state staff, a district with its people, and its twin, the stranger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from accounts.roles import LEVEL_OF, Level, Role
from certifications.models import Building, District, Program, ProgramOffering
from tests import migrated
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.certifications import BuildingFactory, DistrictFactory, ProgramFactory, ProgramOfferingFactory
from tests.stages import empty, staged


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings) -> None:
    """The test database starts as a copy of the run's migrated one; Django's own `migrate` then finds nothing to do."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()


@pytest.fixture(scope="session", autouse=True)
def _nobody_left_in_the_database(django_db_setup, django_db_blocker):
    """End what threads of races and of the live server left open, so that the test database can be removed."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def make_member(role: str, *, region=None, district=None, building=None, **user) -> User:
    """A user with one role in one organization."""
    level = LEVEL_OF[role]
    person = UserFactory(**user)
    MembershipFactory(
        user=person,
        role=role,
        region=region if level == Level.REGION else None,
        district=district if level == Level.DISTRICT else None,
        building=building if level == Level.BUILDING else None,
    )
    return person


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once() -> Iterator[None]:
    """Every test client and live server makes its own WhiteNoise, which would look through 200 static files each
    time.
    """
    found: dict[str, Any] = {}
    find = WhiteNoiseMiddleware.add_files_from_finders

    def find_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", find_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> Iterator[None]:
    """After a test that commits, rows are deleted instead of flushed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty())
        yield


@dataclass
class DistrictCast:
    """A district with one building that offers one program, and its people."""

    district: District
    building: Building
    offering: ProgramOffering
    coordinator: User
    colleague: User
    official: User
    auditor: User
    reporter: User
    cepd: User


def make_district(program: Program, name: str) -> DistrictCast:
    """A district with people in every role of it."""
    district = DistrictFactory(name=name)
    building = BuildingFactory(district=district)
    where = {"region": district.region, "district": district, "building": building}
    return DistrictCast(
        district=district,
        building=building,
        offering=ProgramOfferingFactory(program=program, building=building),
        coordinator=make_member(Role.DISTRICT_COORDINATOR, **where),
        colleague=make_member(Role.DISTRICT_COORDINATOR, **where),
        official=make_member(Role.FISCAL_OFFICIAL, **where),
        auditor=make_member(Role.DISTRICT_AUDITOR, **where),
        reporter=make_member(Role.BUILDING_REPORTER, **where),
        cepd=make_member(Role.CEPD_ADMINISTRATOR, **where),
    )


@pytest.fixture
def in_2026_27() -> Iterator[None]:
    """A day in the school year 2026-27, for tests that name school years."""
    with time_machine.travel("2026-12-01T12:00:00-05:00"):
        yield


@pytest.fixture
def program(db) -> Program:
    return staged(make_program)


@pytest.fixture
def home_district(program) -> DistrictCast:
    """The owner's district."""
    return staged(make_home_district, program)


@pytest.fixture
def twin_district(program) -> DistrictCast:
    """The stranger's district: same program, other people."""
    return staged(make_twin_district, program)


@pytest.fixture
def consultant(db) -> User:
    return staged(make_consultant)


@pytest.fixture
def approver(db) -> User:
    return staged(make_approver)


@pytest.fixture
def state_auditor(db) -> User:
    return staged(make_state_auditor)


# What stands on stages is built by plain functions, which know each stage by its function.
def make_program() -> Program:
    return ProgramFactory(cip_code="48.0508", title="Welding Technology")


def make_home_district(program: Program) -> DistrictCast:
    return make_district(program, "Adams Public Schools")


def make_twin_district(program: Program) -> DistrictCast:
    return make_district(program, "Zeeland Twin Schools")


def make_consultant() -> User:
    return make_member(Role.OCTE_CONSULTANT)


def make_approver() -> User:
    return make_member(Role.OCTE_APPROVER)


def make_state_auditor() -> User:
    return make_member(Role.STATE_AUDITOR)
