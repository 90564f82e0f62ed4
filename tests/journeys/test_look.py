"""The pages that belong to no app, and the gallery: accessible, fitting and usable without scripts."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

VISITOR_PAGES = ["/", "/help/", "/accessibility/", "/accounts/login/", "/accounts/password/reset/", "/no-such-page/"]
OWN_PAGES = ["/", "/account/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/email/", "/no-such-page/"]


@pytest.mark.parametrize("path", VISITOR_PAGES)
def test_a_visitors_page_is_accessible(path, page: Page, live_server, check_page):
    page.goto(live_server.url + path)

    expect(page.locator("h1")).to_have_count(1)
    check_page(page)


def test_the_gallery_is_accessible(page: Page, live_server, sign_in, check_page, consultant):
    sign_in(page, consultant)
    page.goto(live_server.url + "/gallery/")

    expect(page).to_have_title("Gallery - OCTE Certs")
    check_page(page)
