"""The one opener of pages behind personal links."""

from contextlib import contextmanager
from http import HTTPStatus

from django.http import HttpResponse
from django.test import RequestFactory

from core.personal_links import Closed, Opened, hash_secret, new_secret, opener


def test_a_secret_is_long_and_only_its_hash_is_for_keeping():
    secret, hashed = new_secret()
    assert len(secret) >= 43
    assert hashed == hash_secret(secret) != secret
    assert new_secret()[0] != secret


def test_a_link_opens_its_thing_in_somebodys_name_and_is_kept_nowhere():
    steps = []

    @contextmanager
    def acting():
        steps.append("begin")
        yield
        steps.append("end")

    @opener(lambda _request, secret: Opened(f"thing of {secret}", acting()))
    def view(request, thing, secret, number):
        steps.append((thing, secret, number))
        return HttpResponse("open")

    response = view(RequestFactory().get("/"), secret="s3cret", number=7)
    assert steps == ["begin", ("thing of s3cret", "s3cret", 7), "end"]
    assert (response.content, response["X-Robots-Tag"]) == (b"open", "noindex")
    assert "no-store" in response["Cache-Control"]


def test_a_closed_link_shows_its_page_and_never_calls_the_view():
    @opener(lambda _request, _secret: Closed("sme_review/link/unknown.html", status=HTTPStatus.NOT_FOUND))
    def view(request, thing, secret):
        raise AssertionError("called")

    response = view(RequestFactory().get("/"), secret="x")
    assert (response.status_code, response["X-Robots-Tag"]) == (404, "noindex")
    assert "no-store" in response["Cache-Control"]
