"""Career clusters, programs by CIP code, their technical standards and where they are offered."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from accounts.models import User
from certifications.models.organization import Building
from certifications.models.public_list import moves_public_list_on


class CareerCluster(models.Model):
    """One of Michigan's 17 career clusters."""

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ("title",)
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class Program(models.Model):
    """A state-recognized CTE program, known by its CIP code (federal Classification of Instructional Programs)."""

    cip_code = models.CharField("CIP code", max_length=7, unique=True)
    title = models.CharField(max_length=200)
    cluster = models.ForeignKey(CareerCluster, on_delete=models.PROTECT, related_name="programs")
    source_note = models.TextField("where this row comes from", blank=True)

    class Meta:
        ordering = ("cip_code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cip_code__regex=r"^[0-9]{2}\.[0-9]{4}$"),
                name="program_cip_code_form",
                violation_error_message="A CIP code reads NN.NNNN, for example 47.0604.",
            ),
        ]
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return f"{self.cip_code} {self.title}"


@pghistory.track()
class ProgramStandard(models.Model):
    """One technical standard of a program, in one version of its standards."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="standards")
    version = models.CharField(max_length=40)
    segment_code = models.CharField(max_length=20)
    segment_title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    statement = models.TextField()

    class Meta:
        ordering = ("program", "version", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "version", "code"],
                name="standard_code_once_per_version",
                violation_error_message="This version of the program's standards already has this code.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.statement}"


@pghistory.track()
class SegmentWeight(models.Model):
    """How much one segment of a program's standards counts beside the others, in one version of the standards."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="segment_weights")
    version = models.CharField(max_length=40)
    segment_code = models.CharField(max_length=20)
    weight = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        ordering = ("program", "version", "segment_code")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "version", "segment_code"],
                name="segment_weight_once_per_version",
                violation_error_message="This segment already has a weight in this version of the standards.",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="segment_weight_above_zero",
                violation_error_message="A segment's weight is more than 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"Segment {self.segment_code}: {self.weight.normalize():f}"


class ProgramOfferingQuerySet(models.QuerySet["ProgramOffering"]):
    """Reads of offerings."""

    def visible_to(self, user: User) -> "ProgramOfferingQuerySet":
        """The offerings at buildings in reach."""
        return self.filter(user.scope.buildings("building"))


@pghistory.track()
class ProgramOffering(models.Model):
    """A state-approved program at an operating building, known by its program serial number (PSN)."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="offerings")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="offerings")
    psn = models.CharField("program serial number (PSN)", max_length=10, unique=True)

    objects = ProgramOfferingQuerySet.as_manager()

    class Meta:
        ordering = ("program__cip_code", "building__name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["program", "building"],
                name="offering_once_per_building",
                violation_error_message="This building already offers this program.",
            ),
        ]

    def __str__(self) -> str:
        return f"PSN {self.psn}"
