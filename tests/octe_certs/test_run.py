"""`make run`: what it starts answers, what it started ends with it, and what cannot work is said at once."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.core.test_embedded_database import end_server, is_running, server_pid, wait_until_gone

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def var_dir():
    place = Path(tempfile.mkdtemp(dir=os.environ["OCTE_VAR_DIR"]))
    place.chmod(0o711)
    yield place
    end_server(place / "postgres")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(var_dir: Path, **changes: str) -> subprocess.Popen:
    """`make run` after its installation, as a real process."""
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    home = str(var_dir / "no-such-home")
    return subprocess.Popen(
        [sys.executable, "-m", "octe_certs.run"],
        cwd=PROJECT,
        env={**kept, "HOME": home, "OCTE_VAR_DIR": str(var_dir), "STUDENTS": "40", **changes},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until_running(process: subprocess.Popen) -> str:
    """What it says until all runs."""
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Logs:"):
            return "".join(said)
    raise AssertionError("".join(said))


def children_of(pid: int) -> list[int]:
    """Every process below `pid`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(path.parent.name)
            found += [child, *children_of(child)]
    return found


def status_of(url: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        return answer.status


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_run_serves_and_a_signal_ends_all_it_started(var_dir, ending):
    port = free_port()
    process = start(var_dir, PORT=str(port))
    said = read_until_running(process)
    assert f"OCTE Certs is running at http://127.0.0.1:{port}\n" in said
    assert "Warning" not in said
    assert status_of(f"http://127.0.0.1:{port}/readyz") == 200
    started = [*children_of(process.pid), server_pid(var_dir / "postgres")]
    assert len(started) == 5, "worker, gunicorn, its two processes, the database"
    process.send_signal(ending)
    rest, _ = process.communicate(timeout=120)
    assert rest == "Stopped. The data are kept.\n"
    assert process.returncode == 0
    assert [pid for pid in started if is_running(pid)] == []


def test_run_killed_outright_leaves_no_web_process_and_no_worker(var_dir):
    process = start(var_dir, PORT=str(free_port()))
    read_until_running(process)
    started = children_of(process.pid)
    process.kill()
    process.communicate()
    for pid in started:
        wait_until_gone(pid)
    database = server_pid(var_dir / "postgres")
    again = start(var_dir, PORT=str(free_port()))
    read_until_running(again)
    again.terminate()
    again.communicate(timeout=120)
    wait_until_gone(database)


def test_run_ends_all_when_one_process_ends(var_dir):
    process = start(var_dir, PORT=str(free_port()))
    read_until_running(process)
    started = [*children_of(process.pid), server_pid(var_dir / "postgres")]
    os.kill(started[0], signal.SIGKILL)
    rest, _ = process.communicate(timeout=120)
    assert "process ended by itself (status -9)" in rest
    assert process.returncode == 1
    assert [pid for pid in started if is_running(pid)] == []


def refused(var_dir: Path, **changes: str) -> str:
    """What it says when it does not start; it must have touched nothing."""
    empty = var_dir / "untouched"
    process = start(empty, **changes)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert not (empty / "postgres").exists()
    return said


def test_run_on_a_taken_port_says_so(var_dir):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert refused(var_dir, PORT=str(port)) == (
            f"error: port {port} is taken. Stop what uses it, or choose another: make run PORT={port + 1}\n"
        )


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1"])
def test_run_on_an_impossible_port_says_so(var_dir, port):
    assert refused(var_dir, PORT=port) == f'error: PORT is "{port}"; it must be a number from 1 to 65535.\n'


def test_run_with_an_unreachable_database_says_so_without_the_password(var_dir):
    url = f"postgresql://me:my-secret@127.0.0.1:{free_port()}/certs"
    said = refused(var_dir, PORT=str(free_port()), DATABASE_URL=url)
    assert said.startswith("error: the database of DATABASE_URL (postgresql://127.0.0.1:")
    assert "Connection refused" in said
    assert "my-secret" not in said


def test_run_refuses_production(var_dir):
    said = refused(var_dir, PORT=str(free_port()), OCTE_ENVIRONMENT="production")
    assert said.startswith("error: make run is for one's own machine.")


def test_run_uses_the_database_of_database_url(var_dir):
    own = os.environ["DATABASE_URL"]
    admin = psycopg2.connect(own)
    admin.autocommit = True
    name = f"run_{os.getpid()}"
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        empty = var_dir / "with-database-url"
        url = urlunsplit(urlsplit(own)._replace(path=f"/{name}"))
        process = start(empty, PORT=str(free_port()), DATABASE_URL=url)
        read_until_running(process)
        assert not (empty / "postgres").exists()
        process.terminate()
        process.communicate(timeout=120)
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) > 0 FROM certifications_program")
            assert cursor.fetchone() == (True,)
        connection.close()
    finally:
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()
