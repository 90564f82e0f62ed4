"""Logs name the request and the person, and hold nothing of a student and no personal link."""

import json
import logging
import logging.config

import pytest
import structlog
from django.db import IntegrityError, connection
from django.http import HttpResponseServerError
from django.test import Client
from django.urls import path

from core.access import public
from core.logs import hide_personal_parts, logging_config


def kept(**event):
    return hide_personal_parts(None, "info", event)


@pytest.mark.parametrize(
    ("given", "logged"),
    [
        ("GET /link/panel/s3cr3t_Key/rate/", "GET /link/panel/[hidden]/rate/"),
        ("POST /link/questionnaire/s3cr3t?page=2", "POST /link/questionnaire/[hidden]"),
        ("GET /records/?student=Smith&page=2", "GET /records/"),
        ("GET /records/", "GET /records/"),
    ],
)
def test_request_is_logged_without_secret_and_query(given, logged):
    assert kept(request=given)["request"] == logged


def test_link_secret_is_hidden_in_every_text():
    assert kept(event="Not Found: /link/panel/s3cr3t/")["event"] == "Not Found: /link/panel/[hidden]/"
    assert kept(code=404)["code"] == 404


@pytest.fixture
def lines():
    """What production's handler writes, as read from its JSON."""
    config = logging_config(json=True, quiet=False)
    written = []

    class Keep(logging.StreamHandler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    before = logging.root.handlers[:], logging.root.level
    config["handlers"]["console"] = {"()": Keep, "formatter": "structured"}
    logging.config.dictConfig(config)
    structlog.contextvars.clear_contextvars()
    yield written
    logging.config.dictConfig(logging_config(json=False, quiet=True))
    logging.root.handlers[:], logging.root.level = before
    structlog.contextvars.clear_contextvars()


@public("breaks, for a test")
def breaks(request, secret=""):
    """A page that fails with a student's number in the exception."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE taken (uic text PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("INSERT INTO taken VALUES ('1234567890'), ('1234567890')")


urlpatterns = [path("link/panel/<str:secret>/", breaks), path("breaks/", breaks)]


def handler500(_request):
    """A page that needs nothing of ours."""
    return HttpResponseServerError()


@pytest.mark.django_db
@pytest.mark.urls("tests.core.test_logs")
def test_request_is_logged_with_its_id_and_person(lines, home_district):
    client = Client(raise_request_exception=False)
    client.force_login(home_district.coordinator)
    client.get("/breaks/?student=Smith")
    line = next(line for line in lines if line["event"] == "request_failed")
    assert line["user_id"] == home_district.coordinator.pk
    assert len(line["request_id"]) == 36
    assert line["request"] == "GET /breaks/"
    assert home_district.coordinator.email not in json.dumps(lines)


@pytest.mark.django_db
@pytest.mark.urls("tests.core.test_logs")
def test_failure_is_logged_by_class_and_place_without_its_message(lines):
    Client(raise_request_exception=False).get("/link/panel/s3cr3t-key/?student=Smith")
    failed = next(line for line in lines if line["event"] == "request_failed")
    assert failed["exception"][0]["type"] == "django.db.utils.IntegrityError"
    assert any(" breaks" in place for place in failed["exception"][0]["at"])
    everything = json.dumps(lines)
    assert [word for word in ("1234567890", "s3cr3t-key", "Smith") if word in everything] == []


def test_exception_that_is_given_by_hand_is_logged_without_its_message(lines):
    try:
        raise IntegrityError("Key (uic)=(1234567890) already exists")
    except IntegrityError as error:
        logging.getLogger("octe").exception("import failed", exc_info=error)
        structlog.get_logger("octe").exception("import failed")
    assert [line["exception"][0]["type"] for line in lines] == ["django.db.utils.IntegrityError"] * 2
    assert "1234567890" not in json.dumps(lines)


def test_cause_of_an_exception_is_logged_after_it(lines):
    try:
        try:
            raise KeyError("1234567890")
        except KeyError as cause:
            raise ValueError("1234567890") from cause
    except ValueError:
        logging.getLogger("octe").exception("failed")
    assert [each["type"] for each in lines[0]["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert "1234567890" not in json.dumps(lines)


def test_line_without_an_exception_has_none(lines):
    logging.getLogger("octe").warning("all is well")
    assert "exception" not in lines[0]
    assert lines[0]["level"] == "warning"
