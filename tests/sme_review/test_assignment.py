"""Who rates what: shared out, kept, changed by hand, and bound to the right rows whatever happens meanwhile."""

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from sme_review.models import Assignment, Panel
from sme_review.preconditions import opening_warnings, why_not_open
from sme_review.selectors.assignment import board_now, propose, situation_of
from sme_review.selectors.panelists import number_assigned
from sme_review.services import assignment, panels
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import (
    AssignmentFactory,
    ConflictDeclarationFactory,
    PanelCertificationFactory,
    PanelFactory,
    PanelistFactory,
    RatingFactory,
)

NUMBERS = {"wanted": 3, "most": None, "minimum_per_group": 1}


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def url(name: str, panel, *more) -> str:
    return reverse(f"sme_review:{name}", args=[panel.pk, *more])


def pairs(panel) -> set:
    return set(Assignment.objects.filter(panelist__panel=panel).values_list("panelist_id", "panel_certification_id"))


def share(by, panel, **numbers) -> Panel:
    given = {**NUMBERS, **numbers}
    return assignment.keep_proposal(by=by, panel=panel, **given, seen=situation_of(panel).mark)


def by_hand(by, panel, shown, asked, seen=None):
    seen = situation_of(panel).row_mark(shown) if seen is None else seen
    return assignment.change_assignment(by=by, panel=panel, on_page=shown, ticked=asked, seen=seen)


@pytest.fixture
def shared(drafted, consultant):
    drafted.panel = share(consultant, drafted.panel)
    return drafted


def test_certifications_are_shared_out_evenly(drafted, consultant):
    panel = share(consultant, drafted.panel)
    assert (panel.assignment, panel.ratings_wanted, panel.most_per_panelist) == ("balanced", 3, None)
    board = board_now(situation_of(panel))
    assert [len(load.people) for load in board.certifications] == [3, 3]
    assert [load.lacking for load in board.certifications] == [[], []]
    loads = sorted(load.assigned for load in board.panelists)
    assert loads[-1] - loads[0] <= 1
    assert AuditEntry.objects.get(verb="shared out the certifications of").detail == {"pairs": 6}


def test_what_cannot_be_met_is_told(drafted, consultant):
    panel = share(consultant, drafted.panel, wanted=5, most=1)
    board = board_now(situation_of(panel))
    assert (sum(load.assigned for load in board.panelists), board.is_lacking) == (5, True)
    assert all("too few" in load.lacking[0] for load in board.certifications)


def test_a_conflict_is_never_asked_and_the_rated_stays(drafted, consultant):
    first, second = drafted.entries
    stepped_back, has_rated = drafted.panelists[:2]
    ConflictDeclarationFactory(panelist=stepped_back, panel_certification=first)
    RatingFactory(panelist=has_rated, panel_certification=second, material=second.material, state="draft")
    share(consultant, drafted.panel, wanted=1, minimum_per_group=0)
    assert (stepped_back.pk, first.pk) not in pairs(drafted.panel)
    assert (has_rated.pk, second.pk) in pairs(drafted.panel)


def test_sharing_out_again_moves_nothing_without_need(shared, consultant):
    before = pairs(shared.panel)
    PanelistFactory(panel=shared.panel, group="business")
    share(consultant, shared.panel)
    assert len(before & pairs(shared.panel)) >= len(before) - 1
    assert len(pairs(shared.panel)) == 6


def test_those_who_left_are_not_asked(shared, consultant):
    from sme_review.services.panelists import remove_panelist

    gone = shared.panelists[0]
    remove_panelist(by=consultant, panelist=gone)
    share(consultant, shared.panel)
    assert gone.pk not in {who for who, _ in pairs(shared.panel)}
    assert len(pairs(shared.panel)) == 6


def test_a_proposal_made_from_an_older_state_is_not_kept(drafted, consultant):
    seen = situation_of(drafted.panel).mark
    PanelistFactory(panel=drafted.panel)
    with pytest.raises(StaleVersionError, match="changed the panel"):
        assignment.keep_proposal(by=consultant, panel=drafted.panel, **NUMBERS, seen=seen)
    assert pairs(drafted.panel) == set()


def test_a_closed_panel_changes_no_more(closed, consultant):
    for act in (
        lambda: share(consultant, closed.panel),
        lambda: assignment.ask_everyone(by=consultant, panel=closed.panel),
        lambda: by_hand(consultant, closed.panel, set(), set()),
    ):
        with pytest.raises(MoveNotAllowedError, match="Rating is closed"):
            act()


def test_by_hand_only_what_was_shown_changes(shared, consultant):
    first = shared.entries[0]
    before = pairs(shared.panel)
    shown = {(person.pk, first.pk) for person in shared.panelists}
    chosen = shared.panelists[4]
    changed = by_hand(consultant, shared.panel, shown, {(chosen.pk, first.pk)})
    after = pairs(shared.panel)
    assert {pair for pair in after if pair[1] == first.pk} == {(chosen.pk, first.pk)}
    assert {pair for pair in after if pair[1] != first.pk} == {pair for pair in before if pair[1] != first.pk}
    assert (changed.added + changed.removed, changed.notes) == (len(shown & (before ^ after)), [])
    assert by_hand(consultant, shared.panel, shown, {(chosen.pk, first.pk)}).added == 0
    assert AuditEntry.objects.filter(verb="changed who rates what of").count() == 1


def test_by_hand_keeps_what_is_rated_and_refuses_a_conflict(shared, consultant):
    first = shared.entries[0]
    shown = {(person.pk, first.pk) for person in shared.panelists}
    rater = next(person for person in shared.panelists if (person.pk, first.pk) in pairs(shared.panel))
    other = next(person for person in shared.panelists if (person.pk, first.pk) not in pairs(shared.panel))
    RatingFactory(panelist=rater, panel_certification=first, material=first.material)
    ConflictDeclarationFactory(panelist=other, panel_certification=first)
    changed = by_hand(consultant, shared.panel, shown, {(other.pk, first.pk)})
    assert {pair for pair in pairs(shared.panel) if pair[1] == first.pk} == {(rater.pk, first.pk)}
    assert changed.notes == [
        f"{rater.name} has begun to rate {first}, so they still rate it.",
        f"{other.name} has a conflict of interest with {first}, so they do not rate it.",
    ]


def test_an_assignment_never_lands_on_another_row(shared, consultant, client):
    """A known fault of form rows bound by their place: one is removed meanwhile, and the ticks shift."""
    person = shared.panelists[0]
    extra = panels.add_certifications(
        by=consultant, panel=shared.panel, certifications=CertificationFactory.create_batch(2)
    )
    client.force_login(consultant)
    page = client.get(url("assignment_panelist", shared.panel, person.pk))
    shown = [str(box.key) for box in page.context["boxes"]]
    gone = shared.entries[0]
    Assignment.objects.filter(panel_certification=gone).delete()
    page = client.get(url("assignment_panelist", shared.panel, person.pk))
    panels.remove_certification(by=consultant, panel_certification=gone)
    asked = [str(gone.pk), str(extra[1].pk)]
    answer = client.post(
        url("assignment_panelist", shared.panel, person.pk),
        {"seen": page.context["seen"], "on_page": shown, "ticked": asked},
        follow=True,
    )
    assert {entry for who, entry in pairs(shared.panel) if who == person.pk} == {extra[1].pk}
    assert "has since been taken off the panel, so it was skipped" in text(answer)


def test_keys_of_another_panel_do_nothing(shared, consultant):
    other = PanelCertificationFactory()
    person = shared.panelists[0]
    changed = by_hand(consultant, shared.panel, {(person.pk, other.pk)}, {(person.pk, other.pk)})
    assert (changed.added, other.assignments.count()) == (0, 0)


def test_two_people_who_change_the_same_row_are_told(shared, consultant, client):
    first = shared.entries[0]
    client.force_login(consultant)
    address = url("assignment_certification", shared.panel, first.pk)
    page = client.get(address)
    shown = [box.key for box in page.context["boxes"]]
    by_hand(consultant, shared.panel, {(key, first.pk) for key in shown}, set())
    again = client.post(address, {"seen": page.context["seen"], "on_page": shown, "ticked": shown[:1]})
    assert "Somebody changed the panel in the meantime" in text(again)
    assert [box.ticked for box in again.context["boxes"]] == [True, False, False, False, False]
    assert {entry for _, entry in pairs(shared.panel)} == {shared.entries[1].pk}
    data = {"seen": again.context["seen"], "on_page": shown, "ticked": shown[:1]}
    assert client.post(address, data)["Location"] == url("assignment", shared.panel)
    assert (shown[0], first.pk) in pairs(shared.panel)


def test_by_hand_needs_a_panel_that_shares_out(drafted, consultant, client):
    with pytest.raises(Problem, match="Everybody rates everything"):
        by_hand(consultant, drafted.panel, set(), set())
    client.force_login(consultant)
    address = url("assignment_certification", drafted.panel, drafted.entries[0].pk)
    assert "Everybody rates everything" in text(client.post(address, {"seen": "x"}))


def test_everyone_again(shared, consultant, client):
    client.force_login(consultant)
    data = {"assignment": "everyone", "minimum_per_group": 1}
    page = client.post(url("assignment", shared.panel), data, follow=True)
    assert "Everybody is asked to rate every certification." in text(page)
    shared.panel.refresh_from_db()
    assert (shared.panel.assignment, number_assigned(shared.panelists[0])) == ("everyone", 2)


def test_the_pages_share_out(drafted, consultant, client):
    client.force_login(consultant)
    address = url("assignment", drafted.panel)
    assert "Everyone rates every certification" in text(client.get(address))
    refused = client.post(address, {"assignment": "balanced", "wanted": "", "minimum_per_group": 1})
    assert "Say how many ratings each certification should get." in text(refused)
    data = {"assignment": "balanced", "wanted": 3, "most": "", "minimum_per_group": 1}
    preview = client.post(address, data)["Location"]
    assert preview == f"{url('assignment_preview', drafted.panel)}?wanted=3&minimum_per_group=1"
    page = client.get(preview)
    # Until now all five rate both.
    words = "Compared with now, 0 ratings are added and 4 removed."
    assert ("Nothing is changed yet" in text(page), words in text(page)) == (True, True)
    data = {**page.context["numbers"], "most": "", "seen": page.context["situation"].mark}
    PanelistFactory(panel=drafted.panel)
    stale = client.post(url("assignment_preview", drafted.panel), data)
    assert "Somebody changed the panel in the meantime" in text(stale)
    data["seen"] = stale.context["situation"].mark
    assert client.post(url("assignment_preview", drafted.panel), data)["Location"] == address
    page = client.get(address)
    assert "Each certification should get 3 ratings" in text(page)
    assert "Who rates what 3 ratings wanted for each certification, 6 shared out Done" in text(
        client.get(url("panel", drafted.panel))
    )
    assert client.get(url("assignment_preview", drafted.panel))["Location"] == address


def test_closed_panels_say_so(closed, consultant, client):
    client.force_login(consultant)
    data = {"assignment": "everyone", "minimum_per_group": 1}
    assert "Rating is closed" in text(client.post(url("assignment", closed.panel), data))
    assert "Change it" not in text(client.get(url("assignment", closed.panel)))


def test_who_may(shared, approver, state_auditor, home_district, client):
    addresses = [
        url("assignment_preview", shared.panel) + "?wanted=3&minimum_per_group=1",
        url("assignment_certification", shared.panel, shared.entries[0].pk),
        url("assignment_panelist", shared.panel, shared.panelists[0].pk),
    ]
    client.force_login(state_auditor)
    assert client.get(url("assignment", shared.panel)).status_code == 200
    assert client.post(url("assignment", shared.panel)).status_code == 403
    assert {client.get(address).status_code for address in addresses} == {403}
    client.force_login(approver)
    assert {client.get(address).status_code for address in addresses} == {200}
    other = PanelFactory()
    assert client.get(url("assignment_certification", other, shared.entries[0].pk)).status_code == 404
    assert client.get(url("assignment_panelist", other, shared.panelists[0].pk)).status_code == 404
    client.force_login(home_district.coordinator)
    assert client.get(url("assignment", shared.panel)).status_code == 403


def test_a_round_opens_only_when_something_is_shared_out(drafted, consultant):
    panel = panels.change_panel(by=consultant, panel=drafted.panel, assignment="balanced", ratings_wanted=2)
    assert why_not_open(panel) == ["Share out the certifications, or let everyone rate every one."]
    AssignmentFactory(panelist=drafted.panelists[0], panel_certification=drafted.entries[0])
    assert why_not_open(panel) == []
    assert opening_warnings(panel)[-4:] == [f"Expert {n} has no certifications to rate." for n in range(1, 5)]


def test_the_mail_counts_what_the_panelist_is_asked_for(running, consultant):
    person = running.panelists[0]
    assert number_assigned(person) == 2
    ConflictDeclarationFactory(panelist=person, panel_certification=running.entries[0])
    assert number_assigned(person) == 1
    panel = panels.change_panel(by=consultant, panel=running.panel, assignment="balanced", ratings_wanted=2)
    person.panel = panel
    assert number_assigned(person) == 0
    AssignmentFactory(panelist=person, panel_certification=running.entries[1])
    assert number_assigned(person) == 1


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_keep_their_query_count(rows, consultant, client, django_assert_num_queries):
    panel = PanelFactory(assignment="balanced", ratings_wanted=2)
    people = PanelistFactory.create_batch(rows, panel=panel)
    entries = PanelCertificationFactory.create_batch(rows, panel=panel)
    for person, entry in zip(people, entries, strict=True):
        AssignmentFactory(panelist=person, panel_certification=entry)
    client.force_login(consultant)
    for address, queries in (
        (url("assignment", panel), 9),
        (url("assignment_preview", panel) + "?wanted=2&minimum_per_group=0", 9),
        (url("assignment_certification", panel, entries[0].pk), 11),
        (url("assignment_panelist", panel, people[0].pk), 11),
    ):
        with django_assert_num_queries(queries):
            client.get(address)


def test_a_proposal_is_the_same_each_time(drafted):
    situation = situation_of(drafted.panel)
    assert propose(situation, **NUMBERS).pairs == propose(situation_of(drafted.panel), **NUMBERS).pairs
