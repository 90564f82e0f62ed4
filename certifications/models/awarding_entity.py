"""The bodies that award certifications."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from certifications.models.public_list import moves_public_list_on


@pghistory.track()
class AwardingEntity(models.Model):
    """A body that awards certifications: certification body, license office, assessment owner."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=100, blank=True)
    website = models.URLField(blank=True)
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    delivery_channels = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    source_note = models.TextField("where this row comes from", blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "awarding entities"
        constraints: ClassVar = []
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return self.name
