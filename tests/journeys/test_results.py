"""What a panel's two rounds say, and its coverage map, read in a real browser with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from sme_review.enums import StakeholderGroup
from sme_review.models import Panel
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import (
    BallotFactory,
    MaterialFactory,
    PanelCertificationFactory,
    PanelFactory,
    PanelistFactory,
    RatingFactory,
    RoundFactory,
    StandardMarkFactory,
)
from tests.journeys.conftest import look

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

NAMES = ["Welder Sense", "Welder Level 1 with Gas Metal Arc and Flux-Cored Arc Processes", "Shop Safety Card"]
# Answers of six raters in round 1 and round 2, for each certification: share, employers, postsecondary.
ROUNDS = {
    1: [
        [(80, 5, 4), (75, 4, 3), (90, 5, 4), (60, 4, 3), (70, 4, 3), (30, 2, 3)],
        [(20, 1, 2), (90, 5, 4), (85, 5, 3), (10, 2, 3), (50, 3, 3), (15, 1, 2)],
        [(10, 2, 1), (15, 2, 2), (20, 3, 1), (5, 1, 2), (25, 2, 2), (10, 2, None)],
    ],
    2: [
        [(80, 5, 4), (75, 4, 3), (85, 5, 4), (70, 4, 3), (70, 4, 3), (60, 4, 3)],
        [(30, 2, 2), (80, 5, 4), (80, 4, 3), (20, 2, 3), (50, 3, 3), (25, 1, 2)],
        [(10, 2, 1), (15, 2, 2), (15, 2, 1), (10, 2, 2), (15, 2, 2), (10, 2, None)],
    ],
}
MARKS = ["full", "full", "part", "full", "none", "part", "none", "full", "part", "none", "none", "none"]


@pytest.fixture
def panel(consultant) -> Panel:
    """Two closed rounds of three certifications and six raters, with worksheets of eight standards."""
    program = ProgramFactory(cip_code="48.0508", title="Welding Technology")
    panel = PanelFactory(program=program, title="Welding, fall 2026", state=Panel.State.CLOSED, created_by=consultant)
    standards = [
        ProgramStandardFactory(
            program=program, version="2026", position=n, code=f"{'AB'[n % 2]}.{n}", segment_code="AB"[n % 2]
        )
        for n in range(1, 9)
    ]
    entries = [
        PanelCertificationFactory(panel=panel, certification=CertificationFactory(name=name), position=place)
        for place, name in enumerate(NAMES, start=1)
    ]
    people = [PanelistFactory(panel=panel, invited=True, group=group) for group in [*StakeholderGroup] * 2]
    for number, answers in ROUNDS.items():
        held = RoundFactory(panel=panel, number=number, closed=True)
        for entry, rows in zip(entries, answers, strict=True):
            ballot = BallotFactory(round=held, panel_certification=entry, closed=True)
            material = MaterialFactory(panel_certification=entry, number=number)
            for person, (share, employer, postsecondary) in zip(people, rows, strict=True):
                rating = RatingFactory(
                    panelist=person,
                    round=held,
                    panel_certification=entry,
                    ballot=ballot,
                    material=material,
                    proportion=share,
                    employer_value=employer,
                    postsecondary_value=postsecondary,
                    postsecondary_cannot_judge=postsecondary is None,
                    proportion_reason="Covers the safety units only." if share < 30 else "",
                )
                for place, standard in enumerate(standards[:-1]):
                    mark = MARKS[(place * 3 + entry.position * 5) % len(MARKS)]
                    # On one standard the groups see the second certification differently.
                    if (place, entry.position) == (2, 2):
                        mark = "full" if person.group == StakeholderGroup.SECONDARY else "none"
                    StandardMarkFactory(rating=rating, standard=standard, mark=mark)
    return panel


def test_results_are_read_sorted_and_compared_by_round(page, panel, consultant, sign_in, check_page):
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/results/")
    expect(page.get_by_text("Since round 1: 0 went up").first).to_be_visible()
    check_page(page)
    look(page, "results")
    page.get_by_text("What these numbers mean").click()
    expect(page.get_by_text("The middle answer: half of the raters are at or below it")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Share of the standards, median").click()
    first = page.get_by_role("table", name="Overview").get_by_role("row").nth(1)
    expect(first).to_contain_text("Shop Safety Card")
    page.get_by_role("link", name="Round 1", exact=True).click()
    expect(page.get_by_text("These are the answers of round 1.")).to_be_visible()
    check_page(page)


def test_coverage_map_shows_picture_table_and_sets(page, panel, consultant, sign_in, check_page):
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/results/")
    page.get_by_role("link", name="Coverage map").click()
    picture = page.get_by_role("img", name="Heat map of 8 standards and 3 certifications")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    expect(page.get_by_role("table", name="The best set of each size")).to_contain_text("1 + 2: 50 percent")
    check_page(page)
    look(page, "coverage")


def test_results_and_map_work_without_javascript(page_without_javascript, panel, consultant, sign_in):
    page = page_without_javascript
    sign_in(page, consultant)
    page.goto(f"/panels/{panel.pk}/results/?round=2&sort=-share")
    expect(page.get_by_role("table", name="Overview").get_by_role("row").nth(1)).to_contain_text("Welder Sense")
    page.get_by_text("What these numbers mean").click()
    expect(page.get_by_text("The middle answer: half of the raters are at or below it")).to_be_visible()
    page.goto(f"/panels/{panel.pk}/coverage/")
    expect(page.get_by_role("table", name="The map as a table")).to_contain_text("disagreement")
