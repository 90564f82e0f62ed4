"""The programs that a panel can be set up for."""

import re

from django.db.models import Exists, OuterRef, QuerySet

from certifications.models import Program, ProgramStandard


def programs() -> QuerySet[Program]:
    """All programs by CIP code; everybody may know them. Adds has_standards, in any version."""
    standards = ProgramStandard.objects.filter(program=OuterRef("pk"))
    return Program.objects.annotate(has_standards=Exists(standards)).order_by("cip_code")


def program_of(key: str) -> Program | None:
    """The program that an address names by its primary key; None for anything else."""
    return programs().filter(pk=key).first() if re.fullmatch(r"[0-9]{1,9}", key) else None
