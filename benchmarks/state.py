"""The state that the benchmarks run on: made once by `make_demo`, kept in var/bench, and used again."""

import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Size:
    """The arguments of `make_demo`."""

    students: int
    years: int
    seed: int = 1

    @property
    def folder(self) -> Path:
        """Where this state lies, with its PostgreSQL data, its files and its secret key."""
        kept = Path(os.environ.get("OCTE_BENCH_DIR") or ROOT / "var" / "bench")
        return kept / f"{self.students}-{self.years}-{self.seed}"


def provide(size: Size, *, anew: bool) -> float | None:
    """Start the database of this size and make what it lacks; afterwards Django is set up on it.

    Args:
        anew: throw away what is there first.

    Returns:
        How many seconds making took; None when it was there already.
    """
    made = size.folder / "made.json"
    if anew or not made.exists():
        shutil.rmtree(size.folder, ignore_errors=True)
    size.folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="octe_certs.settings",
        OCTE_ENVIRONMENT="local",
        OCTE_VAR_DIR=str(size.folder),
        OCTE_DEMO="0",
        DEBUG="0",
    )
    from core import embedded_database

    os.environ["DATABASE_URL"] = embedded_database.start(size.folder / "postgres")
    import django

    django.setup()
    # The requests made in this process are not worth a line each; gunicorn writes its log to the folder.
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if made.exists():
        return None
    start = perf_counter()
    call_command("load_reference")
    call_command("make_demo", students=size.students, years=size.years, seed=size.seed)
    seconds = perf_counter() - start
    # Written last: an interrupted run is made again.
    made.write_text(json.dumps({**asdict(size), "seconds": round(seconds, 1)}))
    _tidy()
    return seconds


def _tidy() -> None:
    """What autovacuum would have done by the next morning."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def counts() -> dict[str, int]:
    """How many rows the tables hold that matter."""
    from certifications.models import Enrollment, ProgramOffering, Student, StudentCertification

    models = (ProgramOffering, Student, Enrollment, StudentCertification)
    return {str(model._meta.verbose_name_plural): model.objects.count() for model in models}
