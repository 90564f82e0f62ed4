"""Regions, districts and buildings (CEPI's entity master: five-digit codes)."""

from typing import ClassVar

import pghistory
from django.db import models

from accounts.models import User
from certifications.models.fields import digits_check
from certifications.permissions import EntryPlace


class Region(models.Model):
    """A Career Education Planning District (CEPD) or intermediate district."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class DistrictQuerySet(models.QuerySet["District"]):
    """Reads of districts."""

    def visible_to(self, user: User) -> "DistrictQuerySet":
        """The districts in reach of a person's memberships."""
        return (
            self.filter(user.scope.districts()).distinct()
            if user.scope.building_ids
            else self.filter(user.scope.districts())
        )


@pghistory.track()
class District(models.Model):
    """A local district or public school academy."""

    code = models.CharField("district code", max_length=5, unique=True)
    name = models.CharField(max_length=200)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="districts")

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ("name", "code")
        constraints: ClassVar = [
            digits_check("code", 5, "district_code_five_digits", "A district code has exactly five digits."),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def entry_place(self) -> EntryPlace:
        """The district itself."""
        return EntryPlace(self.pk)


class BuildingQuerySet(models.QuerySet["Building"]):
    """Reads of buildings."""

    def visible_to(self, user: User) -> "BuildingQuerySet":
        """The buildings in reach of a person's memberships."""
        return self.filter(user.scope.buildings())


class Building(models.Model):
    """A school building; as operating building it is where a program's class is taught."""

    code = models.CharField("building code", max_length=5, unique=True)
    name = models.CharField(max_length=200)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="buildings")
    # Head counts of grades 9 to 12, for planning and for a demo of realistic size; null where not known.
    grade_sizes = models.JSONField("students in grades 9 to 12", default=dict, blank=True)

    objects = BuildingQuerySet.as_manager()

    class Meta:
        ordering = ("name", "code")
        constraints: ClassVar = [
            digits_check("code", 5, "building_code_five_digits", "A building code has exactly five digits."),
        ]

    def __str__(self) -> str:
        return self.name
