"""The federal catalog of instructional programs, for looking codes up when a program is added."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CipCode(models.Model):
    """One code of the Classification of Instructional Programs (CIP), 2020 edition: family, series or program.

    Not the list of programs: a few of Michigan's programs carry codes that this edition no longer has.
    """

    code = models.CharField("CIP code", max_length=7, unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ("code",)
        verbose_name = "CIP code"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}(\.[0-9]{2}([0-9]{2})?)?$"),
                name="cip_code_form",
                violation_error_message="A CIP code reads NN, NN.NN or NN.NNNN, for example 47.0604.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
