"""Signing in with a second step: the code of an app."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SECRET = "JBSWY3DPEHPK3PXP"


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def person(home_district):
    """A coordinator with a password and an authenticator app."""
    user = home_district.coordinator
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    TOTP.activate(user, SECRET)
    return user


def test_second_step_refuses_a_wrong_code_and_takes_the_right_one(page: Page, person, check_page):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in: second step")
    check_page(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()

    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you now")


def test_second_step_pages_of_an_account_are_accessible(page: Page, person, sign_in, check_page):
    sign_in(page, person)
    for path in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"):
        page.goto(path)
        if "reauthenticate" in page.url:
            check_page(page)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Confirm").click()

        check_page(page)
