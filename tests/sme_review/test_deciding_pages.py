"""The pages of approvers, and the wrong turns that people take on them: a clear message, and nothing is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from certifications.models import ProgramCertification
from core.problems import MoveNotAllowedError
from sme_review.models import ListingDecision, Panel
from sme_review.selectors.home import home_items
from sme_review.services.decisions import undo_decision
from sme_review.services.recommendations import send_recommendation
from sme_review.services.releases import release_decisions
from tests.conftest import Role, make_district, make_member
from tests.factories.certifications import ProgramCertificationFactory
from tests.factories.sme_review import RecommendationFactory
from tests.sme_review.deciding import again, decide, recommend, send

pytestmark = pytest.mark.usefixtures("in_2026_27")


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answers(line, outcome, reason="Because of the comments.", **more):
    prefix = f"recommendation-{line.pk}"
    held = {"outcome": outcome, "reason": reason, "first_school_year": "2027", "type": "approved", **more}
    return {f"{prefix}-{name}": value for name, value in held.items()}


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def lines(closed, consultant):
    return send(closed, consultant)


@pytest.fixture
def desk(approver):
    """The approver's browser."""
    return signed_in(approver)


@pytest.fixture
def address(closed):
    return url("decide", closed.panel.pk)


def release_form(page) -> dict[str, list[int]]:
    return {"decision": [change.decision.pk for change in page.context["planned"]]}


def test_home_leads_approvers_to_deciding_and_then_to_the_release(lines, approver, consultant, closed):
    assert [(item.title[:6], item.count, item.href) for item in home_items(approver) if item.count] == [
        ("Decide", 2, url("decide", closed.panel.pk))
    ]
    decide(approver, lines[0], "approved")
    assert [item.count for item in home_items(approver) if item.title.startswith("Decide")] == [1]
    decide(approver, lines[1], "deferred")
    [item] = [item for item in home_items(approver) if item.title.startswith("Release")]
    assert (item.count, item.href) == (2, url("release", closed.panel.pk))
    release_decisions(by=approver, panel=closed.panel)
    assert [(item.title[:6], item.count) for item in home_items(approver)] == [("Decide", 1)]
    assert [item for item in home_items(consultant) if "ecision" in item.title] == []


def test_decide_is_not_there_before_the_recommendation_is_sent(closed, consultant, desk, address):
    recommend(closed, consultant)
    assert desk.get(address)["Location"] == url("panel", closed.panel.pk)
    assert desk.get(url("decide_several", closed.panel.pk))["Location"] == url("panel", closed.panel.pk)
    assert desk.get(url("release", closed.panel.pk))["Location"] == url("panel", closed.panel.pk)


def test_a_second_press_of_release_changes_nothing_and_says_so(lines, closed, approver, desk, mailoutbox):
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    form = release_form(desk.get(url("release", closed.panel.pk)))
    desk.post(url("release", closed.panel.pk), form)
    mailoutbox.clear()
    again_pressed = desk.post(url("release", closed.panel.pk), form, follow=True)
    assert messages_of(again_pressed)[-1] == "These decisions are already released."
    assert (ProgramCertification.objects.count(), mailoutbox) == (2, [])


def test_looking_at_the_release_changes_nothing(lines, closed, approver, desk):
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    page = desk.get(url("release", closed.panel.pk))
    assert "Approved, 2026-27 on; type approved" in " ".join(page.content.decode().split())
    assert ListingDecision.objects.filter(released_at__isnull=False).count() == 0


def test_the_second_of_two_approvers_is_told_and_keeps_the_text(lines, desk, address):
    other = make_member(Role.OCTE_APPROVER, name="Olive Second")
    signed_in(other).post(address, answers(lines[0], "declined", "Too narrow."))
    refused = desk.post(address, answers(lines[0], "approved", "Typed with care."))
    page = refused.content.decode()
    assert "Olive Second has already decided this certification (declined)" in page
    assert "Typed with care." in page
    assert [decision.outcome for decision in ListingDecision.objects.all()] == ["declined"]


def test_what_was_kept_beside_a_clash_stands_as_kept(lines, desk, address):
    signed_in(make_member(Role.OCTE_APPROVER, name="Olive Second")).post(address, answers(lines[0], "declined"))
    page = desk.post(address, {**answers(lines[0], "approved"), **answers(lines[1], "approved")})
    assert page.status_code == 200
    assert [(bool(decision), bool(form)) for *_, decision, form in page.context["rows"]] == [
        (True, True),
        (True, False),
    ]
    assert (page.context["undecided_count"], len(page.context["unreleased"])) == (0, 2)


def test_undo_after_the_release_is_refused(lines, closed, approver, desk):
    first = decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    release_decisions(by=approver, panel=closed.panel)
    page = desk.post(url("undo_decision", closed.panel.pk, first.pk), follow=True)
    assert messages_of(page) == ["This decision is released, so it can no longer be undone."]
    assert ProgramCertification.objects.filter(status="approved").count() == 1


def test_undo_lets_one_decide_again(lines, closed, approver, desk, address):
    kept = decide(approver, lines[0], "approved")
    assert desk.get(url("undo_decision", closed.panel.pk, kept.pk)).status_code == 405
    page = desk.post(url("undo_decision", closed.panel.pk, kept.pk), follow=True)
    assert messages_of(page) == [f"The decision on {lines[0]} is undone. What you wrote is back in its form."]
    assert page.context["open_count"] == 2
    assert desk.post(address, answers(lines[0], "declined")).status_code == 302


def test_undo_gives_back_what_was_written_but_not_the_outcome(lines, closed, approver, desk, address):
    typed = {"reason": "Typed with care.", "last_school_year": "2030", "type": "license", "counts_federally": True}
    desk.post(address, answers(lines[0], "approved", **typed))
    page = desk.post(url("undo_decision", closed.panel.pk, ListingDecision.objects.get().pk), follow=True)
    forms = [form for *_, form in page.context["rows"]]
    asked = ("outcome", "reason", "first_school_year", "last_school_year", "type", "counts_federally")
    assert [forms[0][name].value() for name in asked] == ["", "Typed with care.", 2027, 2030, "license", True]
    assert forms[1]["reason"].value() is None
    assert {row[-1]["reason"].value() for row in desk.get(address).context["rows"]} == {None}


@pytest.mark.parametrize("named", ["x", "0", "kept"])
def test_only_a_decision_that_was_undone_is_given_back(named, lines, closed, approver, desk, address):
    kept = decide(approver, lines[0], "approved")
    page = desk.get(address, {"undone": kept.pk if named == "kept" else named})
    assert [row[-1]["reason"].value() for row in page.context["rows"] if row[-1]] == [None]


def test_undo_of_another_panels_decision_by_this_panels_address_is_not_found(lines, closed, approver, desk):
    kept = decide(approver, lines[0], "approved")
    other = RecommendationFactory().panel
    assert desk.post(url("undo_decision", other.pk, kept.pk)).status_code == 404
    kept.refresh_from_db()
    assert kept.undone_at is None


def test_deciding_on_an_outdated_packet_is_refused_and_the_text_is_kept(
    lines, closed, consultant, approver, desk, address
):
    opened = desk.get(address).context["packet"].number
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "sent_back")
    release_decisions(by=approver, panel=closed.panel)
    assert "sent back 1 of these" in signed_in(consultant).get(url("recommend", closed.panel.pk)).content.decode()
    send_recommendation(by=consultant, panel=again(closed.panel))
    page = desk.post(address, {**answers(lines[1], "declined", "Read in packet 1."), "packet": str(opened)})
    assert "Packet 2 was sent since you opened this page" in page.content.decode()
    assert "Read in packet 1." in page.content.decode()
    assert page.context["packet"].number == 2
    several = {"ticked": [str(lines[1].pk)], "outcome": "declined", "reason": "R.", "packet": "1"}
    several |= {"first_school_year": "2027", "type": "approved"}
    assert "Packet 2 was sent" in desk.post(url("decide_several", closed.panel.pk), several).content.decode()
    assert ListingDecision.objects.filter(outcome="declined").count() == 0


def test_releasing_what_somebody_has_just_undone_is_refused(lines, closed, approver, desk):
    first = decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    form = release_form(desk.get(url("release", closed.panel.pk)))
    undo_decision(by=make_member(Role.OCTE_APPROVER), decision=first)
    page = desk.post(url("release", closed.panel.pk), form)
    assert messages_of(page) == [
        "The decisions have changed since you opened this page. Check the list again, then release."
    ]
    assert "Not ready yet" in page.content.decode()
    assert ProgramCertification.objects.count() == 0


def test_a_last_year_before_the_first_is_refused_at_its_field(lines, desk, address):
    data = answers(lines[0], "approved", "Good.", first_school_year="2029", last_school_year="2028")
    page = desk.post(address, data)
    assert page.context["problems"] == [
        (
            f"The last school year of {lines[0]} must not come before the first.",
            f"#id_recommendation-{lines[0].pk}-last_school_year",
        )
    ]
    assert "Good." in page.content.decode()


@pytest.mark.parametrize(
    "strange",
    [
        {"outcome": "banana"},
        {"outcome": "approved", "first_school_year": "1999"},
        {"outcome": "approved", "first_school_year": "twenty"},
        {"outcome": "approved", "first_school_year": ""},
        {"outcome": "approved", "last_school_year": "99999999999999999999"},
        {"outcome": "approved", "type": "gold"},
        {"outcome": "declined", "reason": "   "},
        {"outcome": "", "reason": "A reason without a decision"},
        {"outcome": "approved", "packet": "-1"},
    ],
    ids=str,
)
def test_strange_values_are_refused_with_the_page_as_it_was(strange, lines, desk, address):
    held = {"outcome": "approved", "reason": "Typed.", **strange}
    page = desk.post(address, {**answers(lines[0], **held), "packet": strange.get("packet", "1")})
    if "packet" in strange:
        assert page.status_code == 302
    else:
        assert page.status_code == 200
        assert page.context["problems"] != []
        assert ListingDecision.objects.count() == 0


@pytest.mark.parametrize("packet", ["abc", "", "1e3", "٣", "99999999999999999999999"])
def test_a_strange_packet_number_never_breaks_the_page(packet, lines, desk, address):
    assert desk.post(address, {**answers(lines[0], "declined"), "packet": packet}).status_code in {200, 302}


def test_nothing_chosen_says_what_to_do(lines, desk, address):
    page = desk.post(address, {"packet": "1"})
    assert messages_of(page) == ["Choose a decision for at least one certification."]


def test_a_box_that_was_ticked_before_does_not_stop_a_decline(lines, closed, desk, address):
    """The catalog counts it now, so the box is ticked when the page opens."""
    certification = closed.entries[0].certification
    ProgramCertificationFactory(
        program=closed.panel.program, certification=certification, first_school_year=2025, counts_federally=True
    )
    assert desk.post(address, answers(lines[0], "declined", counts_federally="on")).status_code == 302
    assert ListingDecision.objects.get().counts_federally is False


@pytest.mark.parametrize("name", ["decide", "decide_several", "release"])
def test_a_consultant_cannot_decide_or_release(name, lines, closed, consultant, approver):
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    refused = signed_in(consultant).post(url(name, closed.panel.pk), answers(lines[0], "declined"))
    assert refused.status_code == 403
    kept = ListingDecision.objects.first()
    assert signed_in(consultant).post(url("undo_decision", closed.panel.pk, kept.pk)).status_code == 403
    assert again(closed.panel).state == Panel.State.RECOMMENDED


def test_a_consultant_reads_the_decisions_without_any_form(lines, closed, consultant, approver, address):
    decide(approver, lines[0], "approved")
    page = signed_in(consultant).get(address)
    assert page.context["open_count"] == 0
    assert b"Undo" not in page.content


def test_a_consultant_sees_what_is_not_decided_yet(lines, consultant, approver, address):
    decide(approver, lines[0], "approved")
    page = signed_in(consultant).get(address).content.decode()
    assert page.count("Not decided yet") == 1


def test_the_type_of_a_listing_is_told_of_approvals_only(lines, closed, approver, desk):
    decide(approver, lines[0], "approved", counts_federally=True)
    decide(approver, lines[1], "declined")
    page = " ".join(desk.get(url("release", closed.panel.pk)).content.decode().split())
    assert "type approved; counts for federal reporting" in page
    assert page.count("; type ") == 1
    assert "on; does not count for federal reporting" in page


def test_the_recommendation_comes_before_what_was_decided_on_it(lines, closed, approver, consultant):
    for line in lines:
        decide(approver, line, "approved")
    release_decisions(by=approver, panel=again(closed.panel))
    page = signed_in(consultant).get(url("recommend", closed.panel.pk)).content.decode()
    found = [page.index(words) for words in ("Recommendation: <strong>", "What OCTE decided", "Reason: Because.")]
    assert found == sorted(found)
    assert "You recommend" not in page


def test_the_task_list_says_that_something_was_sent_back(lines, closed, approver, consultant):
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "sent_back")
    release_decisions(by=approver, panel=again(closed.panel))
    page = signed_in(consultant).get(url("panel", closed.panel.pk))
    steps = {step.title: (step.status, step.hint) for step in page.context["steps"]}
    assert steps["Recommendation"] == ("Next", "Change what was sent back, and send it again")
    assert steps["Decision"][0] == "Sent back"


def test_a_release_that_the_catalog_refuses_names_the_certification(lines, closed, approver, desk):
    certification = closed.entries[1].certification
    ProgramCertificationFactory(
        program=closed.panel.program, certification=certification, first_school_year=2024, last_school_year=2029
    )
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "approved")
    page = desk.post(url("release", closed.panel.pk), release_form(desk.get(url("release", closed.panel.pk))))
    assert messages_of(page)[0].startswith(f"Nothing was released. {closed.entries[1]} cannot be listed for")
    assert ListingDecision.objects.filter(released_at__isnull=False).count() == 0


def test_several_at_once(lines, closed, approver, desk):
    address = url("decide_several", closed.panel.pk)
    ticked = [str(line.pk) for line in lines]
    data = {"ticked": ticked, "outcome": "approved", "reason": "", "first_school_year": "2027", "type": "license"}
    refused = desk.post(address, {**data, "packet": "1", "counts_federally": "on"})
    assert "Give the reason for the decision." in refused.content.decode()
    assert refused.context["form"]["ticked"].value() == ticked
    empty = desk.post(address, {"outcome": "approved", "reason": "R.", "first_school_year": "2027", "type": "license"})
    assert "Tick at least one certification." in empty.content.decode()
    data |= {"reason": "Of one mind.", "counts_federally": "on", "packet": "1"}
    assert desk.post(address, data)["Location"] == url("decide", closed.panel.pk)
    held = ListingDecision.objects.values_list("outcome", "type", "counts_federally", "decided_by")
    assert list(held) == [("approved", "license", True, approver.pk)] * 2
    late = desk.post(address, data)
    assert "was decided since you opened this page" in late.content.decode()
    assert "Everything has a decision" in desk.get(address).content.decode()


def test_everybody_gets_one_digest_and_districts_hear_only_what_changes(
    lines, closed, approver, mailoutbox, desk, django_capture_on_commit_callbacks
):
    cast = make_district(closed.panel.program, "Adams Public Schools")
    make_district(ProgramCertificationFactory().program, "Elsewhere Schools")
    both = make_member(Role.DISTRICT_COORDINATOR, district=cast.district, email=closed.panelists[0].email.upper())
    mailoutbox.clear()
    decide(approver, lines[0], "approved", counts_federally=True)
    decide(approver, lines[1], "deferred")
    page = desk.get(url("release", closed.panel.pk))
    assert (page.context["panelists"], page.context["districts"], page.context["coordinators"]) == (5, 1, 3)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(url("release", closed.panel.pk), release_form(page))
    told = [message.to[0] for message in mailoutbox]
    assert sorted(told) == sorted(
        [
            *(person.email for person in closed.panelists),
            cast.coordinator.email,
            cast.colleague.email,
            closed.panel.created_by.email,
        ]
    )
    assert both.email not in told
    [mail] = [message for message in mailoutbox if message.to == [cast.coordinator.email]]
    assert f"{lines[0]}: approved from school year 2026-27, counts for federal reporting" in mail.body
    assert f"{lines[1]}: deferred" not in mail.body
    assert [person.name for person in closed.panelists if person.name in mail.body] == []


def test_lists_of_decisions_cost_the_same_queries_whatever_they_hold(
    lines, closed, approver, desk, address, django_assert_num_queries
):
    """One page reads the packet, the history and the decisions in as many queries for one as for many."""
    desk.get(address)
    with django_assert_num_queries(12):
        desk.get(address)
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "declined")
    ProgramCertificationFactory(certification=closed.entries[0].certification)
    ProgramCertificationFactory(certification=closed.entries[1].certification)
    with django_assert_num_queries(12):
        desk.get(address)


def test_what_is_released_is_not_decided_again_while_another_waits(lines, closed, approver):
    decide(approver, lines[0], "approved")
    decide(approver, lines[1], "deferred")
    release_decisions(by=approver, panel=closed.panel)
    with pytest.raises(MoveNotAllowedError, match=r"has already decided this certification \(approved\)\.$"):
        decide(approver, lines[0], "declined")


def test_a_release_that_sends_everything_back_tells_the_consultant_alone(
    lines, closed, approver, mailoutbox, django_capture_on_commit_callbacks, client
):
    mailoutbox.clear()
    for line in lines:
        decide(approver, line, "sent_back", reason="Ask the employers.")
    with django_capture_on_commit_callbacks(execute=True):
        release_decisions(by=approver, panel=closed.panel)
    assert [message.to for message in mailoutbox] == [[closed.panel.created_by.email]]
    assert "2 of them were sent back to you" in mailoutbox[0].body
    page = client.get(url("link_outcome", closed.secrets[closed.panelists[0].pk]))
    assert "Nothing is decided yet" in page.content.decode()
    assert ProgramCertification.objects.count() == 0


def test_the_recommendation_is_not_there_while_a_round_is_open(rated, consultant):
    address = url("recommend", rated.panel.pk)
    assert signed_in(consultant).get(address)["Location"] == url("panel", rated.panel.pk)


STAFF_PAGES = [
    "results",
    "coverage",
    "recommend",
    "decide",
    "panelists",
    "conflicts",
    "certifications",
    "assignment",
    "live",
]


@pytest.mark.parametrize("name", [*STAFF_PAGES, "live_screen", "decide_several", "release", "packet"])
def test_every_page_of_a_panel_has_a_title_of_its_own(name, lines, closed, approver, desk):
    decide(approver, lines[0], "approved")
    numbers = [1] if name == "packet" else []
    page = desk.get(url(name, closed.panel.pk, *numbers)).content.decode()
    assert f" - {closed.panel.title} - OCTE Certs</title>" in page
