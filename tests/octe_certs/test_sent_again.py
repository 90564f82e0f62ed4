"""What was typed survives a session that ended: it is given back to be sent again, to our own pages alone."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sme_review.models import Panel
from sme_review.services.panelists import new_link
from tests.factories.sme_review import PanelFactory, PanelistFactory

pytestmark = pytest.mark.django_db

OURS = {"Origin": "http://testserver"}
TYPED = "The program ends\nthis year, we think."
MENDED = "The program ends this year, we think."


@pytest.fixture
def panel(consultant) -> Panel:
    return PanelFactory(created_by=consultant)


@pytest.fixture
def address(panel) -> str:
    return reverse("sme_review:put_away", args=[panel.pk])


@pytest.fixture
def sender() -> Client:
    """Somebody's browser, whose security tokens are checked as in real life."""
    return Client(enforce_csrf_checks=True)


def token_on(response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.content.decode())[1]


def opened_and_signed_out(sender, address, person) -> str:
    """A page with a form whose session ends while somebody types; the form's token."""
    sender.force_login(person)
    token = token_on(sender.get(address))
    del sender.cookies["sessionid"]
    return token


def test_what_was_typed_is_given_back_and_saved_after_signing_in(sender, address, panel, consultant):
    token = opened_and_signed_out(sender, address, consultant)
    typed = {"reason": MENDED, "csrfmiddlewaretoken": token}
    signed_out = sender.post(address, typed, headers=OURS)
    assert (signed_out.status_code, MENDED in signed_out.content.decode()) == (403, True)
    assert "you were signed out" in signed_out.content.decode()

    # signed in in another tab; the sign-in changes the token
    sender.force_login(consultant)
    sender.cookies["csrftoken"] = "x" * 32
    again = sender.post(address, {**typed, "csrfmiddlewaretoken": token_on(signed_out)}, headers=OURS)
    assert (again.status_code, "please send it again" in again.content.decode()) == (403, True)
    assert Panel.objects.get().put_away_at is None

    answer = sender.post(address, {**typed, "csrfmiddlewaretoken": token_on(again)}, headers=OURS)
    assert answer.status_code == 302
    panel.refresh_from_db()
    assert panel.put_away_reason == MENDED


def test_every_field_comes_back_but_the_token(sender, address, consultant):
    token = opened_and_signed_out(sender, address, consultant)
    typed = {"reason": TYPED, "ticked": ["1", "2"], "action": "save", "csrfmiddlewaretoken": token}
    page = sender.post(address, typed, headers={"Sec-Fetch-Site": "same-origin"}).context
    assert page["fields"] == [("reason", TYPED), ("ticked", "1"), ("ticked", "2"), ("action", "save")]
    assert page["long_texts"] == [TYPED]


def test_a_panelist_with_a_link_is_not_asked_to_sign_in(sender):
    address = urlsplit(new_link(PanelistFactory(invited_at=timezone.now()))).path + "conflicts/"
    page = sender.post(address, {"reason": MENDED}, headers=OURS).content.decode()
    assert ("That page was open for too long" in page, MENDED in page, "Sign in (" in page) == (True, True, False)


def test_markup_that_was_typed_stays_text(sender, address, consultant):
    token = opened_and_signed_out(sender, address, consultant)
    typed = {"reason": '"><script>alert(1)</script>', "csrfmiddlewaretoken": token}
    assert "<script>alert" not in sender.post(address, typed, headers=OURS).content.decode()


def test_the_admin_gives_back_too(client):
    address = reverse("admin:certifications_studentcertification_changelist")
    page = client.post(address, {"reason": MENDED}, headers=OURS)
    assert (page.status_code, page.context["fields"]) == (403, [("reason", MENDED)])


def test_a_page_elsewhere_gets_no_button_to_press(sender, address, panel, consultant):
    sender.force_login(consultant)
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = sender.post(address, {"reason": MENDED}, headers=headers)
        assert (answer.status_code, MENDED in answer.content.decode()) == (403, False)
    assert Panel.objects.get().put_away_at is None


def test_an_anonymous_form_from_nowhere_is_sent_to_the_sign_in_page(client, address):
    answer = client.post(address, {"reason": MENDED})
    assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={address}")


@pytest.mark.parametrize(("page", "args"), [("account_login", []), ("accounts:accept_invitation", ["secret"])])
def test_a_password_is_never_given_back(page, args, sender):
    typed = {"login": "consultant@example.org", "password": "correct horse battery", "again": "correct horse battery"}
    answer = sender.post(reverse(page, args=args), typed, headers=OURS)
    assert (answer.status_code, "correct horse" in answer.content.decode()) == (403, False)


def test_a_file_is_asked_for_once_more(sender, address, consultant):
    token = opened_and_signed_out(sender, address, consultant)
    typed = {"file": SimpleUploadedFile("list.csv", b"a,b"), "csrfmiddlewaretoken": token}
    assert "Choose the file once more" in sender.post(address, typed, headers=OURS).content.decode()


def test_a_page_that_saves_by_itself_is_told_in_a_sentence(sender, address, consultant):
    token = opened_and_signed_out(sender, address, consultant)
    typed = {"notes": MENDED, "csrfmiddlewaretoken": token}
    answer = sender.post(address, typed, headers={**OURS, "X-Autosave": "1"})
    assert (answer.status_code, "What you typed stays here" in answer.json()["message"]) == (403, True)


def test_an_address_of_a_button_says_so(client, consultant, panel):
    client.force_login(consultant)
    answer = client.get(reverse("sme_review:close_round", args=[panel.pk]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a button sends" in answer.content.decode()
