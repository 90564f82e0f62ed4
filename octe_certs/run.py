"""`make run`: the database, the web process and the job worker of one machine, started and stopped as one.

Ctrl-C or SIGTERM ends all of them, the database last; if one ends by itself, so do the others. The processes are the
same as in production (gunicorn, db_worker); their logs are in `var/log`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from core import embedded_database

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# How long a process may take to end what it is doing, and the web process to answer first (seconds).
PATIENCE = 10
FIRST_ANSWER = 120


class Stopped(Exception):
    """Somebody asked for the end."""


def main() -> int:
    """Run until somebody stops it; the exit status for the shell."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        with ExitStack() as running:
            run(running)
    except Stopped:
        say("Stopped. The data are kept.")
    return 0


def run(running: ExitStack) -> NoReturn:
    """Check, prepare, start, then watch; what is in `running` is stopped in reverse order at the end."""
    if os.environ.get("OCTE_ENVIRONMENT", "local") != "local":
        sys.exit("error: make run is for one's own machine. docs/operations.md says how to run in production.")
    port = chosen_port()
    check_port(port)
    if os.environ.get("DATABASE_URL"):
        check_database(os.environ["DATABASE_URL"])
    else:
        say("Starting the database ...")
        embedded_database.provide_database_url()  # stops by itself when this process ends, after all that follows
    address = f"http://{HOST}:{port}"
    os.environ.setdefault("BASE_URL", address)
    os.environ["OCTE_DEMO"] = "1"
    sign_ins = prepare()
    os.environ["OCTE_DEMO"] = "1" if sign_ins else "0"
    logs = embedded_database.data_folder().parent / "log"
    gunicorn = ("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"{HOST}:{port}")
    web = ("web", *gunicorn, "--graceful-timeout", "3", "octe_certs.wsgi")
    worker = ("worker", "manage.py", "db_worker", "--no-startup-delay")
    processes = {name: running.enter_context(process(name, logs, *command)) for name, *command in (worker, web)}
    wait_for_answer(address, processes, logs)
    say(f"\nOCTE Certs is running at {address}\n")
    say(sign_ins or "No demo is loaded here: sign in with your own account.")
    say(f"Logs: {logs}. Stop with Ctrl-C.")
    while True:
        ensure_alive(processes, logs)
        time.sleep(0.5)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)  # noqa: T201


def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    """Leave whatever is being done; further requests are ignored while things stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


def chosen_port() -> int:
    """The port from PORT, 8000 by default."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:  # noqa: PLR2004
        sys.exit(f'error: PORT is "{text}"; it must be a number from 1 to 65535.')
    return int(text)


def check_port(port: int) -> None:
    """Stop with a message if something else listens on `port`, or we may not."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except PermissionError:
            sys.exit(f"error: port {port} needs root. Choose one above 1023: make run PORT=8000")
        except OSError:
            sys.exit(f"error: port {port} is taken. Stop what uses it, or choose another: make run PORT={port + 1}")


def check_database(url: str) -> None:
    """Stop with a message, without the password, if the database at `url` does not answer."""
    import psycopg2

    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.Error as error:
        parts = urlsplit(url)
        where = f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
        reason = str(error).strip().splitlines()[0]
        sys.exit(
            f"error: the database of DATABASE_URL ({where}) cannot be reached: {reason}\n"
            "Start it or mend DATABASE_URL; without DATABASE_URL an embedded PostgreSQL is used."
        )


def prepare() -> str:
    """Migrate and load what is missing; the demo's sign-ins, empty where no demo was loaded."""
    command = [sys.executable, "manage.py", "prepare_local", f"--students={os.environ.get('STUDENTS') or 2000}"]
    child = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=end_with_parent(),  # noqa: PLW1509 (no threads here)
    )
    try:
        output, _ = child.communicate()
    except Stopped:
        child.terminate()
        child.wait()
        raise
    if child.returncode:
        sys.exit("error: the database could not be prepared; see above.")
    return output


def end_with_parent() -> Callable[[], None]:
    """What a child runs first, so that the system ends it should this process be killed outright (Linux only)."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    set_parent_death_signal = 1
    return lambda: prctl(set_parent_death_signal, signal.SIGTERM)


@contextmanager
def process(name: str, logs: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of ours in a group of its own, with its log in a file; ended together with all its children."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent(),  # noqa: PLW1509 (no threads here)
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            say(f"The {name} process did not end in {PATIENCE} seconds and was killed.")
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def ensure_alive(processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    """Stop all if one has ended by itself, with the end of its log."""
    for name, child in processes.items():
        if child.poll() is not None:
            log = logs / f"{name}.log"
            say("\n".join(log.read_text(errors="replace").splitlines()[-20:]))
            sys.exit(f"error: the {name} process ended by itself (status {child.returncode}); its log is {log}.")


def wait_for_answer(address: str, processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    """Wait until the web process says that it is ready."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < deadline:
        ensure_alive(processes, logs)
        try:
            with direct.open(f"{address}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"error: the web process did not answer in {FIRST_ANSWER} seconds; its log is {logs / 'web.log'}.")


if __name__ == "__main__":
    sys.exit(main())
