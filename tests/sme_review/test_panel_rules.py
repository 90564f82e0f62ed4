"""The rules of a panel: each can be changed, what raters rest on stays, and the page says so."""

import pytest
from django.urls import reverse

from core.problems import StaleVersionError
from sme_review.enums import PanelistView
from sme_review.models import Packet, Panel, Round
from sme_review.presenters.panel_rules import rules_in_words
from sme_review.selectors.panel_rules import default_rule, rules_mark
from sme_review.services import live, panelists, ratings, rounds
from sme_review.services.panels import RulesFixedError, change_panel
from sme_review.services.recommendations import Choice, save_recommendation, send_recommendation
from sme_review.validators import Answers
from tests.dates import later_due
from tests.factories.certifications import ProgramStandardFactory
from tests.factories.sme_review import PanelFactory, RoundFactory, StandardMarkFactory
from tests.sme_review.conftest import refresh

COMPLETE = Answers(proportion=60, employer_value=4, postsecondary_value=3)
OTHER_RULES = {
    "quorum": 7,
    "minimum_per_group": 2,
    "rounds_planned": 1,
    "panelists_see": "reasons",
    "visible_from": "close",
    "worksheet": "off",
    "recommend_proportion": 60,
    "recommend_postsecondary": 4,
    "reject_proportion": 20,
    "reject_employer": 1,
    "endorsement_to_5": 90,
    "endorsement_to_8": 80,
    "endorsement_from_9": 70,
}
SPREAD_LATER = (
    "Their own answers and the panel's spread, when round 2 opens; in a live session, when the facilitator shows it"
)


def rules_url(panel):
    return reverse("sme_review:rules", args=[panel.pk])


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


def typed(client, panel, **changes):
    """What the page would send, with changes."""
    form = client.get(rules_url(panel)).context["form"]
    return {name: form[name].value() for name in form.fields} | {"seen": form.mark} | changes


def refused_by(consultant, panel, **changes):
    with pytest.raises(RulesFixedError) as refused:
        change_panel(by=consultant, panel=panel, **changes)
    return dict(refused.value.refused)


def change_later(consultant, panel, **changes):
    """The panel after a change, read anew."""
    change_panel(by=consultant, panel=panel, **changes)
    panel.refresh_from_db()
    return panel


# The page


def test_every_rule_is_changed_from_the_page(staff, drafted):
    panel = drafted.panel
    response = staff.post(rules_url(panel), typed(staff, panel, due_date=str(later_due()), **OTHER_RULES))
    assert response.headers["Location"] == reverse("sme_review:panel", args=[panel.pk])
    panel.refresh_from_db()
    assert {name: getattr(panel, name) for name in OTHER_RULES} == OTHER_RULES


def test_the_page_has_every_rule_but_who_rates_what(staff, drafted):
    groups = list(staff.get(rules_url(drafted.panel)).context["form"].groups())
    names = [field.name for group in groups for field in group.fields]
    assert set(Panel.RULES) - set(names) == set(Panel.ASSIGNMENT_RULES)
    assert [group.title for group in groups] == [
        "About the panel",
        "Who counts",
        "Rounds and what panelists see",
        "How numbers are read",
    ]


def test_defaults_are_filled_in_and_not_saved(staff, drafted, consultant):
    panel = change_later(consultant, drafted.panel, **OTHER_RULES)
    page = staff.post(rules_url(panel), typed(staff, panel, title="Typed", action="defaults"))
    form = page.context["form"]
    assert {name: form[name].value() for name in OTHER_RULES} == {name: default_rule(name) for name in OTHER_RULES}
    assert (form["title"].value(), form["due_date"].value()) == ("Typed", str(panel.due_date))
    assert [str(message) for message in page.context["messages"]] == [
        "The defaults are filled in below. Nothing is changed until you save."
    ]
    panel.refresh_from_db()
    assert (panel.quorum, panel.title) == (7, drafted.panel.title)
    data = {name: form[name].value() for name in form.fields} | {"seen": form.mark, "due_date": str(later_due())}
    assert staff.post(rules_url(panel), data).status_code == 302
    panel.refresh_from_db()
    assert (panel.quorum, panel.title, panel.worksheet) == (5, "Typed", Panel.Worksheet.OPTIONAL)


def test_wrong_rules_are_named_at_their_fields_and_kept(staff, drafted):
    panel = drafted.panel
    wrong = {"title": "", "quorum": "2", "reject_proportion": "70", "endorsement_to_5": "101", "due_date": "2020-01-01"}
    page = staff.post(rules_url(panel), typed(staff, panel, **wrong))
    form = page.context["form"]
    assert set(form.errors) == {"title", "quorum", "reject_proportion", "endorsement_to_5", "due_date"}
    assert form.errors["reject_proportion"] == [
        "This share lies above the share for recommending (50 percent). Lower it."
    ]
    assert {name: form[name].value() for name in wrong} == wrong
    assert page.context["panel"].title == panel.title


def test_a_due_date_that_has_passed_may_stay(staff, drafted):
    Panel.objects.update(due_date="2020-01-01")
    assert staff.post(rules_url(drafted.panel), typed(staff, drafted.panel, quorum=6)).status_code == 302


def test_rules_that_no_longer_change_are_shown_so(staff, closed, consultant):
    form = staff.get(rules_url(closed.panel)).context["form"]
    assert [name for name, field in form.fields.items() if field.disabled] == ["standards_version"]
    assert "Round 1 has opened, so what panelists were promised for it stays" in form.fields["panelists_see"].help_text
    rounds.open_round(by=consultant, panel=closed.panel)
    form = staff.get(rules_url(closed.panel)).context["form"]
    fixed = [name for name, field in form.fields.items() if field.disabled]
    assert sorted(fixed) == ["panelists_see", "rounds_planned", "standards_version", "visible_from"]


def test_refusals_of_the_service_stand_at_their_fields(staff, running, consultant):
    panel = running.panel
    data = typed(staff, panel, due_date=str(later_due()), rounds_planned=1, panelists_see="reasons", seen="")
    page = staff.post(rules_url(panel), data)
    assert page.context["form"].errors == {
        "panelists_see": [
            "Every round of this panel has opened. What panelists see of a round stays as it was when they were asked to rate."
        ]
    }


def test_a_page_out_of_date_is_told_once_and_keeps_what_was_typed(staff, drafted, consultant):
    panel = drafted.panel
    data = typed(staff, panel, quorum=9)
    change_panel(by=consultant, panel=panel, minimum_per_group=2, worksheet="off")
    page = staff.post(rules_url(panel), data)
    form = page.context["form"]
    assert form.non_field_errors()[0].startswith("Somebody changed this panel or opened a round")
    assert {name: errors for name, errors in form.errors.items() if name != "__all__"} == {
        "quorum": ["Quorum: the fewest raters: the saved value is now “5”. Yours is below."],
        "minimum_per_group": ["Fewest raters in each stakeholder group: the saved value is now “2”. Yours is below."],
        "worksheet": [f"{form.fields['worksheet'].label}: the saved value is now “Do not offer it”. Yours is below."],
    }
    assert (form["quorum"].value(), form["minimum_per_group"].value()) == ("9", "1")
    assert staff.post(rules_url(panel), data | {"seen": form.mark}).status_code == 302
    panel.refresh_from_db()
    assert (panel.quorum, panel.minimum_per_group) == (9, 1)


def test_another_error_does_not_hide_that_a_page_is_out_of_date(staff, drafted, consultant):
    data = typed(staff, drafted.panel, due_date=str(later_due()), quorum=1)
    change_panel(by=consultant, panel=drafted.panel, minimum_per_group=2)
    form = staff.post(rules_url(drafted.panel), data).context["form"]
    again = staff.post(rules_url(drafted.panel), data | {"quorum": 9, "seen": form.mark})
    assert len(again.context["form"].non_field_errors()) == 1


def test_rules_page_of_a_sent_panel_leads_back(staff, closed, consultant):
    Panel.objects.update(state=Panel.State.RECOMMENDED, sent_at="2026-11-24T12:00Z", sent_by=consultant)
    page = staff.get(rules_url(closed.panel), follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "The recommendation is sent, so its rules can no longer change."
    ]


def test_others_read_the_rules_on_the_panels_page(client, drafted, consultant, state_auditor):
    for user, href in ((consultant, rules_url(drafted.panel)), (state_auditor, "#rules")):
        client.force_login(user)
        page = client.get(reverse("sme_review:panel", args=[drafted.panel.pk]))
        assert page.context["steps"][0].href == href
    assert client.get(rules_url(drafted.panel)).status_code == 403


@pytest.mark.parametrize("count", [0, 1])
def test_rules_page_keeps_its_query_count(staff, count, django_assert_num_queries):
    panel = PanelFactory()
    for number in range(1, count + 1):
        RoundFactory(panel=panel, number=number, closed=True)
        ProgramStandardFactory(program=panel.program, version=f"20{number}")
    with django_assert_num_queries(8):
        staff.get(rules_url(panel))


# What the service keeps


def test_a_second_of_two_who_change_rules_is_told(drafted, consultant):
    seen = rules_mark(drafted.panel)
    change_panel(by=consultant, panel=drafted.panel, seen=seen, quorum=9)
    assert change_panel(by=consultant, panel=drafted.panel, seen=seen, quorum=9).quorum == 9
    with pytest.raises(StaleVersionError):
        change_panel(by=consultant, panel=drafted.panel, seen=seen, quorum=8)


def test_rounds_do_not_fall_below_those_opened(closed, consultant):
    assert change_later(consultant, closed.panel, rounds_planned=1).rounds_planned == 1
    change_panel(by=consultant, panel=closed.panel, rounds_planned=2)
    rounds.open_round(by=consultant, panel=closed.panel)
    assert refused_by(consultant, closed.panel, rounds_planned=1) == {
        "rounds_planned": "2 rounds were opened, so the panel cannot have 1."
    }


def test_what_panelists_see_changes_for_later_rounds_only(closed, consultant):
    panel = change_later(consultant, closed.panel, panelists_see=PanelistView.OWN)
    assert closed.panel.rounds.get().panelists_see == PanelistView.SPREAD
    assert dict(rules_in_words(panel, list(panel.rounds.all())))["What panelists see of a round"] == [
        f"Round 1: {SPREAD_LATER}",
        "Rounds opened from now on: Only their own answers",
    ]
    second = rounds.open_round(by=consultant, panel=panel)
    assert second.panelists_see == PanelistView.OWN
    assert refused_by(consultant, panel, panelists_see="reasons").keys() == {"panelists_see"}
    assert dict(rules_in_words(panel, list(panel.rounds.all())))["What panelists see of a round"] == [
        f"Round 1: {SPREAD_LATER}",
        "Round 2: Only their own answers",
    ]


def test_what_panelists_see_stays_once_no_round_is_left(closed, consultant):
    change_panel(by=consultant, panel=closed.panel, rounds_planned=1)
    assert refused_by(consultant, closed.panel, panelists_see="reasons").keys() == {"panelists_see"}
    panel = change_later(consultant, closed.panel, panelists_see="reasons", rounds_planned=2)
    assert panel.panelists_see == PanelistView.REASONS


def test_worksheet_is_not_required_under_ratings_without_one(running, consultant):
    entry, panelist = running.entries[0], running.panelists[0]
    rating = ratings.save_rating(panelist=panelist, panel_certification=entry, answers=COMPLETE, version=0)
    ratings.submit_ratings(panelist=panelist)
    words = "{} submitted without a full worksheet. You can ask for it when the round is closed, for the next one."
    assert refused_by(consultant, running.panel, worksheet="required") == {"worksheet": words.format("1 rating is")}
    first, second = running.panel.program.standards.all()
    StandardMarkFactory(rating=rating, standard=first)
    ratings.save_rating(panelist=running.panelists[1], panel_certification=entry, answers=COMPLETE, version=0)
    ratings.submit_ratings(panelist=running.panelists[1])
    assert refused_by(consultant, running.panel, worksheet="required") == {"worksheet": words.format("2 ratings are")}
    StandardMarkFactory(rating=rating, standard=second)
    panelists.withdraw_panelist(by=consultant, panelist=running.panelists[1], reason="Moved")
    assert change_later(consultant, running.panel, worksheet="required").worksheet == Panel.Worksheet.REQUIRED


def test_worksheet_is_required_from_the_next_round_on_and_never_when_none_is_left(closed, consultant):
    change_panel(by=consultant, panel=closed.panel, rounds_planned=1)
    assert refused_by(consultant, closed.panel, worksheet="required") == {
        "worksheet": "Every round of this panel is closed, so nobody could fill in a worksheet any more."
    }
    panel = change_later(consultant, closed.panel, worksheet="required", rounds_planned=2)
    assert panel.worksheet == Panel.Worksheet.REQUIRED


def test_worksheet_is_not_required_under_what_a_live_session_has_closed(drafted, consultant):
    live.start_session(by=consultant, panel=drafted.panel, mail_again=False)
    refresh(drafted)
    assert change_later(consultant, drafted.panel, worksheet="required").worksheet == Panel.Worksheet.REQUIRED


def test_all_that_is_refused_is_said_at_once(closed, consultant):
    rounds.open_round(by=consultant, panel=closed.panel)
    refused = refused_by(
        consultant, closed.panel, rounds_planned=1, panelists_see="own", standards_version="2030", quorum=6
    )
    assert list(refused) == ["standards_version", "rounds_planned", "panelists_see"]
    assert not Round.objects.filter(panelists_see="own").exists()
    closed.panel.refresh_from_db()
    assert closed.panel.quorum == 5


# In words


def test_rules_in_words_name_every_rule():
    shared = PanelFactory.build(
        assignment="balanced", ratings_wanted=1, most_per_panelist=4, minimum_per_group=0, rounds_planned=1
    )
    words = {name: " ".join(sentences) for name, sentences in rules_in_words(shared, [])}
    assert words["Quorum"] == "5 raters"
    assert words["Who rates what"] == "1 rating for each certification, shared out evenly, at most 4 for one panelist"
    assert words["Rounds"] == "One round"
    assert "100 percent of up to 5 raters, 83 percent of 6 to 8, 78 percent of 9" in words["Reads as “recommend”"]
    assert words["Reads as “do not recommend”"].startswith("Median share of the standards below 30 percent")
    plain = {name: " ".join(sentences) for name, sentences in rules_in_words(PanelFactory.build(), [])}
    assert plain["Who rates what"] == "Everyone rates every certification"
    assert plain["Quorum"] == "5 raters, at least 1 in each stakeholder group"
    shared.ratings_wanted, shared.most_per_panelist = 3, None
    assert dict(rules_in_words(shared, []))["Who rates what"] == ["3 ratings for each certification, shared out evenly"]


def test_the_packet_says_what_panelists_saw_of_the_rounds_that_were_held(closed, consultant):
    change_panel(by=consultant, panel=closed.panel, panelists_see="own")
    choices = [Choice(entry, "recommend", position=n) for n, entry in enumerate(closed.entries, start=1)]
    save_recommendation(by=consultant, panel=closed.panel, text="Both fit.", choices=choices)
    send_recommendation(by=consultant, panel=closed.panel)
    values = [rule["value"] for rule in Packet.objects.get().content["rules"]]
    assert f"Round 1: {SPREAD_LATER}" in values
