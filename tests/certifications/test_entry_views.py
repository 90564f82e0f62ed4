"""District entry over HTTP: each step, what it keeps, and that a stranger finds nothing."""

import pytest
import time_machine
from django.db.models import Q
from django.urls import reverse

from certifications import ports
from certifications.models import EntryDraft, StudentCertification, Submission
from certifications.services.entry import submit_entry
from tests.certifications.stage import pdf_bytes, upload
from tests.factories.certifications import (
    BuildingFactory,
    EnrollmentFactory,
    EvidenceLinkFactory,
    ProgramOfferingFactory,
)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def coordinator(client, home_district):
    client.force_login(home_district.coordinator)
    return client


def url(name, draft):
    return reverse(f"certifications:{name}", args=[draft.pk])


def sheet_post(enrollments, **given):
    data = {}
    for row in enrollments:
        data |= {
            f"tick-{row.pk}": "on", f"result-{row.pk}": "passed", f"score-{row.pk}": "85",
            f"date_earned-{row.pk}": "10/1/2026", f"certificate_number-{row.pk}": "",
        }  # fmt: skip
    return data | given


def text(response) -> str:
    return response.content.decode()


def test_start_lists_the_programs_with_students_of_the_year(coordinator, enrollments, certification):
    page = text(coordinator.get("/entry/"))
    assert "48.0508 Welding Technology" in page
    assert "3 students in 1 building" in page
    assert "48.0508" not in text(coordinator.get("/entry/?year=2026"))


def test_another_year_is_not_there(coordinator):
    assert coordinator.get("/entry/?year=2020").status_code == 404
    assert coordinator.get("/entry/2020/48.0508/").status_code == 404


def test_an_entity_that_sends_results_itself_is_shown_closed_with_the_reason(coordinator, certification):
    ports.provide_entry_routes(lambda _year: Q(pk__in=[]))
    page = text(coordinator.get("/entry/2027/48.0508/"))
    assert "American Welding Society" in page
    assert "Results come straight from the entity" in page
    assert "/entry/2027/48.0508/ENTITY" not in page
    closed = coordinator.post(f"/entry/2027/48.0508/{certification.entity.code}/begin/", {"certification": "x"})
    assert closed.status_code == 404


def test_the_certification_page_says_the_cut_score_and_begins_a_draft(coordinator, certification, home_district):
    address = f"/entry/2027/48.0508/{certification.entity.code}/"
    page = text(coordinator.get(address))
    assert "Score from 0 to 100; the lowest passing score is 70." in page
    assert "A pass counts for federal reporting" in page
    assert "/catalog/request/" in page
    chosen = {"certification": certification.code, "district": home_district.district.pk}
    response = coordinator.post(f"{address}begin/", chosen)
    draft = EntryDraft.objects.get()
    assert response["Location"] == url("entry_students", draft)
    assert (draft.certification, draft.school_year) == (certification, 2027)


def test_begin_for_a_foreign_district_is_not_there(coordinator, certification, twin_district):
    chosen = {"certification": certification.code, "district": twin_district.district.pk}
    address = f"/entry/2027/48.0508/{certification.entity.code}/begin/"
    assert coordinator.post(address, chosen).status_code == 404


def test_save_and_come_back_later_keeps_wrong_text(coordinator, draft, enrollments):
    typed = sheet_post(enrollments[:1], action="later", **{f"date_earned-{enrollments[0].pk}": "5/32/2027"})
    assert coordinator.post(url("entry_students", draft), typed)["Location"] == "/entry/"
    assert "Continue where you left off" in text(coordinator.get("/entry/"))
    page = text(coordinator.get(url("entry_students", draft)))
    assert 'value="5/32/2027"' in page
    assert "There is a problem" not in page


def test_save_and_continue_shows_row_column_value_rule_and_way_out(coordinator, draft, enrollments):
    typed = sheet_post(enrollments, action="continue", **{f"score-{enrollments[0].pk}": "12"})
    response = coordinator.post(url("entry_students", draft), typed, follow=True)
    assert response.redirect_chain[-1][0] == f"{url('entry_students', draft)}?check=1"
    expected = (
        "Abbott, Ann, score: A score of 12 is below the cut score of 70, so it is not a pass. "
        "Correct the score, or choose &quot;Did not pass&quot;."
    )
    assert expected in text(response)
    assert f'href="#score-{enrollments[0].pk}"' in text(response)


def test_nobody_ticked_is_said(coordinator, draft):
    response = coordinator.post(url("entry_students", draft), {"action": "continue"}, follow=True)
    assert "Tick at least one student." in text(response)
    assert coordinator.get(url("entry_evidence", draft))["Location"].endswith("?check=1")


def test_all_right_goes_on_to_the_pdf(coordinator, draft, enrollments):
    response = coordinator.post(url("entry_students", draft), sheet_post(enrollments, action="continue"))
    assert response["Location"] == url("entry_evidence", draft)


def test_find_by_uic_ticks_and_keeps_the_list_when_a_line_is_wrong(coordinator, draft, enrollments):
    address, good = url("entry_students", draft), enrollments[1].student.uic
    response = coordinator.post(address, {"action": "find", "uics": f"{good}\n77"})
    assert "Line 2, column UIC" in text(response)
    assert f"{good}\n77</textarea>" in text(response)
    draft.refresh_from_db()
    assert draft.rows[str(enrollments[1].pk)]["ticked"] is True
    fine = coordinator.post(address, {"action": "find", "uics": good})
    assert fine["Location"] == f"{address}?building=all"


def test_the_building_filter_keeps_what_was_typed_elsewhere(coordinator, draft, enrollments, home_district, program):
    place = BuildingFactory(district=home_district.district, name="Annex")
    other = EnrollmentFactory(offering=ProgramOfferingFactory(program=program, building=place))
    typed = sheet_post(enrollments, action="show", building=str(place.pk))
    response = coordinator.post(url("entry_students", draft), typed, follow=True)
    page = text(response)
    assert f'id="score-{other.pk}"' in page
    # Ticked students stay on the page, whichever building is shown.
    assert f'id="score-{enrollments[0].pk}"' in page
    saved = coordinator.post(url("entry_students", draft), {"action": "stay"})
    assert saved["Location"].endswith("?building=all")


def test_a_student_who_holds_it_is_marked(coordinator, draft, enrollments, certification):
    from tests.factories.certifications import StudentCertificationFactory

    StudentCertificationFactory(enrollment=enrollments[0], certification=certification)
    page = text(coordinator.get(url("entry_students", draft)))
    assert "earned 10/1/2026" in page
    assert page.count("Already has it") == 1


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (lambda: upload(b"text"), "not a PDF inside"),
        (lambda: upload(b"%PDF-" + b"0" * 60 * 1024 * 1024), "The file has 60 MB; at most 20 MB are allowed"),
    ],
)
def test_a_refused_file_keeps_everything_typed(file, message, coordinator, draft, enrollments):
    coordinator.post(url("entry_students", draft), sheet_post(enrollments, action="continue"))
    page_box = f"page-{enrollments[0].pk}"
    response = coordinator.post(url("entry_evidence", draft), {"kind": "roster", "upload": file(), page_box: "3"})
    assert message in text(response)
    assert 'value="3"' in text(response)
    draft.refresh_from_db()
    assert len(draft.rows) == 3
    assert draft.document is None


def test_the_pdf_is_needed_and_taken_and_reused(coordinator, draft, enrollments):
    coordinator.post(url("entry_students", draft), sheet_post(enrollments, action="continue"))
    address = url("entry_evidence", draft)
    assert "Choose the PDF" in text(coordinator.post(address, {"kind": "roster"}))
    content = pdf_bytes()
    response = coordinator.post(address, {"kind": "roster", "upload": upload(content)})
    assert response["Location"] == url("entry_check", draft)
    assert coordinator.post(address, {"kind": "roster"})["Location"] == url("entry_check", draft)
    again = coordinator.post(address, {"kind": "roster", "upload": upload(content)}, follow=True)
    assert "This file was uploaded before" in text(again)
    wrong = coordinator.post(address, {"kind": "roster", f"page-{enrollments[0].pk}": "9"})
    assert "The PDF has 1 page, so there is no page 9" in text(wrong)


def test_what_the_pdf_holds_can_be_said_anew_without_the_file(coordinator, draft, enrollments):
    coordinator.post(url("entry_students", draft), sheet_post(enrollments, action="continue"))
    address = url("entry_evidence", draft)
    coordinator.post(address, {"kind": "roster", "upload": upload(pdf_bytes())})
    assert coordinator.get(address).context["form"]["kind"].value() == "roster"
    coordinator.post(address, {"kind": "certificate"})
    draft.refresh_from_db()
    assert draft.document.kind == "certificate"
    EvidenceLinkFactory(document=draft.document)
    refused = coordinator.post(address, {"kind": "roster"})
    assert "Records already rest on this PDF as official certificate" in text(refused)
    draft.document.refresh_from_db()
    assert draft.document.kind == "certificate"


def test_check_submit_and_a_second_press(coordinator, ready_draft):
    page = text(coordinator.get(url("entry_check", ready_draft)))
    assert "3 students" in page
    first = coordinator.post(url("entry_submit", ready_draft))
    second = coordinator.post(url("entry_submit", ready_draft))
    assert first["Location"] == second["Location"]
    receipt = text(coordinator.get(first["Location"]))
    assert Submission.objects.get().reference in receipt
    assert "sent 3 records (3 passed, 0 did not pass)" in receipt
    assert "View for printing" not in text(coordinator.get(first["Location"] + "?view=print"))
    assert StudentCertification.objects.count() == 3
    for name in ("entry_students", "entry_evidence", "entry_check"):
        assert coordinator.get(url(name, ready_draft))["Location"] == first["Location"]


def test_check_says_what_is_missing_and_offers_no_submit(coordinator, draft):
    page = text(coordinator.get(url("entry_check", draft)))
    assert "Tick at least one student." in page
    assert "Add the PDF" in page
    assert ">Submit<" not in page
    assert "Tick at least one student." in text(coordinator.post(url("entry_submit", draft)))


def test_a_certification_closed_meanwhile_is_said_on_submit(coordinator, ready_draft):
    ports.provide_entry_routes(lambda _year: Q(pk__in=[]))
    response = coordinator.post(url("entry_submit", ready_draft))
    assert "is not open for district entry" in text(response)
    assert StudentCertification.objects.count() == 0


def test_discard_and_take_back(coordinator, draft):
    response = coordinator.post(url("entry_discard", draft))
    assert response["Location"] == f"/entry/?discarded={draft.pk}"
    assert "Restore it" in text(coordinator.get(response["Location"]))
    assert coordinator.get(url("entry_students", draft))["Location"] == "/entry/"
    assert coordinator.post(url("entry_submit", draft))["Location"] == "/entry/"
    assert coordinator.post(url("entry_discard", draft))["Location"] == "/entry/"
    coordinator.post(url("entry_restore", draft))
    assert coordinator.get(url("entry_students", draft)).status_code == 200


def test_save_in_a_window_whose_draft_was_discarded_in_another(coordinator, draft, monkeypatch):
    from certifications.views import sheet
    from core.problems import MoveNotAllowedError

    def gone(**_named):
        raise MoveNotAllowedError("This entry was discarded.")

    monkeypatch.setattr(sheet, "save_rows", gone)
    response = coordinator.post(url("entry_students", draft), {"action": "later"}, follow=True)
    assert "This entry was discarded." in text(response)


@pytest.mark.parametrize("person", ["colleague", "official"])
def test_a_draft_is_its_makers_alone(person, client, draft, home_district):
    client.force_login(getattr(home_district, person))
    assert client.get(url("entry_students", draft)).status_code == 404


def test_the_twin_finds_no_page_of_the_draft_nor_the_receipt(client, ready_draft, home_district, twin_district):
    submission = submit_entry(by=home_district.coordinator, draft=ready_draft)
    client.force_login(twin_district.coordinator)
    for name in ("entry_students", "entry_evidence", "entry_check"):
        assert client.get(url(name, ready_draft)).status_code == 404
    for name in ("entry_submit", "entry_discard", "entry_restore"):
        assert client.post(url(name, ready_draft)).status_code == 404
    assert client.get(f"/entry/receipt/{submission.reference}/").status_code == 404


@pytest.mark.parametrize("person", ["auditor", "cepd"])
def test_those_who_only_read_do_not_enter(person, client, home_district):
    client.force_login(getattr(home_district, person))
    assert client.get("/entry/").status_code == 403


def test_no_student_stands_in_an_address_or_a_title(coordinator, draft, enrollments):
    student = enrollments[0].student
    response = coordinator.post(url("entry_students", draft), {"action": "find", "uics": student.uic})
    assert student.uic not in response["Location"]
    assert student.last_name not in text(coordinator.get(url("entry_students", draft))).partition("</title>")[0]


@pytest.mark.parametrize("count", [1, 50])
def test_the_students_page_asks_the_database_the_same_whatever_its_length(
    count, coordinator, draft, home_district, django_assert_num_queries
):
    EnrollmentFactory.create_batch(count, offering=home_district.offering)
    with time_machine.travel("2026-11-24T12:00:00-05:00"), django_assert_num_queries(12):
        assert coordinator.get(url("entry_students", draft)).status_code == 200


@pytest.mark.parametrize("address", ["/entry/?discarded=\u00b2", "/entry/?discarded=99999999999999999999"])
def test_a_discarded_draft_that_cannot_be_is_not_offered(address, coordinator):
    response = coordinator.get(address)
    assert response.status_code == 200
    assert "discarded" not in text(response)


@pytest.mark.parametrize("address", ["/entry/2027/%00/", "/entry/receipt/%00/", "/catalog/programs/%00/"])
def test_an_address_with_the_character_nul_is_not_there(address, coordinator):
    assert coordinator.get(address).status_code == 404


def test_begin_with_the_character_nul_is_not_there(coordinator, certification, home_district):
    address = f"/entry/2027/48.0508/{certification.entity.code}/begin/"
    given = {"certification": "\x00", "district": home_district.district.pk}
    assert coordinator.post(address, given).status_code == 404


def test_the_character_nul_is_left_out_and_the_rest_of_the_typing_kept(coordinator, draft, enrollments):
    row = enrollments[0]
    data = sheet_post([row], same_date="10/1\x00/2026", **{f"score-{row.pk}": "8\x005", f"date_earned-{row.pk}": ""})
    assert coordinator.post(url("entry_students", draft), data).status_code == 302
    draft.refresh_from_db()
    saved = draft.rows[str(row.pk)]
    assert (saved["score"], saved["date_earned"]) == ("85", "10/1/2026")


def empty_post(row, **given):
    return {f"score-{row.pk}": "", f"date_earned-{row.pk}": "", f"certificate_number-{row.pk}": ""} | given


@pytest.mark.parametrize(
    ("action", "query"), [("continue", "building=all"), ("later", "building=all"), ("stay", "building=all")]
)
def test_a_page_left_open_does_not_wipe_what_another_window_saved(action, query, coordinator, draft, enrollments):
    first, second, _ = enrollments
    coordinator.post(url("entry_students", draft), sheet_post([first]))
    old_page = empty_post(first, filled="", action=action) | sheet_post([second])
    response = coordinator.post(url("entry_students", draft), old_page, follow=True)
    assert response.redirect_chain == [(f"{url('entry_students', draft)}?{query}", 302)]
    assert "1 student was filled in after this page was opened" in text(response)
    draft.refresh_from_db()
    assert {key: row["score"] for key, row in draft.rows.items()} == {str(first.pk): "85", str(second.pk): "85"}


def test_two_students_kept_are_counted(coordinator, draft, enrollments):
    first, second, _ = enrollments
    coordinator.post(url("entry_students", draft), sheet_post([first, second]))
    old_page = empty_post(first, filled="") | empty_post(second)
    response = coordinator.post(url("entry_students", draft), old_page, follow=True)
    assert "2 students were filled in after this page was opened" in text(response)


def test_a_row_that_the_page_showed_can_be_emptied(coordinator, draft, enrollments):
    row = enrollments[0]
    coordinator.post(url("entry_students", draft), sheet_post([row]))
    assert f'name="filled" value="{row.pk}"' in text(coordinator.get(url("entry_students", draft)))
    coordinator.post(url("entry_students", draft), empty_post(row, filled=str(row.pk)))
    draft.refresh_from_db()
    assert draft.rows == {}
