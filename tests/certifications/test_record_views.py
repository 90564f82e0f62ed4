"""Records over HTTP: the list and its download, one record, correcting it, its evidence."""

import csv
from io import StringIO

import pytest

from accounts.models import AuditEntry
from certifications.models import StudentCertification
from core.files.csv_files import safe_cell
from tests.certifications.stage import pdf_bytes, upload
from tests.certifications.test_record_services import make_record
from tests.factories.certifications import (
    CertificationPartFactory,
    EvidenceDocumentFactory,
    EvidenceLinkFactory,
    ProgramCertificationFactory,
    StateChangeFactory,
)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def coordinator(client, home_district):
    client.force_login(home_district.coordinator)
    return client


@pytest.fixture
def returned(home_district):
    record = make_record(home_district, "returned", score=85, enrollment__student__last_name="Abbott")
    CertificationPartFactory(certification=record.certification)
    return record


def text(response) -> str:
    return response.content.decode()


def rows(response) -> list[dict]:
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode())))


@pytest.mark.parametrize("person", ["coordinator", "reporter", "auditor", "cepd"])
def test_the_list_shows_records_in_reach_alone(person, client, returned, home_district, twin_district):
    client.force_login(getattr(home_district, person))
    assert "Abbott" in text(client.get("/records/"))
    client.force_login(getattr(twin_district, person))
    assert "Abbott" not in text(client.get("/records/"))


def test_filters_stand_in_the_address_and_the_download_is_what_is_shown(coordinator, returned, home_district):
    make_record(home_district, enrollment__student__last_name="Baker")
    address = f"?state=returned&school_year=2027&building={home_district.building.pk}&sort=student"
    page = text(coordinator.get(f"/records/{address}"))
    assert ("Abbott" in page, "Baker" in page) == (True, False)
    (row,) = rows(coordinator.get(f"/records/download/{address}"))
    assert (row["Student"], row["UIC"], row["Status"], row["Score"], row["Date"]) == (
        returned.student.full_name, returned.student.uic, "Returned", "85", "10/1/2026",
    )  # fmt: skip
    assert (row["CIP code"], row["School year"]) == ("48.0508", "2026-27")
    entry = AuditEntry.objects.get(verb="downloaded records")
    assert entry.detail == {"records": 1}


def test_the_download_escapes_what_a_spreadsheet_would_run(coordinator, home_district):
    make_record(home_district, enrollment__student__last_name="=cmd()")
    (row,) = rows(coordinator.get("/records/download/"))
    assert row["Student"].startswith("'=cmd()")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_formula_like_cells_are_escaped(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_other_cells_stay():
    assert [safe_cell(cell) for cell in ("Abbott", None, 85, "-")] == ["Abbott", "", "85", "-"]


def test_the_state_filters_by_district(client, approver, returned, home_district, twin_district):
    client.force_login(approver)
    assert "Abbott" in text(client.get(f"/records/?district={home_district.district.pk}"))
    assert "Abbott" not in text(client.get(f"/records/?district={twin_district.district.pk}"))


def test_a_foreign_building_in_the_address_filters_nothing_out_of_reach(coordinator, returned, twin_district):
    page = text(coordinator.get(f"/records/?building={twin_district.building.pk}"))
    assert twin_district.building.name not in page


def test_the_page_says_reason_history_evidence_and_why_it_does_not_count(coordinator, returned, home_district):
    document = EvidenceDocumentFactory(district=home_district.district, preview="evidence-previews/x.png")
    EvidenceLinkFactory(record=returned, document=document, page=2)
    StateChangeFactory(record=returned, from_state="submitted", to_state="returned", reason="Look at page 2.")
    page = text(coordinator.get(f"/records/{returned.pk}/"))
    for words in (
        "Wrong score.", "Look at page 2.", "OCTE returned it.", "not listed for federal reporting", "see page 2",
        f"/evidence/{document.pk}/preview.png", "Correct this record", "Withdraw",
    ):  # fmt: skip
        assert words in page


def test_an_approved_pass_of_a_listed_certification_counts(coordinator, home_district, program):
    record = make_record(home_district, "approved")
    ProgramCertificationFactory(program=program, certification=record.certification)
    page = text(coordinator.get(f"/records/{record.pk}/"))
    assert "It counts for federal reporting" in page
    assert "Correct this record" not in page


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_why_others_do_not_count(state, coordinator, home_district):
    record = make_record(home_district, state, result="failed", date_earned=None)
    words = {"submitted": "OCTE has not approved it yet.", "withdrawn": "It was withdrawn."}
    page = text(coordinator.get(f"/records/{record.pk}/"))
    assert words[state] in page
    assert "A failed attempt is kept and never counts." in page


@pytest.mark.parametrize("person", ["auditor", "cepd"])
def test_those_who_only_read_see_no_buttons_and_change_nothing(person, client, returned, home_district):
    client.force_login(getattr(home_district, person))
    assert "Correct this record" not in text(client.get(f"/records/{returned.pk}/"))
    for step in ("edit", "withdraw", "evidence", "resubmit"):
        assert client.post(f"/records/{returned.pk}/{step}/").status_code == 403


def test_the_twin_finds_nothing(client, returned, home_district, twin_district):
    document = EvidenceDocumentFactory(district=home_district.district)
    client.force_login(twin_district.coordinator)
    for path in ("", "edit/", "withdraw/", "evidence/"):
        assert client.get(f"/records/{returned.pk}/{path}").status_code == 404
    assert client.post(f"/records/{returned.pk}/resubmit/").status_code == 404
    assert client.get(f"/evidence/{document.pk}/").status_code == 404
    assert client.get(f"/evidence/{document.pk}/preview.png").status_code == 404
    assert client.get("/evidence/999999/").status_code == 404


def edit(client, record, **given):
    typed = {"result": "passed", "score": "90", "date_earned": "10/2/2026", "version": record.version}
    return client.post(f"/records/{record.pk}/edit/", typed | given)


def test_correct_then_resubmit(coordinator, returned):
    assert 'value="85"' in text(coordinator.get(f"/records/{returned.pk}/edit/"))
    edit(coordinator, returned, action="save")
    returned.refresh_from_db()
    assert (returned.state, returned.score) == ("returned", 90)
    coordinator.post(f"/records/{returned.pk}/resubmit/")
    returned.refresh_from_db()
    assert returned.state == "submitted"
    assert "cannot be submitted" in text(coordinator.post(f"/records/{returned.pk}/resubmit/", follow=True))


def test_correct_and_resubmit_in_one(coordinator, returned):
    edit(coordinator, returned, action="resubmit")
    returned.refresh_from_db()
    assert (returned.state, returned.score) == ("submitted", 90)


def test_broken_rules_are_told_with_everything_typed(coordinator, returned):
    page = text(edit(coordinator, returned, score="12", date_earned="5/32/2027"))
    assert "below the cut score of 70" in page
    assert "not a real date" in page
    assert 'value="5/32/2027"' in page


def test_the_second_of_two_who_save_sees_both_versions(coordinator, returned):
    StudentCertification.objects.filter(pk=returned.pk).update(version=2, certificate_number="COLLEAGUE")
    response = edit(coordinator, returned, certificate_number="MINE")
    page = text(response)
    assert response.status_code == 409
    assert ("COLLEAGUE" in page, "MINE" in page) == (True, True)
    assert 'name="version" value="2"' in page
    returned.refresh_from_db()
    assert returned.certificate_number == "COLLEAGUE"
    StudentCertification.objects.filter(pk=returned.pk).update(state="submitted")
    assert "cannot be changed now" in text(edit(coordinator, returned, version=1))


def test_a_record_that_is_not_returned_cannot_be_corrected(coordinator, home_district):
    assert "Only a returned record" in text(edit(coordinator, make_record(home_district)))


def test_withdraw_with_a_reason(coordinator, home_district):
    record = make_record(home_district)
    assert "Give the reason." in text(coordinator.post(f"/records/{record.pk}/withdraw/", {"reason": ""}))
    coordinator.post(f"/records/{record.pk}/withdraw/", {"reason": "Typed twice."})
    record.refresh_from_db()
    assert (record.state, record.state_reason) == ("withdrawn", "Typed twice.")
    again = coordinator.post(f"/records/{record.pk}/withdraw/", {"reason": "Again."})
    assert "is withdrawn, so it cannot be withdrawn" in text(again)


def test_add_another_pdf(coordinator, returned):
    address = f"/records/{returned.pk}/evidence/"
    assert "not a PDF inside" in text(coordinator.post(address, {"kind": "roster", "upload": upload(b"x")}))
    coordinator.post(address, {"kind": "roster", "upload": upload(pdf_bytes())})
    assert returned.evidence.count() == 1


def test_a_pdf_comes_as_an_attachment_that_runs_nothing(coordinator, home_district, django_user_model):
    document = EvidenceDocumentFactory(district=home_district.district)
    response = coordinator.get(f"/evidence/{document.pk}/")
    assert response.getvalue() == b"%PDF-1.4 test"
    assert response["Content-Disposition"] == f'attachment; filename="evidence-{document.pk}.pdf"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"
    assert AuditEntry.objects.get(verb="opened").target_id == document.pk


def test_a_document_without_picture_or_file_is_not_there(coordinator, home_district):
    document = EvidenceDocumentFactory(district=home_district.district)
    assert coordinator.get(f"/evidence/{document.pk}/preview.png").status_code == 404
    document.file.storage.delete(document.file.name)
    assert coordinator.get(f"/evidence/{document.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_the_same_whatever_its_length(
    count, coordinator, home_district, django_assert_num_queries
):
    for _ in range(count):
        make_record(home_district)
    with django_assert_num_queries(9):
        assert coordinator.get("/records/").status_code == 200


@pytest.mark.parametrize("page", ["edit", "evidence"])
def test_a_record_that_is_not_returned_is_said_before_anybody_types(page, coordinator, home_district):
    record = make_record(home_district, "submitted")
    response = coordinator.get(f"/records/{record.pk}/{page}/", follow=True)
    assert response.redirect_chain == [(f"/records/{record.pk}/", 302)]
    assert "Only a returned record can be corrected." in text(response)
