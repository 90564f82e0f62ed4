"""What each person of the cast sees, and that the twin sees nothing of it."""

import pytest
from django.db import IntegrityError, connection, transaction

from certifications.models import Building, District, Enrollment, Student, StudentCertification
from tests.factories.certifications import EnrollmentFactory, StudentCertificationFactory


@pytest.fixture
def record(home_district):
    return StudentCertificationFactory(enrollment__offering=home_district.offering)


@pytest.mark.parametrize("person", ["coordinator", "colleague", "official", "auditor", "reporter", "cepd"])
def test_people_of_the_district_see_its_rows(person, record, home_district, twin_district):
    user = getattr(home_district, person)
    assert list(StudentCertification.objects.visible_to(user)) == [record]
    assert list(Enrollment.objects.visible_to(user)) == [record.enrollment]
    assert list(Student.objects.visible_to(user)) == [record.student]
    assert list(District.objects.visible_to(user)) == [home_district.district]
    assert list(Building.objects.visible_to(user)) == [home_district.building]


@pytest.mark.parametrize("person", ["coordinator", "colleague", "official", "auditor", "reporter", "cepd"])
def test_people_of_the_twin_see_nothing(person, record, home_district, twin_district):
    user = getattr(twin_district, person)
    assert list(StudentCertification.objects.visible_to(user)) == []
    assert list(Student.objects.visible_to(user)) == []
    assert home_district.district not in District.objects.visible_to(user)


def test_state_sees_all(record, consultant, twin_district):
    assert list(StudentCertification.objects.visible_to(consultant)) == [record]


def test_student_of_record_must_be_student_of_enrollment(record):
    other = EnrollmentFactory()
    with transaction.atomic():
        StudentCertification.objects.filter(pk=record.pk).update(student=other.student)
        with pytest.raises(IntegrityError, match="record_student_matches_enrollment"):
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
