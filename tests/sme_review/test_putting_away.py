"""Putting a panel away, finished or not: it asks why, stops nagging, stays readable, and changes no more."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from core.problems import MoveNotAllowedError, Problem
from sme_review.models import Panel
from sme_review.selectors.home import home_items
from sme_review.services import assignment, discussions, live, panelists, panels, rounds
from sme_review.services.recommendations import save_recommendation, send_recommendation
from tests.factories.certifications import CertificationFactory
from tests.factories.sme_review import PanelFactory, PanelistFactory
from tests.sme_review.conftest import refresh

REASON = "The program ends this year."


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


@pytest.fixture
def away(closed, consultant):
    """A closed panel that is put away."""
    panels.put_away_panel(by=consultant, panel=closed.panel, reason=REASON)
    refresh(closed)
    return closed


def waiting(panel, consultant):
    """Bring a panel to the approvers."""
    Panel.objects.filter(pk=panel.pk).update(
        state=Panel.State.RECOMMENDED, sent_at="2026-11-24T12:00Z", sent_by=consultant
    )


# The service


def test_a_draft_is_put_away_with_the_reason_in_the_audit_trail(drafted, consultant):
    panel = panels.put_away_panel(by=consultant, panel=drafted.panel, reason=f" {REASON} ")
    panel.refresh_from_db()
    assert (panel.put_away_by, panel.put_away_reason, panel.state) == (consultant, REASON, Panel.State.DRAFT)
    assert AuditEntry.objects.get(verb="put away panel").detail == {"reason": REASON}


def test_putting_away_asks_why(closed, consultant):
    with pytest.raises(Problem) as refused:
        panels.put_away_panel(by=consultant, panel=closed.panel, reason=" ")
    assert refused.value.field == "reason"


def test_a_recommendation_that_waits_for_the_approvers_is_not_put_away(closed, consultant, approver):
    waiting(closed.panel, consultant)
    with pytest.raises(MoveNotAllowedError, match="waits for the approvers"):
        panels.put_away_panel(by=consultant, panel=closed.panel, reason=REASON)
    assert [item.title for item in home_items(approver)] != []


WRITES = {
    "rules": lambda by, cast: panels.change_panel(by=by, panel=cast.panel, quorum=9),
    "certifications": lambda by, cast: panels.add_certifications(
        by=by, panel=cast.panel, certifications=[CertificationFactory()]
    ),
    "sheet": lambda by, cast: panels.change_panel_certification(
        by=by, panel_certification=cast.entries[0], information_sheet="New", position=1
    ),
    "removal": lambda by, cast: panels.remove_certification(by=by, panel_certification=cast.entries[0]),
    "joining": lambda by, cast: panelists.add_panelist(
        by=by, panel=cast.panel, name="New", email="new@example.org", group="business"
    ),
    "leaving": lambda by, cast: panelists.remove_panelist(by=by, panelist=cast.panelists[0]),
    "withdrawal": lambda by, cast: panelists.withdraw_panelist(by=by, panelist=cast.panelists[0], reason="Moved"),
    "link": lambda by, cast: panelists.send_new_link(by=by, panelist=cast.panelists[0]),
    "assignment": lambda by, cast: assignment.ask_everyone(by=by, panel=cast.panel),
    "round": lambda by, cast: rounds.open_round(by=by, panel=cast.panel),
    "session": lambda by, cast: live.start_session(by=by, panel=cast.panel, mail_again=True),
    "notes": lambda by, cast: discussions.save_notes(
        by=by, panel_certification=cast.entries[0], notes="New", version=0
    ),
    "recommendation": lambda by, cast: save_recommendation(by=by, panel=cast.panel, text="New", choices=[]),
    "sending": lambda by, cast: send_recommendation(by=by, panel=cast.panel),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_nothing_changes_on_a_panel_that_is_put_away(write, drafted, consultant):
    panels.put_away_panel(by=consultant, panel=drafted.panel, reason=REASON)
    before = AuditEntry.objects.count()
    with pytest.raises(MoveNotAllowedError, match="put away"):
        write(consultant, drafted)
    assert AuditEntry.objects.count() == before


# Home and list


def test_a_panel_put_away_leaves_the_home_page(away, consultant, approver):
    assert home_items(consultant) == home_items(approver) == []


@pytest.fixture
def three_panels(consultant):
    return [
        PanelFactory(title="In use"),
        PanelFactory(title="Away", put_away_at="2026-11-24T12:00Z", put_away_by=consultant, put_away_reason=REASON),
        PanelFactory(title="Also in use"),
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"In use", "Also in use"}),
        ({"put_away": ""}, {"In use", "Also in use"}),
        ({"put_away": "only"}, {"Away"}),
        ({"put_away": "too"}, {"In use", "Away", "Also in use"}),
        ({"put_away": "zzz"}, {"In use", "Also in use"}),
        ({"put_away": "only", "state": "running"}, set()),
    ],
)
def test_the_list_leaves_out_what_is_put_away_unless_asked(staff, three_panels, query, shown):
    table = staff.get(url("panels"), query).context["table"]
    assert {row.record.title for row in table.rows} == shown
    states = {row.record.title: row.get_cell("state") for row in table.rows}
    assert states.get("Away", "Being set up, put away") == "Being set up, put away"
    assert states.get("In use", "Being set up") == "Being set up"


# The pages


def test_the_page_asks_why_and_keeps_what_was_typed(staff, closed):
    page = url("put_away", closed.panel.pk)
    assert staff.get(page).status_code == 200
    refused = staff.post(page, {"reason": ""})
    assert refused.context["form"].errors == {"reason": ["Say why, in a few words."]}
    response = staff.post(page, {"reason": REASON}, follow=True)
    assert response.redirect_chain == [(url("panel", closed.panel.pk), 302)]
    assert REASON in response.content.decode()
    again = staff.post(page, {"reason": "Another"}, follow=True)
    assert [str(message) for message in again.context["messages"]] == ["It is put away already."]
    closed.panel.refresh_from_db()
    assert closed.panel.put_away_reason == REASON


def test_a_decided_panel_suggests_its_reason(staff, closed, consultant):
    waiting(closed.panel, consultant)
    Panel.objects.update(state=Panel.State.DECIDED)
    form = staff.get(url("put_away", closed.panel.pk)).context["form"]
    assert form["reason"].value() == "All decisions are released."


def test_what_keeps_a_panel_open_is_said_on_its_page_and_on_a_second_way(staff, rated):
    words = "Close the round first: panelists are still rating."
    assert words in staff.get(url("panel", rated.panel.pk)).content.decode()
    back = staff.post(url("put_away", rated.panel.pk), {"reason": REASON}, follow=True)
    assert [str(message) for message in back.context["messages"]] == [words]
    rated.panel.refresh_from_db()
    assert rated.panel.put_away_at is None


@pytest.mark.parametrize("name", ["state_auditor", "coordinator"])
def test_others_cannot_put_a_panel_away(client, closed, state_auditor, home_district, name):
    client.force_login(state_auditor if name == "state_auditor" else home_district.coordinator)
    assert client.get(url("put_away", closed.panel.pk)).status_code == 403
    assert client.post(url("put_away", closed.panel.pk), {"reason": REASON}).status_code == 403


READABLE = ["panel", "certifications", "panelists", "assignment", "round", "results", "recommend", "live"]


@pytest.mark.parametrize("name", READABLE)
def test_a_panel_put_away_stays_readable_and_offers_nothing_to_change(staff, away, name):
    page = staff.get(url(name, away.panel.pk))
    assert page.status_code == 200
    shown = page.content.decode().split("<main", 1)[1].split("</main", 1)[0]
    assert '<form method="post"' not in shown


def test_a_panel_put_away_urges_nobody(staff, drafted, consultant):
    panels.put_away_panel(by=consultant, panel=drafted.panel, reason=REASON)
    page = staff.get(url("panel", drafted.panel.pk))
    assert {step.status for step in page.context["steps"]} == {"Done", "Not done"}
    steps = {step.title: step.href for step in page.context["steps"]}
    assert (steps["Details and rules"], steps["Round 1"]) == ("#rules", "")
    assert "in a room or a call" not in page.content.decode()
    opened = staff.get(url("open_round", drafted.panel.pk), follow=True)
    assert [str(message) for message in opened.context["messages"]] == [
        "This panel is put away, so no round can be opened now."
    ]
    back = staff.get(url("rules", drafted.panel.pk), follow=True)
    assert [str(message) for message in back.context["messages"]] == [
        "The panel is put away, so its rules can no longer change."
    ]


def test_a_closed_panel_put_away_shows_how_far_it_came(staff, away):
    steps = {step.title: step.status for step in staff.get(url("panel", away.panel.pk)).context["steps"]}
    assert (steps["Round 1"], steps["Results"], steps["Recommendation"]) == ("Closed", "Ready", "Not done")


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_keeps_its_query_count(staff, count, django_assert_num_queries):
    panel = PanelFactory()
    PanelistFactory.create_batch(count, panel=panel)
    with django_assert_num_queries(5):
        staff.get(url("put_away", panel.pk))
