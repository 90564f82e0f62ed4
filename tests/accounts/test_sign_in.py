"""Signing in with an e-mail address, and the second factors behind it."""

import re

import pytest
from django.core.cache import cache

from accounts.models import User

PASSWORD = "seven green lanterns hum"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("Dana@Example.org", PASSWORD, name="Dana Doe")


def sign_in(client, **typed):
    return client.post("/accounts/login/", {"login": "dana@example.org", "password": PASSWORD} | typed)


@pytest.mark.parametrize("login", ["dana@example.org", "DANA@EXAMPLE.ORG", " Dana@Example.org "])
def test_the_address_signs_in_whatever_its_letters(login, person, client, mailoutbox):
    assert sign_in(client, login=login)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_wrong_password_says_nothing_about_the_account(person, client):
    pages = [sign_in(client, password="wrong"), sign_in(client, login="nobody@example.org")]
    texts = [re.findall(r"not correct[^<]*", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert texts[0] == texts[1] != []


def test_guessing_is_slowed_down(person, client):
    for _ in range(5):
        sign_in(client, password="wrong")
    page = sign_in(client)
    assert "Too many failed" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_closed_account_does_not_sign_in(person, client):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert sign_in(client)["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


def test_the_form_speaks_our_words(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert "E-mail address" in page
    assert "The address that your invitation was sent to." in page
    assert "placeholder" not in page


@pytest.mark.parametrize("path", ["", "totp/activate/", "webauthn/", "webauthn/add/"])
def test_second_factors_are_within_reach(path, person, client):
    sign_in(client)
    # Changing a second factor asks for the password once more.
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/accounts/2fa/{path}").status_code == 200


def test_nobody_signs_up_alone(client, db):
    page = client.post("/accounts/signup/", {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert page.status_code == 200
    assert not User.objects.exists()
