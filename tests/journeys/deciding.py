"""From a closed panel to a release, as the consultant and the approver do it in the browser."""

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect


def recommend(page: Page, panel_pk: int, choices: Mapping[str, str], check_page: Callable[[Page], None]) -> None:
    """The consultant chooses for each certification, says why, and sends; the packet is there to read."""
    page.goto(f"/panels/{panel_pk}/recommend/")
    page.get_by_label("The recommendation in a few sentences").fill("The panel is of one mind about the first.")
    for name, choice in choices.items():
        section = page.get_by_role("region", name=name)
        section.get_by_label(choice, exact=True).check()
        section.get_by_label("Note").fill("As the panel said.")
    check_page(page)
    page.get_by_role("button", name="Save and send to the approvers").click()
    expect(page.get_by_text("its packet is frozen")).to_be_visible()
    page.get_by_role("link", name="Packet 1").first.click()
    expect(page.get_by_role("heading", name="Packet 1")).to_be_visible()
    check_page(page)


def decide(page: Page, outcomes: Mapping[str, str], check_page: Callable[[Page], None]) -> None:
    """The approver, on the home page, follows what waits, and keeps a decision with a reason for each."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("Decide on the recommendation")).first.click()
    for name, outcome in outcomes.items():
        section = page.get_by_role("region", name=name)
        section.get_by_label(outcome, exact=True).check()
        section.get_by_label("Reason").fill("As the panel found.")
        if outcome == "Approve":
            section.get_by_label("First school year").select_option(label="2026-27")
            section.get_by_label("Counts for federal reporting").check()
    check_page(page)
    page.get_by_role("button", name="Save these decisions").click()
    expect(page.get_by_role("heading", name="Saved, not released yet")).to_be_visible()
    check_page(page)


def release(page: Page, check_page: Callable[[Page], None]) -> None:
    """The approver checks what will change, and releases."""
    page.get_by_role("link", name="Check and release").click()
    check_page(page)
    page.get_by_role("button", name="Release these decisions").click()
    expect(page.get_by_text("The catalog is changed")).to_be_visible()
    check_page(page)
