"""A pytest plugin that gives the tests a real PostgreSQL before Django's settings are read.

TEST_DATABASE_URL names one to use; otherwise an embedded server starts on a fresh folder, is shared by all test
processes of the run, and goes away with it, also when the run is ended by a signal. The test databases are copies of
one
that is migrated (tests/migrated.py).
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests import migrated


def end(*_: Any) -> None:
    """End what this process started, its test processes first of all, and clean up as at any other end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGTERM)
    sys.exit(1)


# Ending by SIGTERM would skip the clean-up otherwise.
signal.signal(signal.SIGTERM, end)
os.environ["OCTE_ENVIRONMENT"] = "test"
if "PYTEST_XDIST_WORKER" not in os.environ:
    var_dir = Path(tempfile.mkdtemp(prefix="octe-certs-test-"))
    os.environ["OCTE_VAR_DIR"] = str(var_dir)
    atexit.register(shutil.rmtree, var_dir, ignore_errors=True)
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given
        atexit.register(migrated.remove)
    else:
        from core import embedded_database

        var_dir.chmod(0o711)
        os.environ["DATABASE_URL"] = embedded_database.start(
            var_dir / "postgres", tuning=embedded_database.TEST_TUNING, throw_away=True
        )


def pytest_configure(config: pytest.Config) -> None:
    """With several test processes, migrate while they read the tests."""
    if getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        migrated.start_making()
