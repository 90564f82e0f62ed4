"""Uploaded files in an S3-compatible store, on a real one (moto's server)."""

import io
import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from moto.server import ThreadedMotoServer

from tests.octe_certs.production import python

SETTINGS = """
import json
import octe_certs.settings as s
print(json.dumps(s.STORAGES["default"]))
"""


@pytest.fixture(scope="module")
def store():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(store, settings, monkeypatch):
    """Our own storage settings, as production makes them from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = python(
        "-c", SETTINGS, S3_BUCKET="evidence", S3_ENDPOINT_URL=store, S3_ACCESS_KEY="key", S3_SECRET_KEY="secret"
    )
    assert made.stderr == ""
    settings.STORAGES = {**settings.STORAGES, "default": json.loads(made.stdout)}
    return storages["default"]


def ensure_storage() -> str:
    said = io.StringIO()
    call_command("ensure_storage", stdout=said)
    return said.getvalue().strip()


def test_bucket_is_made_once(s3):
    s3.bucket_name = "made-once"
    assert ensure_storage() == "The bucket made-once was made."
    assert ensure_storage() == "The bucket made-once is there."


def test_file_is_kept_read_and_deleted(s3):
    ensure_storage()
    name = s3.save("evidence/one.pdf", ContentFile(b"%PDF-1.7 first"))
    with s3.open(name) as file:
        assert file.read() == b"%PDF-1.7 first"
    assert s3.size(name) == 14
    s3.delete(name)
    assert not s3.exists(name)


def test_second_file_of_a_name_does_not_replace_the_first(s3):
    ensure_storage()
    first = s3.save("evidence/two.pdf", ContentFile(b"first"))
    second = s3.save("evidence/two.pdf", ContentFile(b"second"))
    assert first != second
    with s3.open(first) as file:
        assert file.read() == b"first"


def test_address_of_a_file_is_signed_and_ends(s3):
    ensure_storage()
    name = s3.save("evidence/three.pdf", ContentFile(b"x"))
    assert "Signature=" in s3.url(name)
    assert "Expires=" in s3.url(name)


def test_files_on_disk_need_no_bucket(settings):
    assert ensure_storage() == "Files lie on disk: nothing to make."


def test_files_on_disk_are_closed_to_other_accounts(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    name = storages["default"].save("evidence/one.pdf", ContentFile(b"x"))
    assert (tmp_path / name).stat().st_mode & 0o077 == 0
