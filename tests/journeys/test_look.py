"""The pages that belong to no app, and the gallery: accessible, fitting, usable by keyboard and without scripts."""

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from tests.factories.accounts import PASSWORD
from tests.journeys.conftest import NARROW

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

VISITOR_PAGES = [
    "/",
    "/help/",
    "/accessibility/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/no-such-page/",
]
OWN_PAGES = [
    "/",
    "/account/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/email/",
    "/accounts/logout/",
    "/no-such-page/",
]


def test_every_visitors_page_is_accessible(page: Page, check_page):
    for path in VISITOR_PAGES:
        page.goto(path)

        expect(page.locator("h1")).to_have_count(1)
        check_page(page)


@pytest.mark.parametrize("who", ["consultant", "approver", "state_auditor"])
def test_home_of_state_staff_is_accessible(who, page: Page, sign_in, check_page, request):
    sign_in(page, request.getfixturevalue(who))
    page.goto("/")

    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you now")
    check_page(page)


def test_own_pages_of_a_coordinator_are_accessible(page: Page, sign_in, check_page, home_district):
    sign_in(page, home_district.coordinator)
    for path in OWN_PAGES:
        page.goto(path)

        check_page(page)


def test_gallery_is_accessible(page: Page, sign_in, check_page, consultant):
    sign_in(page, consultant)
    page.goto("/gallery/")

    expect(page).to_have_title("Gallery - OCTE Certs")
    check_page(page)


def test_admin_is_accessible(page: Page, sign_in, check_page, approver):
    sign_in(page, approver)
    page.goto("/admin/")

    expect(page.get_by_role("link", name="Back to OCTE Certs")).to_be_visible()
    check_page(page)


@pytest.mark.parametrize("name", ["400", "403", "405", "500", "csrf", "send_again"])
def test_error_page_is_accessible(name, page: Page, check_page):
    page.goto("/help/")
    page.set_content(render_to_string(f"errors/{name}.html").replace("<head>", f'<head><base href="{page.url}">'))

    expect(page.locator("h1")).to_have_count(1)
    check_page(page)


def test_signing_in_works_without_scripts(page_without_javascript: Page, base_url, home_district):
    person = home_district.coordinator
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    page = page_without_javascript
    page.goto(base_url + "/accounts/login/")

    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you now")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_error_summary_takes_the_focus_and_leads_to_the_field(page: Page):
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in", exact=True).click()

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Error: Sign in - OCTE Certs")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("E-mail address")).to_be_focused()


def test_first_tab_stop_skips_to_the_content(page: Page):
    page.goto("/")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Sign in")).to_be_focused()


def test_menu_opens_on_a_phone_without_scripts(page_without_javascript: Page, base_url, sign_in, consultant):
    page = page_without_javascript
    page.set_viewport_size(NARROW)
    sign_in(page, consultant)
    page.goto(base_url + "/")

    entry = page.get_by_role("navigation", name="Main").get_by_role("link", name="Records")
    expect(entry).to_be_hidden()
    page.get_by_text("Menu", exact=True).click()
    expect(entry).to_be_visible()


def test_select_all_ticks_every_box(page: Page, sign_in, consultant):
    sign_in(page, consultant)
    page.goto("/gallery/")

    page.get_by_label("Select all students").check()

    expect(page.get_by_label("Sample One")).to_be_checked()
    expect(page.get_by_label("Sample Two")).to_be_checked()


def test_pages_break_no_content_policy(page: Page, sign_in, consultant):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    sign_in(page, consultant)
    for path in ("/", "/gallery/", "/accounts/2fa/", "/accounts/email/"):
        page.goto(path)
    page.context.clear_cookies()
    page.goto("/accounts/login/")

    assert refused == []
