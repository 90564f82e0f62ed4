"""The demo's outbox and sign-ins: shown in the demo to state staff, absent everywhere else."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from datasets import outbox
from tests.factories.accounts import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return tmp_path


def send(*subjects: str) -> None:
    """Mails through one connection, so that they share a file."""
    connection = get_connection()
    for subject in subjects:
        body = f"Open {subject}:\nhttps://example.org/link/panel/secret-1/\n<script>alert(1)</script>"
        mail.EmailMessage(subject, body, to=["pat@example.org"], connection=connection).send()
    connection.close()


def test_outbox_lists_newest_first_and_opens_each(box, client, consultant):
    send("First", "Second with an umlaut ü")
    client.force_login(consultant)
    page = client.get(reverse("datasets:outbox"))
    assert [each.subject for each in page.context["mails"]] == ["Second with an umlaut ü", "First"]
    detail = client.get(reverse("datasets:mail", args=[page.context["mails"][0].key])).content.decode()
    assert '<a href="https://example.org/link/panel/secret-1/"' in detail
    assert "<script>alert" not in detail


def test_outbox_without_mail_says_what_to_do(box, client, consultant):
    client.force_login(consultant)
    assert "No mail yet" in client.get(reverse("datasets:outbox")).content.decode()


@pytest.mark.parametrize("key", ["none-1", "20261124-101010-99-1", "x", "x" * 400])
def test_unknown_mail_is_not_found(box, client, consultant, key):
    send("First")
    client.force_login(consultant)
    assert client.get(reverse("datasets:mail", args=[key])).status_code == 404


def test_outbox_does_not_exist_outside_the_demo(box, settings, client, consultant):
    send("First")
    key = outbox.mails(1)[0].key
    settings.DEMO = False
    client.force_login(consultant)
    assert client.get(reverse("datasets:outbox")).status_code == 404
    assert client.get(reverse("datasets:mail", args=[key])).status_code == 404


def test_outbox_is_for_state_staff_alone(box, client, home_district, state_auditor):
    for person in (home_district.coordinator, state_auditor):
        client.force_login(person)
        assert client.get(reverse("datasets:outbox")).status_code == 403


def test_mail_without_date_or_subject_is_shown(box):
    (box / "20260101-000000-1.log").write_text("To: a@example.org\n\nHello\n")
    message = outbox.mails(5)[0]
    assert (message.subject, message.body, message.sent_at) == ("(no subject)", "Hello", None)


def test_navigation_has_the_outbox_only_in_the_demo(settings, client, consultant):
    client.force_login(consultant)
    for demo in (True, False):
        settings.DEMO = demo
        labels = [link.label for link in client.get(reverse("home")).context["navigation"]]
        assert ("Outbox (demo)" in labels) is demo


def test_demo_sign_ins_are_shown_only_in_the_demo(settings):
    MembershipFactory(user=UserFactory(email="consultant@example.org"))
    settings.DEMO = False
    assert render_to_string("accounts/demo_sign_ins.html").strip() == ""
    settings.DEMO = True
    markup = render_to_string("accounts/demo_sign_ins.html")
    assert "consultant@example.org" in markup
    assert "OCTE consultant" in markup


def test_mail_shows_letters_beyond_ascii_and_the_local_time(box, client, consultant):
    mail.EmailMessage("For José", "Dear José Núñez 😀,\n“hello”", to=["pat@example.org"]).send()
    client.force_login(consultant)
    page = client.get(reverse("datasets:mail", args=[outbox.mails(1)[0].key]))
    assert page.context["mail"].body == "Dear José Núñez 😀,\n“hello”"
    assert abs(timezone.now() - page.context["mail"].sent_at) < timedelta(minutes=5)
