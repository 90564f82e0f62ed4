"""The federal CIP catalog, career clusters, Michigan's programs and their technical standards."""

from certifications.models import CareerCluster, CipCode, Program, ProgramStandard
from datasets.files import DEMO, REFERENCE, read
from datasets.loaders.sync import Counts, sync

_STANDARD_COLUMNS = ("cip_code", "version", "segment_code", "segment_title", "position", "code", "statement")


def load_cip_codes(_overwrite: bool) -> Counts:
    """The CIP 2020 catalog: families, series and six-digit codes."""
    rows = read(REFERENCE / "cip2020.csv", ("cip_code", "title"))
    return sync(
        CipCode,
        ((row, {"code": row.required("cip_code"), "title": row.required("title")}) for row in rows),
        key=["code"],
    )


def load_clusters(_overwrite: bool) -> Counts:
    """Michigan's 17 career clusters."""
    rows = read(REFERENCE / "career_clusters.csv", ("code", "title"))
    return sync(
        CareerCluster,
        ((row, {"code": row.required("code"), "title": row.required("title")}) for row in rows),
        key=["code"],
    )


def load_programs(overwrite: bool) -> Counts:
    """Michigan's CTE programs by CIP code; a few carry codes that CIP 2020 no longer has."""
    clusters = dict(CareerCluster.objects.values_list("code", "id"))
    columns = ("cip_code", "title", "cluster_code", "source", "basis", "note")
    return sync(
        Program,
        (
            (
                row,
                {
                    "cip_code": row.required("cip_code"),
                    "title": row.required("title"),
                    "cluster_id": row.reference("cluster_code", clusters, "career_clusters.csv"),
                    "source_note": _note(row.text("source"), row.text("basis"), row.text("note")),
                },
            )
            for row in read(REFERENCE / "programs.csv", columns)
        ),
        key=["cip_code"],
        overwrite=overwrite,
    )


def _note(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def load_standards(overwrite: bool) -> Counts:
    """The sample technical standards, one file per program."""
    programs = dict(Program.objects.values_list("cip_code", "id"))
    rows = [row for path in sorted((DEMO / "standards").glob("*.csv")) for row in read(path, _STANDARD_COLUMNS)]
    return sync(
        ProgramStandard,
        (
            (
                row,
                {
                    "program_id": row.reference("cip_code", programs, "programs.csv"),
                    "version": row.required("version"),
                    "segment_code": row.required("segment_code"),
                    "segment_title": row.required("segment_title"),
                    "position": row.integer("position"),
                    "code": row.required("code"),
                    "statement": row.required("statement"),
                },
            )
            for row in rows
        ),
        key=["program_id", "version", "code"],
        overwrite=overwrite,
    )
