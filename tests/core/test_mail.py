"""Mail leaves after the data it tells of are committed, and not at all if they are not."""

import pytest
from django.core import mail
from django.db import transaction

from core.mail import absolute, send_after_commit


@pytest.fixture
def letter(settings, tmp_path):
    """A text template of our own for the test."""
    (tmp_path / "letter.txt").write_text("Dear {{ name }}, see {{ base_url }}.")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.BASE_URL = "https://certs.example.org"
    return {"to": "a@example.org", "subject": "Hello", "template": "letter.txt", "context": {"name": "Ada & Co"}}


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_sent_after_commit(letter):
    with transaction.atomic():
        send_after_commit(**letter)
        assert mail.outbox == []
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["a@example.org"], "Hello", "Dear Ada & Co, see https://certs.example.org.")
    ]


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_sent_for_what_was_rolled_back(letter):
    with transaction.atomic():
        send_after_commit(**letter)
        transaction.set_rollback(True)
    assert mail.outbox == []


def test_absolute_joins_without_a_double_slash(settings):
    settings.BASE_URL = "https://certs.example.org/"
    assert absolute("/panels/") == "https://certs.example.org/panels/"
