"""A pytest plugin that gives the tests a real PostgreSQL before Django's settings are read.

TEST_DATABASE_URL names one to use; otherwise an embedded server starts on a fresh folder and goes away with the run.
"""

import os
import tempfile
from pathlib import Path

os.environ["OCTE_ENVIRONMENT"] = "test"
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["OCTE_VAR_DIR"] = tempfile.mkdtemp(prefix="octe-certs-test-")
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        os.environ["DATABASE_URL"] = given
    else:
        from octe_certs import embedded_db

        folder = Path(os.environ["OCTE_VAR_DIR"]) / "postgres"
        os.environ["DATABASE_URL"] = embedded_db.start(folder, tuning=embedded_db.TEST_TUNING, throw_away=True)
