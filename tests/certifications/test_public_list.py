"""The public list: what it shows, and that nothing else is ever shown, on pages, in files and by the API."""

import csv
import io
import re

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from certifications.models import Certification, ProgramCertification
from certifications.presenters.public import CHANGE_HEADINGS, HEADINGS, what_changed
from certifications.selectors.public import SORTS, changes
from tests.factories.certifications import (
    CareerClusterFactory,
    CertificationAliasFactory,
    CertificationFactory,
    CertificationPartFactory,
    ProgramCertificationFactory,
    ProgramFactory,
)

pytestmark = pytest.mark.usefixtures("in_2026_27")

SECRET = "Zebrawood"


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def welding(program):
    """An approved listing of the program 48.0508."""
    return ProgramCertificationFactory(
        program=program,
        certification__name="Certified Welder",
        certification__code="AWS-CW",
        certification__entity__name="American Welding Society",
        certification__entity__short_name="AWS",
    )


@pytest.fixture
def secrets(welding):
    """Listings that are not public, and a public one with an internal reason, each holding a word to leak."""
    for status in ("suggested", "under_review", "declined"):
        ProgramCertificationFactory(
            program=welding.program,
            certification__name=f"{SECRET} {status}",
            certification__code=f"{SECRET}-{status}",
            certification__entity__name=f"{SECRET} Society {status}",
            status=status,
            counts_federally=False,
            reason=f"{SECRET} inside",
        )
    ProgramCertification.objects.filter(pk=welding.pk).update(reason=f"{SECRET} reason")
    hidden = Certification.objects.get(code=f"{SECRET}-under_review")
    CertificationAliasFactory(certification=hidden, alias=f"{SECRET} alias")
    Certification.objects.filter(pk=welding.certification_id).update(
        replaced_by=hidden, information_sheet=f"{SECRET} for panels"
    )
    Certification.objects.filter(code=f"{SECRET}-declined").update(replaced_by=welding.certification_id)
    CertificationFactory(entity=welding.certification.entity, name="Certified Welder", version=SECRET)
    lonely = ProgramFactory(title=f"{SECRET} Technology", cluster=CareerClusterFactory(title=f"{SECRET} cluster"))
    ProgramCertificationFactory(program=lonely, status="suggested", counts_federally=False)
    return lonely


def test_nothing_that_is_not_public_is_shown_anywhere(secrets, welding, client):
    lists = [
        f"?q={SECRET}",
        "?cip=48.0508",
        f"?cip={secrets.cip_code}",
        f"?cluster={secrets.cluster.code}",
        "?year=2028",
    ]
    lists += [f"?type=suggested&sort={name}" for name in SORTS] + [f"?sort=-{name}" for name in SORTS]
    paths = [
        f"{base}{query}"
        for query in ("", *lists)
        for base in ("/approved/", "/api/v1/approved/", *(f"/approved/download/{form}/" for form in ("csv", "json")))
    ]
    paths += [f"/approved/changes/download/{form}/?year={year}" for form in ("csv", "json") for year in (2025, 2027)]
    paths += [
        f"{base}?year={year}" for base in ("/approved/changes/", "/api/v1/changes/") for year in range(2025, 2029)
    ]
    paths += ["/approved/48.0508/", "/approved/certifications/AWS-CW/", "/api/", "/api/v1/schema/"]
    paths += ["/api/v1/approved/48.0508/", "/api/v1/certifications/AWS-CW/"]
    leaks = []
    for path in paths:
        response = client.get(path)
        assert response.status_code in {200, 400}, path
        body = response.content.decode().replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "")
        if SECRET in body:
            leaks.append(path)
    assert leaks == []
    for form in ("approved", "approved/changes"):
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/{form}/download/xlsx/?year=2025").content))
        assert SECRET not in str(sheet.get_sheet_by_index(0).to_python())


def test_what_is_looked_for_is_there_to_be_found(secrets, welding, consultant, client):
    """The control of the test above: signed-in staff see it all."""
    client.force_login(consultant)
    assert SECRET in client.get("/catalog/programs/48.0508/").content.decode()


def test_what_is_not_public_has_no_address(secrets, client):
    for code in ("suggested", "under_review", "declined"):
        assert client.get(f"/approved/certifications/{SECRET}-{code}/").status_code == 404
        assert client.get(f"/api/v1/certifications/{SECRET}-{code}/").status_code == 404
    assert client.get("/approved/99.9999/").status_code == 404
    assert client.get("/api/v1/approved/99.9999/").status_code == 404
    assert client.get("/approved/download/pdf/").status_code == 404


def test_a_search_for_what_is_hidden_finds_nothing_and_says_so(secrets, client):
    page = text(client.get(f"/approved/?q={SECRET}"))
    assert "No approved certification matches" in page
    assert client.get(f"/api/v1/approved/?q={SECRET}").json()["count"] == 0


def test_the_list_holds_what_is_in_force_in_the_school_year(welding, client):
    def codes_in(year):
        return {row[4] for row in rows_of(client.get(f"/approved/download/csv/?year={year}"))[1:]}

    ProgramCertificationFactory(certification__code="OLD", status="retired", last_school_year=2026)
    ProgramCertificationFactory(certification__code="NEXT", first_school_year=2028)
    assert {year: codes_in(year) for year in (2025, 2026, 2027, 2028)} == {
        2025: {"AWS-CW", "OLD"},
        2026: {"AWS-CW", "OLD"},
        2027: {"AWS-CW"},
        2028: {"AWS-CW", "NEXT"},
    }
    assert "School year 2026-27" in text(client.get("/approved/"))


def test_filters_and_search_words_find_and_leave_out(welding, client):
    CertificationAliasFactory(certification=welding.certification, alias="Torch ticket")
    other = ProgramCertificationFactory(
        certification__name="Culinarian", type="supplementary", counts_federally=False, program__cip_code="12.0500"
    )
    cases = {
        "": (1, 1),
        "q=welder": (1, 0),
        "q=american+48.05": (1, 0),
        "q=aws-cw": (1, 0),
        "q=torch": (1, 0),
        "q=welding+culinarian": (0, 0),
        "q=12.0500": (0, 1),
        "q=a+b+c+d+e+f+g+h+i+j": (0, 0),
        f"cluster={other.program.cluster.code}": (0, 1),
        "cip=48.0508": (1, 0),
        "type=supplementary": (0, 1),
        "counts=yes": (1, 0),
        "counts=no": (0, 1),
        "year=2025&counts=no": (0, 1),
    }
    for query, hits in cases.items():
        page = client.get(f"/approved/?{query}").content.decode().partition("<tbody")[2]
        assert tuple(int(f">{name}<" in page) for name in ("Certified Welder", "Culinarian")) == hits, query
        assert client.get(f"/api/v1/approved/?{query}").json()["count"] == sum(hits), query


@pytest.mark.parametrize(
    ("query", "filter_name"),
    [
        ("year=1066", "School year"),
        ("year=zz", "School year"),
        ("type=zz", "Type"),
        ("cip=%00", "Program (CIP code)"),
        ("cip=02.0205", "Program (CIP code)"),
        ("q=%00", "Search words"),
        ("counts=perhaps", "Counts for federal reporting"),
    ],
)
def test_what_is_not_on_the_list_matches_nothing_and_is_named(query, filter_name, welding, client):
    """Not the whole list: it would read as if all of it were approved for what was asked."""
    page = text(client.get(f"/approved/?{query}"))
    assert "Certified Welder" not in page
    assert f"Nothing on this list matches your choice of: {filter_name}." in page
    assert client.get(f"/approved/download/json/?{query}").json()["count"] == 0


def test_an_order_that_does_not_exist_is_passed_over(welding, client):
    assert "Certified Welder" in text(client.get("/approved/?sort=reason"))


def test_sorting_goes_both_ways_and_is_said(welding, client):
    ProgramCertificationFactory(certification__name="Aaa", program__cip_code="50.0000")
    pattern = re.compile(r">(Certified Welder|Aaa)<")
    orders = {"": ["Certified Welder", "Aaa"], "certification": ["Aaa", "Certified Welder"]}
    orders |= {"-certification": ["Certified Welder", "Aaa"], "-cip": ["Aaa", "Certified Welder"]}
    for order, names in orders.items():
        assert pattern.findall(client.get(f"/approved/?sort={order}").content.decode()) == names
    page = client.get("/approved/?sort=-certification&q=e").content.decode()
    assert (
        '<th scope="col" role="columnheader" aria-sort="descending"><a href="?sort=certification&amp;q=e">Certification</a>'
        in page
    )


def test_the_downloads_equal_what_is_shown(program, client):
    for number in range(60):
        ProgramCertificationFactory(certification__name=f"Other {number:02d}", program=program)
    ProgramCertificationFactory(certification__name="=HYPERLINK(1)", program__cip_code="10.0000")
    query = "?q=other&sort=-certification"
    names = [f"Other {number:02d}" for number in reversed(range(60))]
    first = client.get(f"/approved/{query}")
    assert "1-50 of 60" in text(first)
    assert re.findall(r">(Other \d\d)<", first.content.decode()) == names[:50]
    assert re.findall(r">(Other \d\d)<", client.get(f"/approved/{query}&page=2").content.decode()) == names[50:]
    assert 'href="/approved/download/csv/?q=other&amp;sort=-certification"' in first.content.decode()
    in_csv = rows_of(client.get(f"/approved/download/csv/{query}"))
    assert in_csv[0] == list(HEADINGS)
    assert [row[3] for row in in_csv[1:]] == names
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/approved/download/xlsx/{query}").content))
    assert book.get_sheet_by_index(0).to_python() == in_csv
    in_json = client.get(f"/approved/download/json/{query}").json()
    assert [row["certification"]["name"] for row in in_json["results"]] == names
    assert in_json["count"] == 60
    assert rows_of(client.get("/approved/download/csv/?q=hyper"))[1][3] == "'=HYPERLINK(1)"


def test_samples_are_marked_everywhere(welding, client):
    assert "Samples" not in text(client.get("/approved/"))
    Certification.objects.update(is_sample=True)
    for path in (
        "/approved/",
        "/approved/48.0508/",
        "/approved/changes/?year=2025",
        "/approved/certifications/AWS-CW/",
    ):
        assert "not part of Michigan's list" in text(client.get(path)).replace("&#x27;", "'"), path
    assert rows_of(client.get("/approved/download/csv/"))[1][-1] == "sample"
    assert client.get("/api/v1/approved/").json()["results"][0]["certification"]["sample"] is True


def test_a_program_shows_what_holds_and_what_ended(welding, client):
    ProgramCertificationFactory(
        program=welding.program, certification__name="Old torch", status="retired", last_school_year=2025
    )
    page = text(client.get("/approved/48.0508/"))
    assert re.search(r"Approved certifications .* Certified Welder .* Ended .* Old torch .* 2024-25 only", page)
    empty = ProgramFactory(cip_code="10.1234")
    assert "None are approved now" in text(client.get(f"/approved/{empty.cip_code}/"))


def test_a_certification_shows_its_facts(welding, client):
    certification = welding.certification
    newer = CertificationFactory(entity=certification.entity, name="Certified Welder", version="2027")
    ProgramCertificationFactory(certification=newer, program=welding.program)
    Certification.objects.filter(pk=certification.pk).update(
        replaced_by=newer, expires_after_months=24, link="https://example.org/cw", credential_engine_id="ce-1"
    )
    CertificationPartFactory(certification=certification, name="Bend test", cut_score=72)
    CertificationAliasFactory(certification=certification, alias="Torch ticket")
    ProgramCertification.objects.filter(pk=welding.pk).update(last_school_year=2027, status="retired", retired_at=Now())
    page = text(client.get("/approved/certifications/AWS-CW/"))
    for said in (
        "Replaced by Certified Welder (2027)",
        "American Welding Society",
        "After 24 months",
        "https://example.org/cw",
        "ce-1",
        "Torch ticket",
        "Bend test 0 to 100 72",
        "48.0508 Welding Technology",
        "2024-25 to 2026-27",
    ):
        assert said in page, said
    assert "Replaces Certified Welder" in text(client.get(f"/approved/certifications/{newer.code}/"))
    answer = client.get("/api/v1/certifications/AWS-CW/").json()
    assert answer["replaced_by"] == {"code": newer.code, "name": "Certified Welder", "version": "2027"}
    assert answer["parts"][0]["cut_score"] == 72
    assert answer["programs"][0]["program"]["cip_code"] == "48.0508"
    assert rows_of(client.get("/approved/download/csv/?q=aws-cw"))[1][10] == newer.code


@pytest.fixture
def four_changes(program):
    """For 2026-27: one added, one ended, one changed, one the same."""
    ProgramCertificationFactory(program=program, certification__code="NEW", first_school_year=2027)
    ended = ProgramCertificationFactory(
        program=program, certification__code="GONE", status="retired", last_school_year=2026
    )
    ended.certification.replaced_by = Certification.objects.get(code="NEW")
    ended.certification.save(update_fields=["replaced_by"])
    before = ProgramCertificationFactory(program=program, certification__code="OTHER", last_school_year=2026)
    ProgramCertificationFactory(
        program=program,
        certification=before.certification,
        first_school_year=2027,
        type="supplementary",
        counts_federally=False,
    )
    renewed = ProgramCertificationFactory(program=program, certification__code="SAME", last_school_year=2026)
    ProgramCertificationFactory(program=program, certification=renewed.certification, first_school_year=2027)


def test_changes_tell_what_is_other_than_the_year_before(four_changes, client):
    answer = client.get("/api/v1/changes/?year=2027").json()
    assert (answer["school_year"], answer["count"]) == (2027, 3)
    rows_by_code = {row["certification"]["code"]: row for row in answer["results"]}
    assert {code: row["change"] for code, row in rows_by_code.items()} == {
        "NEW": "added",
        "GONE": "ended",
        "OTHER": "changed",
    }
    assert (rows_by_code["NEW"]["before"], rows_by_code["GONE"]["now"]) == (None, None)
    assert rows_by_code["GONE"]["replaced_by"]["code"] == "NEW"
    assert rows_by_code["OTHER"]["what"] == "Type: Approved before, Supplementary now. Does not count any more."
    page = text(client.get("/approved/changes/?year=2027"))
    assert re.search(r"Added \(1\) .* NEW .* Ended \(1\) .* 2025-26\. .* GONE .* Changed \(1\) .* OTHER", page)
    file = rows_of(client.get("/approved/changes/download/csv/?year=2027"))
    assert file[0] == list(CHANGE_HEADINGS)
    assert {row[6]: row[0] for row in file[1:]} == {"NEW": "Added", "GONE": "Ended", "OTHER": "Changed"}
    assert client.get("/api/v1/changes/?year=2028").json()["count"] == 0


def test_changes_of_counting_alone_are_told(program):
    before = ProgramCertificationFactory(program=program, last_school_year=2026, counts_federally=False)
    ProgramCertificationFactory(program=program, certification=before.certification, first_school_year=2027)
    (change,) = changes(2027)
    assert what_changed(change) == "Counts for federal reporting now."


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/approved/", 4),
        ("/approved/download/csv/", 3),
        ("/approved/download/json/", 3),
        ("/approved/48.0508/", 3),
        ("/approved/changes/?year=2025", 2),
        ("/approved/certifications/ONE/", 6),
        ("/api/v1/approved/", 4),
        ("/api/v1/approved/48.0508/", 3),
        ("/api/v1/certifications/ONE/", 6),
        ("/api/v1/changes/?year=2025", 2),
    ],
)
def test_queries_do_not_grow_with_the_rows(path, queries, rows, program, client):
    one = CertificationFactory(code="ONE")
    ProgramCertificationFactory(program=program, certification=one)
    replacement = ProgramCertificationFactory(first_school_year=2028).certification
    for _ in range(rows - 1):
        ProgramCertificationFactory(program=program, certification__replaced_by=replacement)
        ProgramCertificationFactory(certification=one)
    client.get(path)
    with CaptureQueriesContext(connection) as queries_run:
        response = client.get(path)
    assert (response.status_code, len(queries_run)) == (200, queries)
