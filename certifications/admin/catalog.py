"""The catalog in the admin: for approvers to read beside the records. It is changed on the catalog's own pages."""

from typing import Any

import rules
from django.contrib import admin
from django.db import models

from accounts.permissions import is_approver
from certifications.models import (
    AwardingEntity,
    Certification,
    CertificationAlias,
    CertificationPart,
    Program,
    ProgramCertification,
)

# Django's own names, by which the admin asks. Nobody adds, changes or deletes here.
for model in (AwardingEntity, Certification, CertificationAlias, CertificationPart, Program, ProgramCertification):
    rules.add_perm(f"certifications.view_{model._meta.model_name}", is_approver)


URLS: Any = {models.URLField: {"assume_scheme": "https"}}


class PartInline(admin.TabularInline):
    """Scored parts."""

    model = CertificationPart


class AliasInline(admin.TabularInline):
    """Other names."""

    model = CertificationAlias


@admin.register(Certification)
class CertificationAdmin(admin.ModelAdmin):
    """Certifications with their parts and other names."""

    list_display = ("name", "version", "entity", "kind", "is_sample")
    list_filter = ("kind", "is_sample")
    list_select_related = ("entity",)
    search_fields = ("name", "code", "aliases__alias", "entity__name")
    inlines = (PartInline, AliasInline)
    formfield_overrides = URLS


@admin.register(AwardingEntity)
class AwardingEntityAdmin(admin.ModelAdmin):
    """Awarding entities."""

    list_display = ("name", "short_name", "code")
    search_fields = ("name", "short_name", "code")
    formfield_overrides = URLS


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):
    """Programs."""

    list_display = ("cip_code", "title", "cluster")
    list_filter = ("cluster",)
    list_select_related = ("cluster",)
    search_fields = ("cip_code", "title")


@admin.register(ProgramCertification)
class ProgramCertificationAdmin(admin.ModelAdmin):
    """Listings."""

    list_display = (
        "program",
        "certification",
        "first_school_year",
        "last_school_year",
        "status",
        "type",
        "counts_federally",
    )
    list_filter = ("status", "type", "counts_federally")
    list_select_related = ("program", "certification")
    search_fields = ("program__cip_code", "program__title", "certification__name")
