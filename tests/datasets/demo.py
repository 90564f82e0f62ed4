"""Helpers that the demo's tests share."""

from io import StringIO

from django.core.management import call_command

from datasets import loaders


def make_demo(**options) -> str:
    """The reference data (without the CIP catalog, which the demo does not need) and a small demo; what it printed."""
    for table in loaders.TABLES[1:]:
        table.load(True)
    out = StringIO()
    call_command("make_demo", **{"students": 120, "years": 2, "seed": 7, **options}, stdout=out)
    return out.getvalue()
