"""What the services refuse, and what they write down."""

import pytest
import time_machine

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem
from sme_review.enums import Reading
from sme_review.models import Panel, Panelist, Rating
from sme_review.preconditions import opening_warnings
from sme_review.selectors.home import home_items
from sme_review.services import panelists, panels, ratings, rounds
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.validators import Answers
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import AssignmentFactory, PanelFactory
from tests.sme_review.conftest import COMPLETE, rate_all, refresh
from tests.sme_review.results import results_of


def verbs():
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def recommend(cast, consultant, *, choice="recommend", note=""):
    choices = [Choice(entry, choice, note=note, position=n) for n, entry in enumerate(cast.entries, start=1)]
    return save_recommendation(by=consultant, panel=cast.panel, text="Both fit.", choices=choices)


@pytest.fixture
def sent(closed, consultant):
    """A sent recommendation; returns its lines."""
    lines = recommend(closed, consultant)
    send_recommendation(by=consultant, panel=closed.panel)
    return lines


def test_every_step_leaves_an_audit_entry(closed):
    kept = verbs()
    assert kept[:2] == ["added certification to panel"] * 2
    assert kept.count("added panelist") == 5
    assert kept.count("submitted ratings for") == 5
    assert (kept[7], kept[-1]) == ("opened", "closed")
    by_link = AuditEntry.objects.filter(verb="submitted ratings for").earliest("id")
    assert (by_link.by, by_link.by_label) == (None, f"Panelist {closed.panelists[0].pk}")


def test_change_panel_keeps_before_and_after(drafted, consultant):
    panels.change_panel(by=consultant, panel=drafted.panel, quorum=8, title=drafted.panel.title)
    assert AuditEntry.objects.get(verb="changed panel").detail == {"quorum": ["5", "8"]}
    panels.change_panel(by=consultant, panel=drafted.panel, quorum=8)
    assert AuditEntry.objects.filter(verb="changed panel").count() == 1
    with pytest.raises(ValueError, match="state"):
        panels.change_panel(by=consultant, panel=drafted.panel, state="decided")


def test_standards_do_not_change_under_a_round(running, consultant):
    with pytest.raises(Problem) as refused:
        panels.change_panel(by=consultant, panel=running.panel, standards_version="2030")
    assert refused.value.field == "standards_version"


def test_rules_do_not_change_after_sending(sent, closed, consultant):
    with pytest.raises(MoveNotAllowedError):
        panels.change_panel(by=consultant, panel=closed.panel, quorum=3)


def test_adding_a_certification_twice_adds_it_once(drafted, consultant):
    again = [entry.certification for entry in drafted.entries]
    assert panels.add_certifications(by=consultant, panel=drafted.panel, certifications=again) == []


def test_certifications_stay_as_they_are_once_rated(rated, closed, consultant):
    with pytest.raises(MoveNotAllowedError):
        panels.add_certifications(by=consultant, panel=closed.panel, certifications=[CertificationFactory()])


def test_no_certification_joins_while_people_rate(running, consultant):
    panels.add_certifications(by=consultant, panel=running.panel, certifications=[CertificationFactory()])
    rate_all(running.panelists[0], running.entries)
    with pytest.raises(Problem, match="started to rate"):
        panels.add_certifications(by=consultant, panel=running.panel, certifications=[CertificationFactory()])


def test_new_sheet_is_a_new_version_and_a_rating_keeps_the_one_it_was_made_by(running, consultant):
    first, second = running.panelists[:2]
    entry = running.entries[0]
    rate_all(first, [entry])
    kept = panels.change_panel_certification(
        by=consultant, panel_certification=entry, information_sheet="New", position=7
    )
    assert (kept.position, kept.material.number, kept.material.information_sheet) == (7, 2, "New")
    rate_all(second, [entry])
    shown = Rating.objects.order_by("panelist").values_list("material__number", flat=True)
    assert list(shown) == [1, 2]


def test_rating_names_the_version_that_its_page_showed(running, consultant):
    entry = running.entries[0]
    panels.change_panel_certification(by=consultant, panel_certification=entry, information_sheet="New", position=1)
    kept = ratings.save_rating(
        panelist=running.panelists[0], panel_certification=entry, answers=COMPLETE, version=0, material=1
    )
    assert kept.material.number == 1


def test_sheet_is_changed_in_place_while_the_panel_is_set_up(drafted, consultant):
    entry = drafted.entries[0]
    panels.change_panel_certification(by=consultant, panel_certification=entry, information_sheet="New", position=1)
    assert list(entry.materials.values_list("number", "information_sheet")) == [(1, "New")]


def test_last_certification_of_a_running_panel_stays(running, consultant):
    panels.remove_certification(by=consultant, panel_certification=running.entries[0])
    panels.remove_certification(by=consultant, panel_certification=running.entries[0])
    with pytest.raises(Problem, match="only certification"):
        panels.remove_certification(by=consultant, panel_certification=running.entries[1])


def test_removing_says_one_panelist_in_the_singular(running, consultant):
    rate_all(running.panelists[0], running.entries)
    with pytest.raises(Problem, match="1 panelist has already rated it"):
        panels.remove_certification(by=consultant, panel_certification=running.entries[0])


def test_panel_is_put_away_only_with_its_round_closed_and_once(rated, consultant):
    with pytest.raises(Problem, match="Close the round first"):
        panels.put_away_panel(by=consultant, panel=rated.panel, reason="Over")
    rounds.close_round(by=consultant, round=rated.round)
    first = panels.put_away_panel(by=consultant, panel=rated.panel, reason="Over")
    again = panels.put_away_panel(by=consultant, panel=rated.panel, reason="Another reason")
    assert (again.put_away_at, again.put_away_reason) == (first.put_away_at, "Over")
    with pytest.raises(MoveNotAllowedError):
        panelists.send_new_link(by=consultant, panelist=rated.panelists[0])


def test_panelists_are_added_all_or_none(drafted, consultant):
    people = [
        panelists.NewPanelist("New One", "new@example.org", "business"),
        panelists.NewPanelist("Taken", "EXPERT0@example.org", "business"),
    ]
    with pytest.raises(Problem, match=r"EXPERT0@example\.org: Somebody with this e-mail address"):
        panelists.add_panelists(by=consultant, panel=drafted.panel, people=people)
    assert not Panelist.objects.filter(email="new@example.org").exists()


def test_panelist_without_a_group_is_refused_at_that_field(drafted, consultant):
    with pytest.raises(Problem) as refused:
        panelists.add_panelist(by=consultant, panel=drafted.panel, name="A", email="a@example.org", group="")
    assert refused.value.field == "group"


def test_panelist_who_joins_late_is_invited_at_once(
    running, consultant, mailoutbox, django_capture_on_commit_callbacks
):
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        late = panelists.add_panelist(
            by=consultant, panel=running.panel, name="Late", email="late@example.org", group="business"
        )
    assert late.invited_at is not None
    assert [message.to for message in mailoutbox] == [["late@example.org"]]


def test_nobody_joins_or_leaves_a_closed_panel(closed, consultant):
    with pytest.raises(MoveNotAllowedError):
        panelists.add_panelist(by=consultant, panel=closed.panel, name="A", email="a@example.org", group="business")
    with pytest.raises(Problem, match="started to rate"):
        panelists.remove_panelist(by=consultant, panelist=closed.panelists[0])


def test_removing_a_panelist_twice_is_harmless(drafted, consultant):
    for _ in range(2):
        panelists.remove_panelist(by=consultant, panelist=drafted.panelists[0])
    assert drafted.panel.panelists.count() == 4


def test_link_is_not_mailed_before_the_round_opens(drafted, consultant):
    with pytest.raises(Problem, match="Open the round first"):
        panelists.send_new_link(by=consultant, panelist=drafted.panelists[0])


def test_round_does_not_open_twice_or_empty(running, consultant, db):
    with pytest.raises(MoveNotAllowedError):
        rounds.open_round(by=consultant, panel=running.panel)
    with pytest.raises(Problem, match="Add at least one certification"):
        rounds.open_round(by=consultant, panel=PanelFactory())


def test_round_does_not_open_without_a_sheet(drafted, consultant):
    entry = drafted.entries[0]
    panels.change_panel_certification(by=consultant, panel_certification=entry, information_sheet=" ", position=1)
    with pytest.raises(Problem, match="Write the information sheet of"):
        rounds.open_round(by=consultant, panel=drafted.panel)


def test_warnings_name_the_quorum_and_the_group_that_is_missing(drafted, consultant):
    assert opening_warnings(drafted.panel) == []
    panelists.remove_panelist(by=consultant, panelist=drafted.panelists[2])
    assert opening_warnings(drafted.panel) == [
        "The quorum is 5 raters and 4 panelists are on the panel, so no reading will be suggested.",
        "Postsecondary educator: 0 on the panel, at least 1 needed.",
    ]


def test_warnings_name_what_too_few_are_asked_for(drafted):
    """Shared out, the panel may be large enough and each certification be asked of fewer than the quorum."""
    Panel.objects.update(assignment="balanced", ratings_wanted=2)
    drafted.panel.refresh_from_db()
    for place, panelist in enumerate(drafted.panelists):
        AssignmentFactory(panelist=panelist, panel_certification=drafted.entries[place % 2])
    first, second = drafted.entries
    assert opening_warnings(drafted.panel) == [
        f"With a quorum of 5 raters, no reading will be suggested where fewer are asked: {first} (3), {second} (2)."
    ]


def test_round_does_not_close_twice(closed, consultant):
    with pytest.raises(MoveNotAllowedError):
        rounds.close_round(by=consultant, round=closed.round)


def test_draft_is_kept_and_never_counted(running, consultant):
    for panelist in running.panelists[1:]:
        rate_all(panelist, running.entries)
    ratings.save_rating(
        panelist=running.panelists[0], panel_certification=running.entries[0], answers=COMPLETE, version=0
    )
    closed = rounds.close_round(by=consultant, round=running.round)
    assert Rating.objects.get(panelist=running.panelists[0]).state == Rating.State.DRAFT
    result = results_of(closed.panel, viewer=consultant)[0]
    assert (result.raters, result.reading) == (4, Reading.WITHHELD)
    question = result.questions[1]
    assert (question.endorsement, question.summary.median) == (None, 4)
    assert (question.total.invited, question.total.answered, question.total.missing) == (5, 4, 1)


def test_counts_reconcile_with_conflict_and_cannot_judge(running, consultant):
    recused, unsure, *others = running.panelists
    first, second = running.entries
    ratings.declare_conflicts(panelist=recused, reasons={first.pk: "Works there", 0: "not on this panel"})
    rate_all(recused, [second])
    rate_all(unsure, running.entries, Answers(proportion=70, employer_cannot_judge=True, postsecondary_value=3))
    for panelist in others:
        rate_all(panelist, running.entries, Answers(60, "", 5, False, f"Reason of {panelist.name}", 3))
    rounds.close_round(by=consultant, round=running.round)
    result = results_of(running.panel, viewer=consultant)[0]
    total = result.questions[1].total
    assert (total.invited, total.answered, total.cannot_judge, total.recused, total.missing) == (5, 3, 1, 1, 0)
    assert result.comments[1][1] == sorted(f"Reason of {panelist.name}" for panelist in others)


def test_results_show_only_when_closed(rated, consultant):
    with pytest.raises(Problem):
        results_of(rated.panel, viewer=consultant)


def test_results_take_the_same_queries_however_many_rate(closed, consultant, django_assert_num_queries):
    assert consultant.scope.state
    with django_assert_num_queries(5):
        results_of(closed.panel, viewer=consultant)


def test_recommendation_waits_for_the_close(rated, consultant):
    with pytest.raises(MoveNotAllowedError):
        recommend(rated, consultant)
    with pytest.raises(MoveNotAllowedError):
        send_recommendation(by=consultant, panel=rated.panel)


def test_recommendation_is_sent_only_when_whole(closed, consultant):
    save_recommendation(by=consultant, panel=closed.panel, text=" ", choices=[Choice(closed.entries[0], "discuss")])
    with pytest.raises(Problem) as refused:
        send_recommendation(by=consultant, panel=closed.panel)
    assert refused.value.message == (
        f"Say in the note why the recommendation for {closed.entries[0]} differs from the suggested reading. "
        f"Choose a recommendation for {closed.entries[1]}. Write the recommendation in a few sentences."
    )


def test_sending_twice_mails_once(sent, closed, consultant, approver, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as queued:
        send_recommendation(by=consultant, panel=closed.panel)
    assert queued == []


def test_home_follows_the_panel(closed, consultant, approver, state_auditor, home_district):
    def titles(user):
        return [item.title for item in home_items(user)]

    assert titles(consultant) == [f"Write the recommendation for {closed.panel.program}"]
    recommend(closed, consultant)
    send_recommendation(by=consultant, panel=closed.panel)
    assert titles(consultant) == []
    assert titles(approver) == [f"Decide on the recommendation for {closed.panel.program}"]
    assert (titles(state_auditor), titles(home_district.coordinator)) == ([], [])


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize(
    ("due", "expected"),
    [("2026-11-20", ("Close", True)), ("2026-11-26", ("Follow", True)), ("2027-01-15", ("Follow", False))],
)
def test_home_marks_a_round_that_is_due(running, consultant, due, expected):
    Panel.objects.update(due_date=due)
    [item] = home_items(consultant)
    assert (item.title.split()[0], item.urgent) == expected
    assert item.text == "0 of 10 answers are in."


@pytest.fixture
def november():
    with time_machine.travel("2026-11-24 12:00:00-05:00", tick=False):
        yield


def test_panels_are_for_the_state_only(rated, consultant, state_auditor, home_district, twin_district):
    refresh(rated)
    for user in (consultant, state_auditor):
        assert list(Panel.objects.visible_to(user)) == [rated.panel]
        assert Panelist.objects.visible_to(user).count() == 5
    for person in ("coordinator", "colleague", "official", "auditor", "reporter", "cepd"):
        for district in (home_district, twin_district):
            user = getattr(district, person)
            assert (list(Panel.objects.visible_to(user)), list(Panelist.objects.visible_to(user))) == ([], [])


def test_a_conflict_of_interest_keeps_the_panelist_from_rating(running):
    panelist, entry = running.panelists[0], running.entries[0]
    ratings.declare_conflicts(panelist=panelist, reasons={entry.pk: "I write its test questions for pay."})
    with pytest.raises(Problem, match="You declared a conflict of interest"):
        ratings.save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0)


def test_reopening_what_is_not_submitted_changes_nothing(running):
    panelist, entry = running.panelists[0], running.entries[0]
    assert ratings.reopen_rating(panelist=panelist, panel_certification=entry) is None
    draft = ratings.save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0)
    assert ratings.reopen_rating(panelist=panelist, panel_certification=entry) == draft
