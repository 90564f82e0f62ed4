"""What browser journeys share: Debian's Chromium, signing in, and the check that every page must pass.

page.goto(live_server.url + "/records/")
sign_in(page, coordinator)
check_page(page)
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.staticfiles import handlers
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import User

# Playwright's own event loop runs in this thread, and Django takes that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Not in those tags: headings go down one level at a time.
    "rules": {"heading-order": {"enabled": True}},
    "resultTypes": ["violations"],
}
# A page comes slowly where several tests share two cores with the server and the database.
PATIENCE = 20_000  # milliseconds
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 700}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium instead of one that is downloaded; CHROMIUM names another."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("Browser tests need Chromium: apt install chromium, or set CHROMIUM to its path.")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session", autouse=True)
def whitenoise_serves_static_files() -> Iterator[None]:
    """As in production, from what it found at its start and for the browser to keep; not looked for at each request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "StaticFilesHandler", lambda application: application)
        yield


@pytest.fixture(scope="session", autouse=True)
def kept_connections(django_db_setup) -> Iterator[None]:
    """The live server's thread of a browser's connection keeps its database connection, and closes it at its own
    end.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", None)
        yield


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """How long an expectation waits, in milliseconds."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def clicks_wait_for_the_page(monkeypatch) -> None:
    """A click that opens a page returns when all of it and its scripts are there, as for a person who looks first."""
    click = Locator.click

    def click_and_wait(locator: Locator, **how: Any) -> None:
        click(locator, **how)
        if not how.get("no_wait_after"):
            locator.page.wait_for_load_state()

    monkeypatch.setattr(Locator, "click", click_and_wait)


@pytest.fixture(scope="session")
def base_url(live_server) -> str:
    """Addresses in journeys are paths of the running server: page.goto("/records/")."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": WIDE, "locale": "en-US", "timezone_id": "America/Detroit"}


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, User], None]:
    """Sign a person in without the sign-in page: the session of Django's test client becomes the browser's."""

    def act(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        page.context.clear_cookies()
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return act


def assert_accessible(page: Page) -> None:
    """No violation of the WCAG 2.2 AA rules that axe knows."""
    # On a busy machine the address may have changed before the first element of the new page is there.
    page.wait_for_load_state()
    if not page.evaluate("() => typeof window.axe?.run === 'function'"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("(rules) => axe.run(rules).then((found) => found.violations)", RULES)
    found = [
        f"{violation['id']} ({violation['help']}): {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert found == [], f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page) -> None:
    """The page itself never scrolls sideways; wide tables do so inside their own box."""
    over = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            const wide = [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > width + 1);
            return wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 160)).concat("scrolls sideways");
        }"""
    )
    assert over == [], f"{page.url} at {page.viewport_size}\n" + "\n".join(over)


@contextmanager
def at(page: Page, size: dict[str, int]) -> Iterator[None]:
    """The page at another size, and back."""
    before = page.viewport_size
    page.set_viewport_size(size)
    yield
    page.set_viewport_size(before or WIDE)


def look(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody asks for it."""
    folder = os.environ.get("OCTE_PICTURES")
    if folder:
        for size in (WIDE, NARROW):
            with at(page, size):
                page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


@pytest.fixture
def check_page() -> Callable[[Page], None]:
    """Check the open page: axe finds nothing and nothing scrolls sideways, wide and at 320 px."""

    def check(page: Page) -> None:
        for size in (WIDE, NARROW):
            with at(page, size):
                assert_accessible(page)
                assert_fits(page)

    return check


@pytest.fixture
def page_without_javascript(browser: Browser, browser_context_args) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    yield context.new_page()
    context.close()
