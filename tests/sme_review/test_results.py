"""Results: every figure from the ratings as they stand now, over rounds and over the panel; page and files alike."""

import io
import random
from statistics import median

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.problems import Problem
from sme_review.enums import Reading
from sme_review.figures import explanations
from sme_review.models import Panel, Panelist, Rating
from sme_review.presenters.result_files import SUMMARY_HEADINGS
from sme_review.selectors.results import all_results, figures_over_panel
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.validators import Answers
from tests.factories.sme_review import AssignmentFactory, PanelistFactory
from tests.sme_review.conftest import enlarge_first_group, open_first_round, rate_all, refresh
from tests.sme_review.everything import everything_shown
from tests.sme_review.results import results_of
from tests.stages import staged


def answers(proportion=60, employer=4, postsecondary=3, **more):
    reasons = {"proportion_reason": "So", "employer_reason": "So", "postsecondary_reason": "So"}
    return Answers(proportion=proportion, employer_value=employer, postsecondary_value=postsecondary, **reasons, **more)


def close(cast, consultant):
    cast.round = rounds.close_round(by=consultant, round=cast.round)
    refresh(cast)


@pytest.fixture
def varied(request, db, consultant):
    """Round 1 closed: employers 5 5 4 4 2 on both, shares 20 40 60 80 100 on the first and 60 on the second."""
    if "second_round" in request.fixturenames:
        return request.getfixturevalue("second_round")
    return staged(rate_variously, consultant)


def rate_variously(consultant):
    running = open_first_round(consultant)
    first, second = running.entries
    for panelist, share, value in zip(running.panelists, [20, 40, 60, 80, 100], [5, 5, 4, 4, 2], strict=True):
        ratings.save_rating(panelist=panelist, panel_certification=first, answers=answers(share, value), version=0)
        ratings.save_rating(panelist=panelist, panel_certification=second, answers=answers(60, value), version=0)
        ratings.submit_ratings(panelist=panelist)
    close(running, consultant)
    return running


@pytest.fixture
def second_round(db, consultant):
    """Round 2 closed: all but the last come to 4 for employers and 60 percent."""
    return staged(hold_second_round, consultant)


def hold_second_round(consultant):
    varied = rate_variously(consultant)
    varied.round = rounds.open_round(by=consultant, panel=varied.panel)
    for panelist in varied.panelists[:4]:
        rate_all(panelist, varied.entries, answers())
    rate_all(varied.panelists[4], varied.entries, answers(100, 2))
    close(varied, consultant)
    return varied


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


def url(name, cast):
    return reverse(f"sme_review:{name}", args=[cast.panel.pk])


def withdraw(panelist, by):
    Panelist.objects.filter(pk=panelist.pk).update(
        withdrawn_at=timezone.now(), withdrawn_by=by, withdrawal_reason="Left the field"
    )


def test_figures_of_each_question(varied, consultant):
    share, employer, _ = results_of(varied.panel, viewer=consultant)[0].questions
    assert (share.summary.median, share.summary.deviation, share.lies_close) == (60, 24, False)
    assert [(one.band.name, one.count) for one in share.bands] == [
        ("weak", 1),
        ("partial", 1),
        ("moderate", 1),
        ("strong", 2),
    ]
    assert (share.support, share.endorsement, share.kappa) == (None, None, None)
    support = employer.support
    assert (support.endorsing, support.raters, support.share, support.needed) == (4, 5, 0.8, 100)
    assert (round(support.kappa, 2), support.grade, round(support.ratio, 2)) == (0.76, "excellent", 0.6)
    assert (support.beyond_chance, support.is_beyond_chance, support.is_enough) == (5, False, False)
    assert (employer.bands, employer.lies_close) == ([], False)


def test_under_the_quorum_endorsement_and_agreement_are_withheld_and_say_why(varied, consultant):
    panels.change_panel(by=consultant, panel=varied.panel, quorum=6)
    refresh(varied)
    results = results_of(varied.panel, viewer=consultant)
    assert {result.reading for result in results} == {Reading.WITHHELD}
    assert results[0].withheld == "5 people rated it; the panel's quorum is 6."
    assert [question.support for question in results[0].questions] == [None] * 3
    figures = figures_over_panel(results)
    assert [(one.certifications, one.alpha, one.endorsement, one.grade) for one in figures] == [(0, None, None, "")] * 3


def test_agreement_over_the_panel(varied, consultant):
    figures = figures_over_panel(results_of(varied.panel, viewer=consultant))
    assert [one.certifications for one in figures] == [2, 2, 2]
    assert [one.endorsement for one in figures] == [None, 0.8, 0]
    assert figures[1].alpha < 0
    assert (figures[1].grade, figures[2].alpha, figures[2].grade) == ("low", None, "")


def test_cannot_judge_is_no_rating_in_any_figure(running, consultant):
    unsure, *others = running.panelists
    blank = Answers(proportion=70, employer_cannot_judge=True, postsecondary_value=3)
    rate_all(unsure, running.entries, blank)
    for panelist in others:
        rate_all(panelist, running.entries, answers(employer=4))
    close(running, consultant)
    employer = results_of(running.panel, viewer=consultant)[0].questions[1]
    assert (employer.support.endorsing, employer.support.raters, employer.support.share) == (4, 4, 1)
    assert employer.support.beyond_chance is None
    assert unsure.pk not in employer.by_rater
    assert (employer.total.answered, employer.total.cannot_judge) == (4, 1)


def test_what_nobody_rated_shows_no_number_and_no_agreement(staff, running, consultant):
    close(running, consultant)
    page = staff.get(url("results", running) + "?sort=-disagreements")
    assert [row.record.disagreements for row in page.context["selection"].table.rows] == [None, None]
    words = page.content.decode()
    assert "Nobody rated it; the panel&#x27;s quorum is 5." in words
    assert "The ratings are shown" not in words
    assert ">None<" not in words


def test_nobody_who_can_judge_leaves_no_support(running, consultant):
    for panelist in running.panelists:
        rate_all(panelist, running.entries, Answers(70, "", None, True, "", 3))
    close(running, consultant)
    result = results_of(running.panel, viewer=consultant)[0]
    assert (result.withheld, result.questions[1].support, result.questions[1].summary) == ("", None, None)
    assert not result.questions[1].lies_close


def test_a_withdrawn_panelist_leaves_every_number_at_once(varied, consultant):
    """A known fault elsewhere: statistics that are stale after a panelist was removed."""
    before = results_of(varied.panel, viewer=consultant)[0]
    withdraw(varied.panelists[4], consultant)
    after = results_of(varied.panel, viewer=consultant)[0]
    assert (before.raters, after.raters) == (5, 4)
    assert after.questions[0].summary.median == median([20, 40, 60, 80])
    assert after.questions[0].total.invited == 4
    assert (before.withheld, after.reading) == ("", Reading.WITHHELD)


def test_a_changed_threshold_changes_the_reading_at_once(varied, consultant):
    """A known fault elsewhere: readings that are stale after a threshold was changed."""
    assert results_of(varied.panel, viewer=consultant)[1].reading == Reading.DISCUSS
    panels.change_panel(by=consultant, panel=varied.panel, endorsement_to_5=80)
    refresh(varied)
    second = results_of(varied.panel, viewer=consultant)[1]
    assert (second.reading, second.questions[1].support.is_enough) == (Reading.RECOMMEND, True)


def test_rounds_are_kept_apart_and_the_last_closed_is_final(second_round, consultant):
    found = all_results(second_round.panel, viewer=consultant)
    shares = {number: results[0].questions[0].summary.mean for number, results in found.by_round.items()}
    assert shares == {1: 60, 2: 68}
    assert found.final == found.by_round[2] == results_of(second_round.panel, viewer=consultant)


def test_change_between_rounds_counts_who_moved(second_round, consultant):
    changes = all_results(second_round.panel, viewer=consultant).changes
    first = second_round.entries[0].pk
    share, employer = changes[first, "proportion"], changes[first, "employer"]
    assert (share.moved_up, share.moved_down, share.stayed) == (2, 1, 2)
    assert (employer.moved_up, employer.moved_down, employer.stayed) == (0, 2, 3)
    assert (employer.median_before, employer.median_after, employer.came_closer) == (4, 4, True)


def test_who_joined_after_a_round_was_not_invited_to_it(varied, consultant):
    varied.round = rounds.open_round(by=consultant, panel=varied.panel)
    late = panelists.add_panelist(
        by=consultant, panel=varied.panel, name="Late", email="late@example.org", group="business"
    )
    panelists.send_new_link(by=consultant, panelist=late)
    rounds.close_round(by=consultant, round=varied.round)
    found = all_results(varied.panel, viewer=consultant).by_round
    counts = {
        number: (results[0].questions[0].total.invited, results[0].questions[0].total.missing)
        for number, results in found.items()
    }
    assert counts == {1: (5, 0), 2: (6, 6)}


def test_an_open_second_round_shows_nothing_of_itself(varied, consultant):
    varied.round = rounds.open_round(by=consultant, panel=varied.panel)
    for panelist in varied.panelists:
        rate_all(panelist, varied.entries, answers(33))
    found = all_results(varied.panel, viewer=consultant)
    assert (list(found.by_round), found.changes) == ([1], {})
    assert found.final[0].questions[0].summary.mean == 60


def test_nothing_closed_is_a_problem(rated, consultant):
    with pytest.raises(Problem):
        all_results(rated.panel, viewer=consultant)


def test_people_outside_the_state_see_no_value(varied, home_district):
    found = all_results(varied.panel, viewer=home_district.coordinator)
    assert {result.raters for result in found.final} == {0}


def test_results_page_shows_the_figures_and_what_they_mean(staff, varied):
    text = staff.get(url("results", varied)).content.decode()
    for explanation in explanations.ALL:
        assert explanation.title.replace("'", "&#x27;") in text
    assert "4 of 5 give a 4 or 5: 80 percent (I-CVI 0.80), and 100 percent are needed." in text
    assert "Chance could give as many: 5 are needed." in text
    assert "Since round 1" not in text
    assert 'aria-label="Rounds"' not in text


def test_round_is_chosen_in_the_address(staff, second_round):
    concluded = staff.get(url("results", second_round))
    assert concluded.context["selection"].number == 0
    assert "Since round 1: 0 went up, 2 went down, 3 stayed." in concluded.content.decode()
    first = staff.get(url("results", second_round) + "?round=1")
    assert first.context["selection"].number == 1
    assert "Since round 1" not in first.content.decode()
    assert "These are the answers of round 1." in first.content.decode()
    for strange in ("0", "3", "zzz", "-1", "\x00"):
        assert staff.get(url("results", second_round), {"round": strange}).context["selection"].number == 0


@pytest.mark.parametrize("sort", ["reading", "proportion", "share", "postsecondary", "disagreements", "raters"])
def test_page_and_files_come_in_the_order_asked_for(staff, varied, sort, consultant):
    first, second = varied.entries
    withdraw(varied.panelists[0], consultant)
    for panelist in varied.panelists[1:]:
        panelist.refresh_from_db()
    for direction in ("", "-"):
        query = f"?sort={direction}{sort}"
        page = staff.get(url("results", varied) + query)
        shown = [item.result.entry.pk for item in page.context["cards"]]
        assert shown == [row.record.key for row in page.context["selection"].table.rows]
        lines = staff.get(url("download_results", varied) + query).content.decode("utf-8-sig").splitlines()
        names = {first.pk: str(first), second.pk: str(second)}
        assert [line.split(",")[0] for line in lines[1::3]] == [names[key] for key in shown]


def test_certifications_sort_by_their_median(staff, varied):
    panel = staff.get(url("results", varied) + "?sort=-disagreements").context["cards"]
    assert [item.result.entry for item in panel] == varied.entries


def test_csv_and_xlsx_hold_what_the_page_shows(staff, second_round):
    lines = staff.get(url("download_results", second_round) + "?round=1").content.decode("utf-8-sig").splitlines()
    assert lines[0].split(",")[0] == SUMMARY_HEADINGS[0]
    assert len(lines) == 1 + 2 * 3
    response = staff.get(url("download_results_xlsx", second_round))
    book = load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["Summary", "By group", "Over the panel", "What the numbers mean"]
    summary = [[cell.value for cell in row] for row in book["Summary"]]
    assert tuple(summary[0]) == SUMMARY_HEADINGS
    employer = dict(zip(summary[0], summary[2], strict=True))
    assert (employer["Share rating 4 or 5 (I-CVI)"], employer["Share needed"]) == (0.8, 1)
    assert (employer["Went down since round 1"], employer["Median in round 1"]) == (2, 4)
    assert book["By group"].max_row == 1 + 2 * 3 * 3
    for text in (response.content.decode(errors="replace"), "\n".join(lines)):
        assert "Expert" not in text
        assert "@example.org" not in text


def test_files_of_an_open_round_hold_nothing(staff, rated):
    """A known fault elsewhere: a sort or an export that leaks hidden scores."""
    for name in ("results", "download_results", "download_results_xlsx"):
        for query in ("", "?sort=-proportion", "?round=1", "?round=1&sort=share"):
            assert staff.get(url(name, rated) + query).headers["Location"] == url("round", rated)


def test_no_column_sorts_by_what_is_not_shown(staff, varied):
    page = staff.get(url("results", varied) + "?sort=by_rater&sort=panelist&sort=proportion_key")
    assert [item.result.entry for item in page.context["cards"]] == varied.entries


def test_the_task_list_leads_to_round_1_while_round_2_is_open(staff, varied, consultant):
    rounds.open_round(by=consultant, panel=varied.panel)
    step = next(step for step in staff.get(url("panel", varied)).context["steps"] if step.title == "Results")
    assert (step.status, step.href) == ("Ready", url("results", varied))
    assert staff.get(step.href).context["selection"].number == 0


def test_results_of_a_panel_without_a_round_are_not_found(staff, drafted):
    assert staff.get(url("results", drafted)).status_code == 404


@pytest.mark.parametrize("name", ["results", "download_results", "download_results_xlsx"])
def test_results_are_for_state_staff(client, varied, home_district, name):
    client.force_login(home_district.coordinator)
    assert client.get(url(name, varied)).status_code == 403


def test_results_take_the_same_queries_with_two_rounds(staff, second_round, django_assert_num_queries):
    with django_assert_num_queries(11):
        staff.get(url("results", second_round))


def test_invited_are_those_who_are_asked_for_it(varied, consultant):
    """Where certifications are shared out, nobody is missing who was not asked; who rated unasked counts."""
    _, second = varied.entries
    late = PanelistFactory(panel=varied.panel, group="business")
    AssignmentFactory(panelist=late, panel_certification=second)
    Panel.objects.filter(pk=varied.panel.pk).update(assignment=Panel.Assignment.BALANCED, ratings_wanted=5)
    refresh(varied)
    totals = [result.questions[0].total for result in results_of(varied.panel, viewer=consultant)]
    assert [(total.invited, total.answered, total.missing) for total in totals] == [(5, 5, 0), (6, 5, 1)]


def test_no_change_is_told_where_a_round_has_no_answer(second_round, consultant):
    Rating.objects.filter(panel_certification=second_round.entries[1], round__number=1).update(
        state=Rating.State.DRAFT, submitted_at=None
    )
    changes = all_results(second_round.panel, viewer=consultant).changes
    assert {entry for entry, _ in changes} == {second_round.entries[0].pk}


def five_answers(cast, order):
    """The same five answers on both certifications, given by the panelists in this order."""
    for person, place in zip(cast.panelists, order, strict=True):
        for entry, share in zip(cast.entries, ([20, 40, 60, 80, 100], [70, 65, 60, 55, 50]), strict=True):
            given = answers(share[place], [5, 5, 4, 4, 2][place], [3, 1, 5, 4, 2][place])
            ratings.save_rating(panelist=person, panel_certification=entry, answers=given, version=0)
        ratings.submit_ratings(panelist=person)


@pytest.mark.parametrize("seed", range(4))
def test_permuting_the_panelists_changes_nothing(seed, running, consultant):
    """All are of one group, so that not even a median by group may tell who gave which answer."""
    running.panel.panelists.update(group="business")
    panels.change_panel(by=consultant, panel=running.panel, minimum_per_group=0)
    refresh(running)
    order = random.Random(seed).sample(range(5), 5)
    found = []
    for one in (range(5), order):
        point = transaction.savepoint()
        five_answers(running, one)
        rounds.close_round(by=consultant, round=running.round)
        running.panel.refresh_from_db()
        found.append(everything_shown(running, consultant))
        transaction.savepoint_rollback(point)
        refresh(running)
    for name, shown in found[0].items():
        assert found[1][name] == shown, name


def test_permuting_the_panelists_of_different_groups_changes_only_the_medians_by_group(running, consultant):
    enlarge_first_group(running)
    found = []
    for order in ([0, 1, 2, 3, 4], [3, 4, 2, 0, 1]):
        point = transaction.savepoint()
        five_answers(running, order)
        rounds.close_round(by=consultant, round=running.round)
        running.panel.refresh_from_db()
        found.append(results_of(running.panel, viewer=consultant))
        transaction.savepoint_rollback(point)
        refresh(running)
    for before, after in zip(*found, strict=True):
        assert (before.suggested, before.withheld, before.comments) == (after.suggested, after.withheld, after.comments)
        for one, other in zip(before.questions, after.questions, strict=True):
            assert (one.summary, one.distribution, one.support) == (other.summary, other.distribution, other.support)
            assert [group.median for group in one.groups] != [group.median for group in other.groups]


@pytest.mark.parametrize("raters", range(6))
def test_boundaries_of_n(raters, running, consultant, staff):
    """From nobody to the quorum of five: every page and file opens, and only the whole quorum is read."""
    for person in running.panelists[:raters]:
        rate_all(person, running.entries, answers())
    close(running, consultant)
    found = all_results(running.panel, viewer=consultant).final
    assert [result.raters for result in found] == [raters, raters]
    assert [bool(result.withheld) for result in found] == [raters < 5] * 2
    assert [result.questions[1].support is None for result in found] == [raters < 5] * 2
    assert [one.certifications for one in figures_over_panel(found)] == [0 if raters < 5 else 2] * 3
    assert [(one.summary is None) for one in found[0].questions] == [raters == 0] * 3
    for name in ("results", "download_results", "download_results_xlsx", "coverage", "recommend"):
        assert staff.get(url(name, running)).status_code == 200
