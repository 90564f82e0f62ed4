"""Staff pages: each opens, does its one thing, and keeps what was typed."""

import pytest
from django.urls import reverse

from certifications.models import ProgramCertification
from sme_review.models import ListingDecision, Panel, PanelCertification, Panelist, Round
from tests.dates import later_due
from tests.factories.certifications import CertificationFactory, ProgramFactory, ProgramStandardFactory
from tests.factories.sme_review import PanelFactory, PanelistFactory


def url(name, *args):
    return reverse(f"sme_review:{name}", args=args)


@pytest.fixture
def staff(client, consultant):
    client.force_login(consultant)
    return client


@pytest.mark.parametrize("name", ["panels", "new_panel"])
def test_pages_without_a_panel_open(staff, name, db):
    assert staff.get(url(name)).status_code == 200


@pytest.mark.parametrize("name", ["panel", "rules", "certifications", "panelists", "paste_panelists", "open_round"])
def test_pages_of_a_draft_open(staff, drafted, name):
    assert staff.get(url(name, drafted.panel.pk)).status_code == 200


@pytest.mark.parametrize("name", ["panel", "rules", "certifications", "panelists", "paste_panelists", "round"])
def test_pages_of_a_running_panel_open(staff, running, name):
    assert staff.get(url(name, running.panel.pk)).status_code == 200


@pytest.mark.parametrize("name", ["panel", "certifications", "panelists", "round", "results", "recommend"])
def test_pages_of_a_closed_panel_open(staff, closed, name):
    assert staff.get(url(name, closed.panel.pk)).status_code == 200


def test_panel_is_set_up_from_the_page(staff, consultant):
    program = ProgramFactory()
    ProgramStandardFactory(program=program, version="2026")
    response = staff.post(
        url("new_panel"),
        {
            "program": program.pk,
            "title": "Fall panel",
            "kind": Panel.Kind.OTHER,
            "standards_version": "2026",
            "due_date": str(later_due()),
        },
    )
    panel = Panel.objects.get()
    assert response.headers["Location"] == url("panel", panel.pk)
    assert (panel.title, panel.program, panel.due_date) == ("Fall panel", program, later_due())
    assert (panel.created_by, panel.quorum, panel.state) == (consultant, 5, Panel.State.DRAFT)


def test_new_panel_refuses_a_past_date_and_a_version_without_standards(staff):
    program = ProgramFactory(cip_code="48.0508")
    ProgramStandardFactory(version="2026")
    response = staff.post(
        url("new_panel"),
        {
            "program": program.pk,
            "title": "Kept",
            "kind": "other",
            "standards_version": "2026",
            "due_date": "2020-01-01",
        },
    )
    form = response.context["form"]
    assert form.errors["due_date"] == ["This date is past. Choose today or a later day."]
    assert form.errors["standards_version"][0].startswith("48.0508")
    assert form["title"].value() == "Kept"


def test_rules_change_from_the_page(staff, drafted):
    panel = drafted.panel
    form = staff.get(url("rules", panel.pk)).context["form"]
    data = {name: form[name].value() for name in form.fields} | {"quorum": 7, "due_date": str(later_due())}
    response = staff.post(url("rules", panel.pk), data)
    assert response.status_code == 302
    panel.refresh_from_db()
    assert (panel.quorum, panel.due_date) == (7, later_due())


def test_certifications_are_found_and_added_several_at_once(staff, drafted):
    welding = CertificationFactory(name="Welding Basics", summary="Joins metal.")
    other = CertificationFactory(name="Welding Advanced")
    CertificationFactory(name="Baking")
    page = staff.get(url("certifications", drafted.panel.pk), {"words": "weld"})
    assert set(page.context["form"].fields["certifications"].queryset) == {welding, other}
    staff.post(url("certifications", drafted.panel.pk), {"certifications": [welding.pk, other.pk]})
    entries = drafted.panel.certifications.filter(certification__in=[welding, other])
    sheets = entries.values_list("position", "materials__information_sheet")
    assert sorted(sheets) == [(3, ""), (4, "Joins metal.")]


def test_what_was_ticked_stays_ticked_while_one_searches_on(staff, drafted):
    ticked, baking = CertificationFactory(name="Welding Basics"), CertificationFactory(name="Baking")
    CertificationFactory(name="Roofing")
    address = url("certifications", drafted.panel.pk)
    typed = {"certifications": [ticked.pk, "no number"], "words": " bak ", "action": "search"}
    page = staff.post(address, typed, follow=True)
    assert page.redirect_chain == [(f"{address}?words=bak&ticked={ticked.pk}", 302)]
    assert set(page.context["form"].fields["certifications"].queryset) == {ticked, baking}
    boxes = page.context["form"]["certifications"].subwidgets
    assert [(str(box.data["label"])[:7], box.data["selected"]) for box in boxes] == [
        ("Baking ", False),
        ("Welding", True),
    ]
    everything = staff.post(address, {**typed, "action": "all"}, follow=True)
    assert everything.redirect_chain == [(f"{address}?ticked={ticked.pk}", 302)]
    assert len(everything.context["form"].fields["certifications"].queryset) == 3
    # What is added is what is ticked, whatever the page searched for.
    staff.post(f"{address}?words=bak", {"certifications": [ticked.pk, baking.pk], "action": "add"})
    assert drafted.panel.certifications.filter(certification__in=[ticked, baking]).count() == 2


def test_a_search_needs_the_right_to_change_the_panel(client, drafted, state_auditor):
    client.force_login(state_auditor)
    address = url("certifications", drafted.panel.pk)
    assert client.post(address, {"words": "weld", "action": "search"}).status_code == 403


def test_information_sheet_is_edited_and_certification_removed(staff, drafted):
    entry = drafted.entries[0]
    staff.post(url("certification", drafted.panel.pk, entry.pk), {"information_sheet": "New words", "position": 9})
    entry.refresh_from_db()
    assert (entry.material.information_sheet, entry.position) == ("New words", 9)
    staff.post(url("remove_certification", drafted.panel.pk, entry.pk))
    assert not PanelCertification.objects.filter(pk=entry.pk).exists()


def test_rated_certification_cannot_be_removed_and_the_page_says_why(staff, rated):
    entry = rated.entries[0]
    response = staff.post(url("remove_certification", rated.panel.pk, entry.pk), follow=True)
    assert PanelCertification.objects.filter(pk=entry.pk).exists()
    assert [str(message) for message in response.context["messages"]] == [
        f"{entry} cannot be removed: 5 panelists have already rated it, and ratings are kept."
    ]


def test_panelist_is_added_and_a_second_time_refused(staff, drafted):
    data = {"name": "Renee Oakley", "email": "Renee@Example.edu", "group": "business"}
    staff.post(url("panelists", drafted.panel.pk), data)
    assert Panelist.objects.get(email="renee@example.edu").name == "Renee Oakley"
    response = staff.post(url("panelists", drafted.panel.pk), data)
    assert response.context["form"].errors == {"email": ["Somebody with this e-mail address is already on this panel."]}


def test_pasted_lines_are_checked_then_the_right_ones_added(staff, drafted):
    text = "Ann A, ann@example.org, secondary\nBo B, not-an-address, business\nAnn Again, ann@example.org, business"
    checked = staff.post(url("paste_panelists", drafted.panel.pk), {"lines": text, "action": "check"})
    assert [bool(line.person) for line in checked.context["lines"]] == [True, False, False]
    assert Panelist.objects.filter(panel=drafted.panel).count() == 5
    added = staff.post(url("paste_panelists", drafted.panel.pk), {"lines": text, "action": "add"})
    assert Panelist.objects.filter(panel=drafted.panel).count() == 6
    assert added.context["form"]["lines"].value() == (
        "Bo B, not-an-address, business\nAnn Again, ann@example.org, business"
    )


def test_pasted_name_that_is_too_long_does_not_hold_up_the_others(staff, drafted):
    text = f"Ann A, ann@example.org, secondary\n{'L' * 151}, long@example.org, business"
    added = staff.post(url("paste_panelists", drafted.panel.pk), {"lines": text, "action": "add"})
    assert [line.problem for line in added.context["lines"]] == ["The name is too long. Write at most 150 characters."]
    assert Panelist.objects.filter(panel=drafted.panel, email="ann@example.org").exists()


def test_round_opens_closes_and_leads_to_results(staff, drafted):
    assert staff.post(url("open_round", drafted.panel.pk)).headers["Location"] == url("round", drafted.panel.pk)
    unsure = staff.post(url("close_round", drafted.panel.pk))
    assert Round.objects.get().state == Round.State.OPEN
    assert unsure.headers["Location"] == url("round", drafted.panel.pk)
    response = staff.post(url("close_round", drafted.panel.pk), {"sure": "yes"})
    assert response.headers["Location"] == url("results", drafted.panel.pk)
    assert Round.objects.get().state == Round.State.CLOSED


def test_open_round_page_says_what_is_missing(staff, db):
    panel = PanelFactory()
    response = staff.get(url("open_round", panel.pk))
    assert [sentence for sentence, _ in response.context["missing"]] == [
        "Add at least one certification.",
        f"{panel.program} has no standards in the version “2026”. Choose another version.",
        "Add at least one panelist.",
    ]


def test_results_of_an_open_round_are_not_shown(staff, rated):
    assert staff.get(url("results", rated.panel.pk)).headers["Location"] == url("round", rated.panel.pk)
    assert staff.get(url("download_results", rated.panel.pk)).headers["Location"] == url("round", rated.panel.pk)


def test_summary_downloads_with_a_row_for_each_question(staff, closed):
    response = staff.get(url("download_results", closed.panel.pk))
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 * 3
    assert lines[1].startswith(f"{closed.entries[0]},{closed.entries[0].certification.entity},Share of the technical")
    assert "Expert" not in response.content.decode()


def recommendation_data(closed, *, choice="recommend", action="save"):
    data = {"text": "Both fit the program.", "action": action}
    for place, entry in enumerate(closed.entries, start=1):
        data[f"certification-{entry.pk}-choice"] = choice
        data[f"certification-{entry.pk}-position"] = place
        data[f"certification-{entry.pk}-note"] = f"Note on {entry}"
    return data


def test_recommendation_is_saved_sent_and_mailed_to_approvers(
    staff, closed, approver, mailoutbox, django_capture_on_commit_callbacks
):
    staff.post(url("recommend", closed.panel.pk), recommendation_data(closed))
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(url("recommend", closed.panel.pk), recommendation_data(closed, action="send"))
    closed.panel.refresh_from_db()
    assert closed.panel.state == Panel.State.RECOMMENDED
    assert [message.to for message in mailoutbox] == [[approver.email]]
    assert url("decide", closed.panel.pk) in mailoutbox[0].body


def test_an_emptied_place_in_the_list_stays_where_it_was(staff, closed):
    entry = closed.entries[1]
    data = {**recommendation_data(closed), f"certification-{entry.pk}-position": ""}
    assert staff.post(url("recommend", closed.panel.pk), data).status_code == 302
    assert list(closed.panel.recommendations.values_list("position", flat=True)) == [1, 2]


@pytest.mark.parametrize("typed", ["x", "0", "100"])
def test_wrong_place_in_the_list_names_its_certification(staff, closed, typed):
    entry = closed.entries[1]
    data = {**recommendation_data(closed), f"certification-{entry.pk}-position": typed}
    page = staff.post(url("recommend", closed.panel.pk), data)
    assert [message for message, _ in page.context["problems"]] == [
        f"Place in the list of {entry}: enter a whole number from 1 to 99."
    ]
    assert "Both fit the program." in page.content.decode()


def test_federal_count_without_an_approval_names_its_certification(staff, client, closed, approver):
    staff.post(url("recommend", closed.panel.pk), recommendation_data(closed, action="send"))
    first = closed.panel.recommendations.first()
    data = {
        f"recommendation-{first.pk}-outcome": "declined",
        f"recommendation-{first.pk}-reason": "Too narrow.",
        f"recommendation-{first.pk}-first_school_year": 2027,
        f"recommendation-{first.pk}-type": "approved",
        f"recommendation-{first.pk}-counts_federally": "on",
    }
    client.force_login(approver)
    page = client.post(url("decide", closed.panel.pk), data)
    assert any(message.endswith(f"Approve {first}, or clear this box.") for message, _ in page.context["problems"])


@pytest.mark.usefixtures("in_2026_27")
def test_decisions_are_kept_and_those_with_errors_stay_as_typed(client, closed, consultant, approver):
    client.force_login(consultant)
    client.post(url("recommend", closed.panel.pk), recommendation_data(closed, action="send"))
    assert client.get(url("decide", closed.panel.pk)).context["open_count"] == 0
    client.force_login(approver)
    first, second = closed.panel.recommendations.all()
    data = {
        f"recommendation-{first.pk}-outcome": "approved",
        f"recommendation-{first.pk}-reason": "Strong.",
        f"recommendation-{first.pk}-first_school_year": 2027,
        f"recommendation-{first.pk}-type": "approved",
        f"recommendation-{first.pk}-counts_federally": "on",
        f"recommendation-{second.pk}-outcome": "declined",
        f"recommendation-{second.pk}-reason": "",
        f"recommendation-{second.pk}-first_school_year": 2027,
        f"recommendation-{second.pk}-type": "approved",
    }
    refused = client.post(url("decide", closed.panel.pk), data)
    assert ListingDecision.objects.count() == 0
    assert [message for message, _ in refused.context["problems"]] == [f"Give the reason for the decision on {second}."]
    data[f"recommendation-{second.pk}-reason"] = "The first covers it."
    assert client.post(url("decide", closed.panel.pk), data).status_code == 302
    assert list(ListingDecision.objects.order_by("id").values_list("outcome", flat=True)) == ["approved", "declined"]
    assert not ProgramCertification.objects.exists()
    page = client.get(url("decide", closed.panel.pk))
    assert page.context["open_count"] == 0
    assert b"The first covers it." in page.content


def test_consultant_cannot_decide(client, closed, consultant):
    client.force_login(consultant)
    client.post(url("recommend", closed.panel.pk), recommendation_data(closed, action="send"))
    item = closed.panel.recommendations.first()
    response = client.post(url("decide", closed.panel.pk), {f"recommendation-{item.pk}-outcome": "declined"})
    assert response.status_code == 403
    assert ListingDecision.objects.count() == 0


@pytest.mark.parametrize("name", ["certifications", "panelists", "recommend"])
def test_auditor_reads_and_does_not_write(client, closed, state_auditor, name):
    client.force_login(state_auditor)
    assert client.get(url(name, closed.panel.pk)).status_code == 200
    assert client.post(url(name, closed.panel.pk), {}).status_code == 403


@pytest.mark.parametrize("name", ["panels", "panel", "panelists", "results"])
def test_people_of_districts_are_refused(client, closed, home_district, name):
    client.force_login(home_district.coordinator)
    args = () if name == "panels" else (closed.panel.pk,)
    assert client.get(url(name, *args)).status_code == 403


def make_panels(count):
    for panel in PanelFactory.create_batch(count):
        PanelistFactory(panel=panel)


@pytest.mark.parametrize("count", [1, 50])
def test_panel_list_keeps_its_query_count(staff, count, django_assert_num_queries):
    make_panels(count)
    with django_assert_num_queries(5):
        assert len(staff.get(url("panels")).context["table"].rows) == count


@pytest.mark.parametrize("count", [1, 50])
def test_panelist_list_keeps_its_query_count(staff, count, django_assert_num_queries):
    panel = PanelFactory()
    PanelistFactory.create_batch(count, panel=panel)
    with django_assert_num_queries(8):
        assert len(staff.get(url("panelists", panel.pk)).context["rows"]) == count


def test_results_keep_their_query_count(staff, closed, django_assert_num_queries):
    with django_assert_num_queries(11):
        staff.get(url("results", closed.panel.pk))
