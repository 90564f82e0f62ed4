"""A pytest plugin that gives the tests a real PostgreSQL before Django's settings are read.

TEST_DATABASE_URL names one to use; otherwise an embedded server starts on a fresh folder, is shared by all test
processes of the run, and goes away with it, also when the run is ended by a signal.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

os.environ["OCTE_ENVIRONMENT"] = "test"
if "PYTEST_XDIST_WORKER" not in os.environ:
    var_dir = Path(tempfile.mkdtemp(prefix="octe-certs-test-"))
    os.environ["OCTE_VAR_DIR"] = str(var_dir)
    atexit.register(shutil.rmtree, var_dir, ignore_errors=True)
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given
    else:
        from core import embedded_database

        # Ending by SIGTERM would skip the clean-up otherwise.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        var_dir.chmod(0o711)
        os.environ["DATABASE_URL"] = embedded_database.start(
            var_dir / "postgres", tuning=embedded_database.TEST_TUNING, throw_away=True
        )
