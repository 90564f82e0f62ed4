"""Settings refuse to start by the name of what is wrong, and every variable is in the documentation."""

import ast
import re

import pytest

from tests.octe_certs.production import PROJECT, python

READ = "import octe_certs.settings as s; "


def refusal(**changes: str | None) -> str:
    done = python("-c", READ, **changes)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip()


def read(expression: str, **changes: str | None) -> str:
    done = python("-c", f"{READ}print(s.{expression})", **changes)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SECRET_KEY", None, "SECRET_KEY is not set. Set SECRET_KEY, or SECRET_KEY_FILE to a file that holds it."),
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 50 characters; sh deploy/make-secrets writes a good one"),
        (
            "DATABASE_URL",
            None,
            "DATABASE_URL is not set. Set DATABASE_URL, or DATABASE_URL_FILE to a file that holds it.",
        ),
        ("DATABASE_URL", "mysql://me:pw@h/d", "DATABASE_URL must start with postgresql:// or postgres://"),
        ("ALLOWED_HOSTS", None, 'Environment variable "ALLOWED_HOSTS" not set'),
        (
            "ALLOWED_HOSTS",
            "*",
            "ALLOWED_HOSTS must name the hosts that people use, separated by commas, without *",
        ),
        ("BASE_URL", None, 'Environment variable "BASE_URL" not set'),
        ("BASE_URL", "http://certs.example.gov", "BASE_URL must start with https://"),
        ("EMAIL_URL", None, "EMAIL_URL is not set. Set EMAIL_URL, or EMAIL_URL_FILE to a file that holds it."),
        (
            "EMAIL_URL",
            "mail.example.gov",
            "EMAIL_URL must start with smtp:// or submission:// or console: or dummy:",
        ),
        ("OCTE_ENVIRONMENT", "prod", 'OCTE_ENVIRONMENT is "prod"; it must be local, test or production'),
        ("DEBUG", "on", "DEBUG must be off in production: error pages would show student data"),
        ("DEBUG", "maybe", 'Environment variable "DEBUG" invalid: Not a valid boolean.'),
        ("SECURE_SSL_REDIRECT", "maybe", 'Environment variable "SECURE_SSL_REDIRECT" invalid: Not a valid boolean.'),
        (
            "EVIDENCE_MAX_MEGABYTES",
            "many",
            'Environment variable "EVIDENCE_MAX_MEGABYTES" invalid: Not a valid integer.',
        ),
        (
            "S3_SECRET_KEY_FILE",
            "/nowhere/key",
            "S3_SECRET_KEY_FILE points to /nowhere/key, which cannot be read (No such file or directory)",
        ),
    ],
)
def test_settings_refuse_to_start_by_the_variables_name(name, value, message):
    assert refusal(**{name: value}) == f"Settings: {message}"


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "EMAIL_URL"])
def test_secret_is_read_from_the_file_that_its_variable_names(tmp_path, name):
    secret = {
        "SECRET_KEY": "from-a-file-0123456789-0123456789-0123456789-0123456789",
        "DATABASE_URL": "postgresql://from@file/db",
        "EMAIL_URL": "smtp://from.file:25",
    }[name]
    path = tmp_path / "secret"
    path.write_text(f"{secret}\n")
    assert read(name, **{name: None, f"{name}_FILE": str(path)}) == secret


def test_demo_stays_off_in_production():
    assert read("DEMO", OCTE_DEMO="1") == "False"


def test_production_never_shows_a_demo_and_keeps_cookies_to_https():
    shown = read(
        "SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, "
        "s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN, s.DEBUG"
    )
    assert shown == "True True True True False False"


def test_local_secret_key_outlives_a_restart_and_is_closed_to_others(tmp_path):
    local = {"OCTE_ENVIRONMENT": "local", "SECRET_KEY": None, "OCTE_VAR_DIR": str(tmp_path / "var")}
    first = read("SECRET_KEY", **local)
    assert len(first) > 50
    assert read("SECRET_KEY", **local) == first
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def variables_that_are_read() -> set[str]:
    """Every variable that settings.py and the starting scripts read."""
    names = set()
    for node in ast.walk(ast.parse((PROJECT / "octe_certs" / "settings.py").read_text())):
        if not isinstance(node, ast.Call):
            continue
        function = ast.unparse(node.func)
        if function == "read_secret":
            name = ast.literal_eval(node.args[1])
            names |= {name, f"{name}_FILE"}
        elif function.startswith("env."):
            names.add(ast.literal_eval(node.args[0]))
    for path in ("deploy/gunicorn.conf.py", "octe_certs/run.py", "core/embedded_database.py", "tests/database.py"):
        text = (PROJECT / path).read_text()
        names |= set(re.findall(r'environ(?:\.get\(|\[)["\']([A-Z0-9_]+)', text))
    return names - {"", "PYTEST_XDIST_WORKER"}


def test_every_variable_is_documented_and_nothing_else():
    table = (PROJECT / "docs" / "settings.md").read_text()
    documented = {
        name for cell in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert documented == variables_that_are_read()
