"""Approval in the admin: what waits, deciding one or many, and that nothing else can be done there."""

import pytest

from certifications.models import StudentCertification
from certifications.selectors.records import home_items
from tests.certifications.test_record_services import make_record
from tests.factories.certifications import (
    EntryDraftFactory,
    EvidenceDocumentFactory,
    EvidenceLinkFactory,
    StateChangeFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.usefixtures("today")
LIST = "/admin/certifications/studentcertification/"


@pytest.fixture
def desk(client, approver):
    client.force_login(approver)
    return client


def text(response) -> str:
    return response.content.decode()


def act(client, action, records, **given):
    return client.post(LIST, {"action": action, "_selected_action": [r.pk for r in records], **given}, follow=True)


@pytest.mark.parametrize("person", ["coordinator", "official", "reporter", "auditor", "cepd"])
def test_people_of_a_district_do_not_get_in(person, client, home_district):
    record = make_record(home_district)
    client.force_login(getattr(home_district, person))
    for path in ("", f"{record.pk}/change/"):
        assert client.get(LIST + path).status_code == 403
    assert client.post(f"{LIST}{record.pk}/decide/", {"approve": "1"}).status_code == 403


def test_a_consultant_without_approval_right_does_not_get_in(client, consultant):
    client.force_login(consultant)
    assert client.get(LIST).status_code == 403


def test_the_list_begins_with_what_waits(desk, home_district):
    waiting, done = make_record(home_district), make_record(home_district, "approved")
    draft = make_record(home_district, "draft")

    def listed(query):
        page = text(desk.get(LIST + query))
        return [record.award_identifier in page for record in (waiting, done, draft)]

    assert listed("") == [True, False, False]
    assert listed("?state=approved") == [False, True, False]
    assert listed("?state=all&school_year=2027") == [True, True, False]
    assert listed("?state=all&school_year=2026") == [False, False, False]


@pytest.mark.parametrize("year", ["abc", "\u00b2", "99999999999999999999"])
def test_a_school_year_that_cannot_be_is_no_error(year, desk):
    assert desk.get(LIST, {"school_year": year}).status_code == 200


def test_the_search_finds_references_and_never_names(desk, home_district):
    submission = SubmissionFactory(reference="OC-7KQ2-M9XD", district=home_district.district)
    record = make_record(home_district, submission=submission)
    assert record.award_identifier in text(desk.get(f"{LIST}?q=OC-7KQ2-M9XD"))
    for words in (record.student.last_name, record.student.uic):
        assert f">{record.award_identifier}<" not in text(desk.get(f"{LIST}?q={words}"))


def test_approve_many(desk, home_district):
    records = [make_record(home_district) for _ in range(2)]
    assert "2 records approved." in text(act(desk, "approve_selected", records))
    assert set(StudentCertification.objects.values_list("state", flat=True)) == {"approved"}


def test_a_record_in_another_state_is_said_and_does_not_stop_the_others(desk, home_district):
    records = [make_record(home_district), make_record(home_district, "approved")]
    page = text(act(desk, "approve_selected", records, state="all", select_across="0"))
    assert "1 record approved." in page
    page = text(
        desk.post(f"{LIST}?state=all", {"action": "approve_selected", "_selected_action": [records[1].pk]}, follow=True)
    )
    assert f"Record {records[1].award_identifier} is approved, so it cannot be approved" in page
    assert "0 records approved." in page


def test_returning_many_asks_for_the_reason_first(desk, home_district):
    records = [make_record(home_district) for _ in range(2)]
    page = text(act(desk, "return_selected", records))
    assert "2 records will go back to the district" in page
    assert "The PDF does not show" in page
    page = text(act(desk, "return_selected", records, give_reason="1", preset="other", own_words=" "))
    assert "Choose a reason, or type one" in page
    page = text(act(desk, "return_selected", records, give_reason="1", preset="other", own_words="Page 2 is missing."))
    assert "2 records returned." in page
    assert set(StudentCertification.objects.values_list("state", "state_reason")) == {
        ("returned", "Page 2 is missing.")
    }


def test_the_page_of_a_record_shows_the_pdf_beside_it(desk, home_district):
    record = make_record(home_district)
    document = EvidenceDocumentFactory(district=home_district.district, preview="evidence-previews/x.png")
    EvidenceLinkFactory(record=record, document=document, page=4)
    StateChangeFactory(record=record, by=home_district.coordinator)
    page = text(desk.get(f"{LIST}{record.pk}/change/"))
    for words in (
        f"/evidence/{document.pk}/preview.png",
        "page 4",
        record.student.uic,
        "OCTE has not approved it yet.",
    ):
        assert words in page
    assert "No other records are waiting." in page
    assert record.student.last_name not in page.partition("</title>")[0]


def test_decide_one_and_go_to_the_next(desk, home_district):
    one, two = make_record(home_district), make_record(home_district)
    response = desk.post(f"{LIST}{one.pk}/decide/", {"approve": "1"})
    assert response["Location"] == f"{LIST}{two.pk}/change/"
    preset = "The PDF cannot be read. Upload a clear copy."
    response = desk.post(f"{LIST}{two.pk}/decide/", {"return": "1", "preset": preset, "own_words": "Page 2."})
    assert response["Location"] == f"{LIST}{two.pk}/change/"
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state, two.state_reason) == ("approved", "returned", f"{preset} Page 2.")


def test_a_return_without_a_reason_and_a_second_approval_are_refused(desk, home_district):
    record = make_record(home_district)
    assert "Choose a reason" in text(desk.post(f"{LIST}{record.pk}/decide/", {"return": "1", "preset": "other"}))
    desk.post(f"{LIST}{record.pk}/decide/", {"approve": "1"})
    again = desk.post(f"{LIST}{record.pk}/decide/", {"approve": "1"}, follow=True)
    assert "is approved, so it cannot be approved" in text(again)
    back = desk.post(
        f"{LIST}{record.pk}/decide/", {"return": "1", "preset": "other", "own_words": "Approved in error."}
    )
    record.refresh_from_db()
    assert (back.status_code, record.state) == (302, "returned")


def test_nothing_else_can_be_done(desk, home_district):
    record = make_record(home_district)
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{record.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}{record.pk}/change/", {"state": "approved"}).status_code == 403
    assert desk.get(f"{LIST}999999/change/").status_code == 404
    assert desk.get(f"{LIST}{record.pk}/decide/").status_code == 403
    assert desk.post(f"{LIST}999999/decide/", {"approve": "1"}).status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_the_same_whatever_its_length(count, desk, home_district, django_assert_num_queries):
    for _ in range(count):
        make_record(home_district)
    with django_assert_num_queries(8):
        assert desk.get(LIST).status_code == 200


def test_home_says_what_waits(approver, home_district, twin_district):
    assert home_items(approver) == []
    assert home_items(home_district.coordinator) == []
    make_record(home_district, submission=SubmissionFactory(district=home_district.district))
    make_record(home_district)
    make_record(home_district, "returned")
    EntryDraftFactory(created_by=home_district.coordinator, district=home_district.district)
    (waiting,) = home_items(approver)
    assert (waiting.title, waiting.count) == ("Approve or return 2 student records", 2)
    assert "The oldest has waited since November 24, 2026." in waiting.text
    assert [item.title for item in home_items(home_district.coordinator)] == [
        "Fix 1 returned record", "Finish 1 entry you began",
    ]  # fmt: skip
    assert [item.title for item in home_items(home_district.reporter)] == ["Fix 1 returned record"]
    assert home_items(home_district.auditor) == []
    assert home_items(twin_district.coordinator) == []
