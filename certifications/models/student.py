"""Students and their enrollments, as they come from the state's student database; never typed here."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.fields import digits_check, school_year_check, school_year_field
from certifications.models.program import ProgramOffering


class Sex(models.TextChoices):
    """As held in the state's student database."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"


class SpecialPopulation(models.TextChoices):
    """Perkins V s.3(48), and migrant status (ESEA subgroup)."""

    DISABILITY = "disability", "Individuals with disabilities"
    ECONOMIC = "economic", "Economically disadvantaged"
    NONTRADITIONAL = "nontraditional", "Preparing for non-traditional fields"
    SINGLE_PARENT = "single_parent", "Single parents"
    OUT_OF_WORKFORCE = "out_of_workforce", "Out-of-workforce individuals"
    ENGLISH_LEARNER = "english_learner", "English learners"
    HOMELESS = "homeless", "Homeless"
    FOSTER_CARE = "foster_care", "In or aged out of foster care"
    MILITARY = "military", "Parent on active duty"
    MIGRANT = "migrant", "Migrant"


class RaceEthnicity(models.TextChoices):
    """Major racial and ethnic groups of the federal files."""

    AMERICAN_INDIAN = "AM7", "American Indian or Alaska Native"
    ASIAN = "AS7", "Asian"
    BLACK = "BL7", "Black or African American"
    HISPANIC = "HI7", "Hispanic or Latino"
    PACIFIC = "PI7", "Native Hawaiian or other Pacific Islander"
    TWO_OR_MORE = "MU7", "Two or more races"
    WHITE = "WH7", "White"


class StudentQuerySet(models.QuerySet["Student"]):
    """Reads of students."""

    def visible_to(self, user: User) -> "StudentQuerySet":
        """The students with an enrollment at a building in reach."""
        if user.scope.state:
            return self.all()
        return self.filter(id__in=Enrollment.objects.visible_to(user).values("student_id"))


@pghistory.track()
class Student(models.Model):
    """A student, known by the state's unique identification code."""

    uic = models.CharField("UIC (unique identification code)", max_length=10, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1, choices=Sex)

    objects = StudentQuerySet.as_manager()

    class Meta:
        ordering = ("last_name", "first_name", "id")
        constraints: ClassVar = [
            digits_check(
                "uic",
                10,
                "student_uic_ten_digits",
                "A UIC has exactly 10 digits; leading zeros count. Not the local number.",
            ),
        ]

    def __str__(self) -> str:
        # Never the name or the UIC: this text can reach a log or an error page.
        return f"Student {self.pk}"

    @property
    def full_name(self) -> str:
        """Last name first, as rosters read."""
        return f"{self.last_name}, {self.first_name}"


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    """Reads of enrollments."""

    def visible_to(self, user: User) -> "EnrollmentQuerySet":
        """The enrollments at buildings in reach."""
        return self.filter(user.scope.buildings("offering__building"))


@pghistory.track()
class Enrollment(models.Model):
    """A student in a program at a building in a school year."""

    class Status(models.TextChoices):
        """Progress as the state counts it."""

        ENROLLED = "enrolled", "Enrolled"
        CONCENTRATOR = "concentrator", "Concentrator"
        COMPLETER = "completer", "Completer"

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="enrollments")
    offering = models.ForeignKey(ProgramOffering, on_delete=models.PROTECT, related_name="enrollments")
    school_year = school_year_field()
    grade = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status, default=Status.ENROLLED)
    graduated = models.BooleanField(default=False)
    race_ethnicity = models.CharField(max_length=3, choices=RaceEthnicity)
    special_populations = ArrayField(
        models.CharField(max_length=20, choices=SpecialPopulation), default=list, blank=True
    )

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ("-school_year", "id")
        indexes: ClassVar = [
            models.Index(fields=["offering", "school_year"], name="enrollment_by_offering_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["student", "offering", "school_year"],
                name="enrollment_once",
                violation_error_message="This student is already enrolled in this program, building and school year.",
            ),
            # The target of the composite foreign key that keeps a record's student and enrollment in step.
            models.UniqueConstraint(fields=["id", "student"], name="enrollment_id_and_student"),
            models.CheckConstraint(
                condition=Q(grade__range=(9, 13)),
                name="enrollment_grade_range",
                violation_error_message="The grade must be 9 to 13.",
            ),
            school_year_check("school_year", "enrollment_school_year_range"),
        ]

    def __str__(self) -> str:
        return f"Enrollment {self.pk}"
