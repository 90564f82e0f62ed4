"""Certifications, their parts with cut scores, and the other names they go by."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from certifications.models.awarding_entity import AwardingEntity
from certifications.models.public_list import moves_public_list_on


@pghistory.track()
class Certification(models.Model):
    """One certification in one version, under its exact name."""

    class Kind(models.TextChoices):
        """Recognized postsecondary credentials (WIOA s.3(52))."""

        CERTIFICATION = "certification", "Industry-recognized certification"
        LICENSE = "license", "State or federal license"
        CERTIFICATE = "certificate", "Education certificate"
        APPRENTICESHIP = "apprenticeship", "Certificate of completion of an apprenticeship"
        SAFETY = "safety", "Safety or work-readiness card"
        DEGREE = "degree", "Degree"

    entity = models.ForeignKey(
        AwardingEntity, on_delete=models.PROTECT, related_name="certifications", verbose_name="awarding entity"
    )
    code = models.CharField(max_length=30, unique=True)
    name = models.CharField("exact name", max_length=200)
    version = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.CERTIFICATION)
    expires_after_months = models.PositiveSmallIntegerField("expires after (months)", null=True, blank=True)
    renewal_rule = models.CharField("how it is renewed", max_length=300, blank=True)
    summary = models.TextField("what it shows", blank=True)
    how_earned = models.TextField("how it is earned", blank=True)
    information_sheet = models.TextField(
        "information sheet", blank=True, help_text="What panelists read: content and skills, in plain words."
    )
    link = models.URLField("web page", blank=True)
    credential_engine_id = models.CharField("CTID (Credential Engine identifier)", max_length=60, blank=True)
    typical_cost = models.DecimalField(
        "typical cost (US dollars)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    is_sample = models.BooleanField(
        "sample for demonstration", default=False, help_text="Not part of Michigan's list; shown as a sample."
    )
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    class Meta:
        ordering = ("name", "version", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "entity",
                Lower("name"),
                Lower("version"),
                name="certification_name_once_per_entity",
                violation_error_message="This awarding entity already has a certification of this name and version.",
            ),
            models.CheckConstraint(
                condition=Q(expires_after_months=None) | Q(expires_after_months__gt=0),
                name="certification_expiry_positive",
                violation_error_message="Leave the expiry empty, or give at least one month.",
            ),
        ]
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})" if self.version else self.name


@pghistory.track()
class CertificationPart(models.Model):
    """A scored part of a certification, with its scale and cut score."""

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=200)
    score_min = models.DecimalField(max_digits=8, decimal_places=2)
    score_max = models.DecimalField(max_digits=8, decimal_places=2)
    cut_score = models.DecimalField("cut score (lowest passing score)", max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("certification", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certification", "position"], name="part_position_once"),
            models.CheckConstraint(
                condition=Q(score_min__lt=F("score_max")) & Q(cut_score__range=(F("score_min"), F("score_max"))),
                name="part_cut_score_within_scale",
                violation_error_message="The cut score must lie on the scale, and the scale must run upward.",
            ),
        ]
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return self.name


class CertificationAlias(models.Model):
    """An old or informal name, so that it is found without being chosen."""

    certification = models.ForeignKey(Certification, on_delete=models.PROTECT, related_name="aliases")
    alias = models.CharField(max_length=200)

    class Meta:
        ordering = ("alias",)
        verbose_name_plural = "certification aliases"
        constraints: ClassVar = [
            models.UniqueConstraint("certification", Lower("alias"), name="alias_once_per_certification"),
        ]
        triggers: ClassVar = [moves_public_list_on()]

    def __str__(self) -> str:
        return self.alias
