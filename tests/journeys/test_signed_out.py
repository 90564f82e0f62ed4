"""Somebody types for long, the session ends, and nothing is lost: in a real browser, with and without JavaScript."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from sme_review.models import Panel
from tests.factories.sme_review import PanelFactory
from tests.journeys.conftest import look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "a password for this test 7"
WHY = "The program ends this year, and no school starts it again."


@pytest.fixture
def panel(consultant) -> Panel:
    consultant.set_password(PASSWORD)
    consultant.save(update_fields=["password"])
    return PanelFactory(created_by=consultant)


def sign_in_here(page: Page, person) -> None:
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you now")


def type_and_be_signed_out(page: Page, panel: Panel, person, base_url: str) -> None:
    page.goto(base_url + reverse("account_login"))
    sign_in_here(page, person)
    page.goto(base_url + reverse("sme_review:put_away", args=[panel.pk]))
    page.get_by_label("Why").fill(WHY)
    Session.objects.all().delete()
    page.get_by_role("button", name="Put this panel away").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not saved yet: you were signed out")


def sign_in_in_another_tab(page: Page, person) -> None:
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in (opens in a new tab)").click()
    sign_in_here(opened.value, person)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text(f"You are signed in as {person}.")).to_be_visible()


def send_it_again(page: Page) -> None:
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("The panel is put away.")).to_be_visible()
    assert Panel.objects.get().put_away_reason == WHY


def test_what_was_typed_waits_until_one_is_signed_in_again(page, base_url, panel, consultant, check_page):
    type_and_be_signed_out(page, panel, consultant, base_url)
    check_page(page)
    look(page, "signed-out")
    sign_in_in_another_tab(page, consultant)
    page.get_by_text("What you typed, to copy").click()
    expect(page.get_by_text(WHY)).to_be_visible()
    check_page(page)
    look(page, "send-again")
    send_it_again(page)


def test_what_was_typed_waits_without_javascript_too(page_without_javascript, base_url, panel, consultant):
    type_and_be_signed_out(page_without_javascript, panel, consultant, base_url)
    sign_in_in_another_tab(page_without_javascript, consultant)
    send_it_again(page_without_javascript)
