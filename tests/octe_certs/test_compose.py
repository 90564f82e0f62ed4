"""The production files, as far as they can be held to without a container engine."""

import re
import subprocess

import pytest
import yaml

from tests.octe_certs.production import PROJECT

ONE_SHOT = {"migrate", "storage-folder"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def test_compose_has_every_part_of_production(services):
    assert set(services) == {
        "proxy",
        "web",
        "worker",
        "migrate",
        "postgres",
        "storage-folder",
        "storage",
        "clamav",
    }


def test_every_service_that_stays_has_a_health_check(services):
    checked = {name for name, service in services.items() if service.get("healthcheck", {}).get("test")}
    assert checked == set(services) - ONE_SHOT


def test_every_service_is_bounded(services):
    assert {name for name, service in services.items() if service["cap_drop"] != ["ALL"]} == set()
    assert {
        name for name, service in services.items() if "no-new-privileges:true" not in service["security_opt"]
    } == set()
    # ClamAV's own start script needs root for a moment and writes beside its signatures.
    assert {name for name, service in services.items() if not service["read_only"]} == {"clamav"}
    assert {name for name, service in services.items() if service.get("user", "0:0") == "0:0"} == {
        "clamav",
        "storage-folder",
    }
    assert {name for name, service in services.items() if service.get("privileged")} == set()


def test_only_the_proxy_is_open_to_the_outside(services):
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert services["postgres"]["networks"] == services["storage"]["networks"] == ["back"]


def test_back_network_is_closed(compose):
    assert compose["networks"]["back"] == {"internal": True}


def test_every_secret_comes_from_a_file_and_is_declared(compose, services):
    used = {secret for service in services.values() for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_no_password_is_written_down(services):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY|_URL", name) and name not in {"BASE_URL", "S3_ENDPOINT_URL"}:
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/"), name


def test_application_is_given_settings_that_exist(services):
    table = (PROJECT / "docs" / "settings.md").read_text()
    assert [name for name in services["web"]["environment"] if f"`{name}`" not in table] == []
    assert services["web"]["environment"] == services["worker"]["environment"] == services["migrate"]["environment"]


def test_database_is_made_with_checksums_and_compares_text_as_the_embedded_one(services):
    from core.embedded_database import LOCALE

    arguments = services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert services["postgres"]["image"] == "postgres:18"
    assert "--data-checksums" in arguments
    assert [given for given in LOCALE if given not in arguments] == []


def test_every_dependency_is_waited_for(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
            assert how["condition"] == expected, (name, other)


def test_image_runs_as_an_account_without_rights():
    text = (PROJECT / "Dockerfile").read_text()
    final = text.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", final, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in final
    assert "--require-hashes" in text


def test_image_leaves_out_secrets_and_data():
    ignored = (PROJECT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".venv", "secrets", "var"} <= set(ignored)


def test_secrets_are_made_once_and_are_long(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_text((PROJECT / "deploy" / "make-secrets").read_text())
    first = subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    again = subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout
    assert "MISSING secrets/email_url" in first
    assert again.count("kept ") == len(made) == 5
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    assert len(made["secret_key"]) > 50
    password = made["database_password"].strip()
    assert made["database_url"] == f"postgresql://octe_certs:{password}@postgres:5432/octe_certs\n"
    assert re.fullmatch(r"[\w-]{40,}", password)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        ("/link/panel/s3cr3t_Key/rate/", "/link/panel/[hidden]/rate/"),
        ("/link/questionnaire/s3cr3t?page=2", "/link/questionnaire/[hidden][hidden]"),
        ("/records/?student=Smith", "/records/[hidden]"),
        ("/records/", "/records/"),
    ],
)
def test_proxy_logs_neither_secret_nor_query(address, logged):
    text = (PROJECT / "deploy" / "Caddyfile").read_text()
    pattern, replacement = re.search(r"request>uri regexp `(.+)` `(.+)`", text).groups()
    assert re.sub(pattern, replacement.replace("${1}", r"\g<1>"), address) == logged
    assert "request>headers delete" in text
    assert "resp_headers delete" in text
