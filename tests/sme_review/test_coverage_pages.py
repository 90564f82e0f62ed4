"""The coverage map's page, picture and file."""

import pytest
from django.urls import reverse
from django.utils import timezone

from certifications.models import ProgramStandard, SegmentWeight
from sme_review.models import Panelist, Rating, StandardMark
from sme_review.selectors.coverage import coverage_of
from sme_review.services import rounds
from tests.sme_review.conftest import rate_all, refresh


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


def url(name, cast):
    return reverse(f"sme_review:{name}", args=[cast.panel.pk])


def mark(rating, **marks):
    """mark(rating, A="full", B="none"): by segment."""
    for segment, word in marks.items():
        standard = ProgramStandard.objects.get(program=rating.round.panel.program, segment_code=segment)
        StandardMark.objects.create(rating=rating, standard=standard, mark=word)


@pytest.fixture
def marked(rated, consultant):
    """The first certification covers A in full, the second is disputed on A; three worksheets each; round 1 closed."""
    first, second = rated.entries
    for rating in Rating.objects.filter(panel_certification=first).order_by("pk")[:3]:
        mark(rating, A="full", B="none")
    for rating, word in zip(
        Rating.objects.filter(panel_certification=second).order_by("pk"), ["full", "none", "part"], strict=False
    ):
        mark(rating, A=word, B="none")
    rated.round = rounds.close_round(by=consultant, round=rated.round)
    refresh(rated)
    return rated


def test_map_counts_the_worksheets_of_closed_rounds(marked, consultant):
    coverage = coverage_of(marked.panel, viewer=consultant)
    first, second = (entry.pk for entry in marked.entries)
    assert coverage.worksheets == {first: 3, second: 3}
    assert coverage.figures.shares == {first: 50, second: 25}
    assert coverage.figures.untouched == ("B.1",)
    assert coverage.figures.disputed == (("A.1", second),)
    assert coverage.figures.sets.by_size[0].best.certifications == (first,)
    assert coverage.weighted is False


def test_segments_count_by_their_weight(marked, consultant):
    panel = marked.panel
    for segment, weight in (("A", "90.00"), ("B", "10.00")):
        SegmentWeight.objects.create(
            program=panel.program, version=panel.standards_version, segment_code=segment, weight=weight
        )
    coverage = coverage_of(panel, viewer=consultant)
    assert (coverage.weighted, coverage.figures.shares[marked.entries[0].pk]) == (True, 90)


def test_withdrawn_people_and_drafts_do_not_color_the_map(marked, consultant):
    rater = Rating.objects.filter(panel_certification=marked.entries[0], marks__isnull=False).first().panelist
    Panelist.objects.filter(pk=rater.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=consultant, withdrawal_reason="Left"
    )
    coverage = coverage_of(marked.panel, viewer=consultant)
    assert coverage.worksheets[marked.entries[0].pk] == 2


def test_a_later_round_replaces_the_marks_of_the_one_before(marked, consultant):
    rounds.open_round(by=consultant, panel=marked.panel)
    assert coverage_of(marked.panel, viewer=consultant).worksheets[marked.entries[0].pk] == 3
    rate_all(marked.panelists[0], marked.entries)
    held = rounds.close_round(by=consultant, round=marked.panel.rounds.get(number=2))
    assert held.number == 2
    # Of the one person who rated again, whose marks went on from round 1.
    assert coverage_of(marked.panel, viewer=consultant).worksheets[marked.entries[0].pk] == 1


def test_page_says_what_is_covered_untouched_and_disputed(staff, marked):
    response = staff.get(url("coverage", marked))
    text = response.content.decode()
    assert f'src="{url("coverage_picture", marked)}"' in text
    assert "All standards count the same." in text
    assert "Every possible set was looked at." in text
    assert f"<bdi>{marked.entries[1]}</bdi>: 1 full, 1 part, 1 none" in text
    assert [line.untouched for line in response.context["lines"]] == [False, True]
    assert [[cell.letters for cell in line.cells] for line in response.context["lines"]] == [["F", "P!"], ["N", "N"]]
    (alone,) = response.context["sizes"]
    assert (alone.size, alone.best.names, alone.best.share, alone.gain) == (1, [str(marked.entries[0])], 50, 50)
    assert [(other.numbers, other.share) for other in alone.others] == [([2], 25)]


def test_picture_is_svg_and_always_the_same(staff, marked):
    first, second = staff.get(url("coverage_picture", marked)), staff.get(url("coverage_picture", marked))
    assert first.headers["Content-Type"] == "image/svg+xml"
    assert first.content == second.content
    assert first.content.startswith(b"<svg")


def test_file_has_a_row_for_each_standard_and_certification(staff, marked):
    lines = staff.get(url("download_coverage", marked)).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 * 2
    assert lines[2].endswith(f"{marked.entries[1]},1,1,1,Part,0.5,yes")


def test_open_round_shows_no_marks(staff, rated):
    for rating in Rating.objects.all():
        mark(rating, A="full", B="part")
    page = staff.get(url("coverage", rated))
    assert "No worksheets to show" in page.content.decode()
    assert staff.get(url("coverage_picture", rated)).status_code == 404
    assert "Full" not in staff.get(url("download_coverage", rated)).content.decode().split("\n", 1)[1]


def test_without_worksheets_the_page_says_so(staff, closed):
    assert "No worksheets to show" in staff.get(url("coverage", closed)).content.decode()
    assert staff.get(url("coverage_picture", closed)).status_code == 404


def test_map_of_nothing_but_none_has_no_sets(staff, rated, consultant):
    for rating in Rating.objects.all():
        mark(rating, A="none", B="none")
    rounds.close_round(by=consultant, round=rated.round)
    text = staff.get(url("coverage", rated)).content.decode()
    assert "No certification covers any standard" in text
    assert "Nowhere: on no standard" in text


@pytest.mark.parametrize("name", ["coverage", "coverage_picture", "download_coverage"])
def test_coverage_is_for_state_staff(client, marked, home_district, name):
    client.force_login(home_district.coordinator)
    assert client.get(url(name, marked)).status_code == 403


def test_map_takes_the_same_queries_however_many_marked(marked, consultant, django_assert_num_queries):
    assert consultant.scope.state
    assert marked.panel.program
    with django_assert_num_queries(5):
        coverage_of(marked.panel, viewer=consultant)
    for rating in Rating.objects.filter(marks__isnull=True):
        mark(rating, A="part", B="part")
    with django_assert_num_queries(5):
        coverage_of(marked.panel, viewer=consultant)


def test_what_nobody_marked_is_said_and_left_out(marked, staff):
    second = marked.entries[1]
    StandardMark.objects.filter(rating__panel_certification=second).delete()
    page = staff.get(url("coverage", marked))
    assert page.context["unmarked"] == [str(second)]
    assert "What it covers is not known" in page.content.decode()
    assert [one.best.names for one in page.context["sizes"]] == [[str(marked.entries[0])]]


def test_one_or_two_worksheets_make_no_set(marked, staff):
    second = marked.entries[1]
    last = Rating.objects.filter(panel_certification=second, marks__isnull=False).order_by("pk").last()
    StandardMark.objects.filter(rating=last).delete()
    page = staff.get(url("coverage", marked))
    assert page.context["few"] == [str(second)]
    assert "Sets are made of certifications with three worksheets or more" in page.content.decode()
    assert [one.best.names for one in page.context["sizes"]] == [[str(marked.entries[0])]]
    assert [column.share for column in page.context["columns"]] == [50, 25]


def test_a_standard_that_nobody_marked_is_not_called_untouched(marked, staff):
    StandardMark.objects.filter(standard__code="B.1").delete()
    page = staff.get(url("coverage", marked))
    assert [(line.untouched, line.unmarked) for line in page.context["lines"]] == [(False, False), (False, True)]
    assert [column.left for column in page.context["columns"]] == [1, 1]
    words = page.content.decode()
    for said in ("Standards that nobody marked", "1 standard not marked", "Each standard that was marked is covered"):
        assert said in words
