"""The migrated database of a test run: made once, by the product's own `migrate`, and copied for whoever needs one.

The first process that asks makes it, in a process of its own (migrating leaves much behind in memory); the others wait.
"""

import atexit
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import cursor, quote_ident

PROJECT = Path(__file__).resolve().parents[1]


def url_of(name: str) -> str:
    """The address of the database `name` on the server of this run."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def template() -> str:
    """The name of the migrated database, which is made if this run has none yet. Nobody may stay connected to it."""
    name = f"{urlsplit(os.environ['DATABASE_URL']).path.lstrip('/')}_migrated"
    made = Path(os.environ["OCTE_VAR_DIR"]) / "migrated"
    with made.with_name("migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _drop(name)
            with _server() as server:
                server.execute(f"CREATE DATABASE {quote_ident(name, server)}")
            _migrate(name)
            made.touch()
    return name


def start_making() -> None:
    """Make it while the test processes are still reading the tests."""
    command = [sys.executable, "-m", "tests.migrated"]
    child = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True)
    atexit.register(_end, child)


def remove() -> None:
    """Leave nothing on a server that lives on."""
    _drop(f"{urlsplit(os.environ['DATABASE_URL']).path.lstrip('/')}_migrated")


@contextmanager
def copy(name: str) -> Iterator[str]:
    """A migrated database of one's own, by its address; gone afterwards."""
    source = template()
    with _server() as server:
        server.execute(f"CREATE DATABASE {quote_ident(name, server)} TEMPLATE {quote_ident(source, server)}")
    try:
        yield url_of(name)
    finally:
        _drop(name)


def _migrate(name: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=PROJECT, env={**os.environ, "DATABASE_URL": url_of(name)}, check=True)


def _drop(name: str) -> None:
    with _server() as server:
        server.execute(f"DROP DATABASE IF EXISTS {quote_ident(name, server)} WITH (FORCE)")


def _end(child: subprocess.Popen) -> None:
    """It, and the process in which it migrates."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    child.wait()


@contextmanager
def _server() -> Iterator[cursor]:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as server:
            yield server
    finally:
        connection.close()


if __name__ == "__main__":
    template()
