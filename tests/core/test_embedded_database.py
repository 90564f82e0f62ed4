"""The embedded server: shared while somebody uses it, gone afterwards, and back after any kind of death."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from core import embedded_database

PROJECT = Path(__file__).resolve().parents[2]
# A process that uses the server until its standard input closes.
USER = """
import sys
from pathlib import Path
from core import embedded_database
print(embedded_database.start(Path(sys.argv[1]), tuning=embedded_database.TEST_TUNING), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(settings):
    settings.VAR_DIR.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=settings.VAR_DIR))
    place.chmod(0o711)
    yield place / "postgres"
    end_server(place / "postgres")


def end_server(folder: Path) -> None:
    """Whatever a failed test left running."""
    pid_file = folder / "postmaster.pid"
    if pid_file.exists():
        pid = int(pid_file.read_text().split()[0])
        if is_running(pid) and str(folder) in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, signal.SIGKILL)


def use(folder: Path) -> tuple[subprocess.Popen, str]:
    """Another process that uses the server on `folder`, and the address that it was given."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().strip()


def leave(process: subprocess.Popen) -> None:
    process.communicate(timeout=120)


def server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def is_running(pid: int) -> bool:
    """Whether `pid` lives (a dead child that nobody has fetched does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(pid)


def ask(url: str, question: str):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_server_runs_until_its_last_user_leaves(folder):
    first, first_url = use(folder)
    second, second_url = use(folder)
    pid = server_pid(folder)
    assert first_url == second_url
    leave(first)
    assert ask(second_url, "SELECT 41 + 1") == 42
    leave(second)
    assert not (folder / "postmaster.pid").exists()
    wait_until_gone(pid)


def test_server_stops_with_its_next_user_after_one_was_killed(folder):
    killed, _ = use(folder)
    pid = server_pid(folder)
    killed.kill()
    killed.communicate()
    assert is_running(pid)
    following, _ = use(folder)
    assert server_pid(folder) == pid
    leave(following)
    wait_until_gone(pid)


def test_server_comes_back_after_it_was_killed_outright(folder):
    user, url = use(folder)
    os.kill(server_pid(folder), signal.SIGKILL)
    leave(user)
    again, url = use(folder)
    assert ask(url, "SELECT 41 + 1") == 42
    leave(again)


def test_server_starts_when_its_old_number_now_belongs_to_another_program(folder):
    user, _ = use(folder)
    lines = (folder / "postmaster.pid").read_text().splitlines()
    leave(user)
    (folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    again, url = use(folder)
    assert ask(url, "SELECT 41 + 1") == 42
    leave(again)


def test_server_on_a_path_too_long_for_a_socket(folder):
    deep = folder.with_name("a-folder-with-a-long-name-" * 4) / "with a space" / "postgres"
    user, url = use(deep)
    assert ask(url, "SELECT current_setting('data_directory')") == str(deep)
    socket_folder = Path(ask(url, "SELECT current_setting('unix_socket_directories')"))
    assert socket_folder.stat().st_mode & 0o077 == 0
    leave(user)
    assert not socket_folder.exists()


def test_server_listens_on_no_network_and_logs_no_values(folder):
    user, url = use(folder)
    names = ("listen_addresses", "log_error_verbosity", "log_min_error_statement")
    shown = {name: ask(url, f"SELECT current_setting('{name}')") for name in names}
    assert shown == {
        "listen_addresses": "",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    assert folder.stat().st_mode & 0o077 == 0
    leave(user)


def test_server_that_cannot_start_says_why(folder):
    user, _ = use(folder)
    leave(user)
    (folder / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded_database.EmbeddedDatabaseError, match="files are incompatible with server"):
        embedded_database.start(folder)


def test_half_made_folder_is_made_anew(folder):
    unfinished = folder.with_name("postgres.new")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    user, url = use(folder)
    assert json.loads(ask(url, "SELECT to_json(1)::text")) == 1
    leave(user)
    assert not unfinished.exists()


def test_database_url_that_is_set_is_left_alone(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    embedded_database.provide_database_url()
    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/db"


def test_production_never_gets_an_embedded_server(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("OCTE_ENVIRONMENT", "production")
    embedded_database.provide_database_url()
    assert "DATABASE_URL" not in os.environ
