"""Pages that caches keep: nothing of a person in them, unchanged ones answered cheaply, changed ones at once."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from certifications.models import (
    AwardingEntity,
    CareerCluster,
    Certification,
    CertificationPart,
    Program,
    ProgramCertification,
)
from certifications.selectors.public import edition
from core import public_pages, school_year
from core.access import Kind
from octe_certs.addresses import all_addresses
from tests.factories.certifications import (
    CertificationAliasFactory,
    CertificationPartFactory,
    ProgramCertificationFactory,
)

PATHS = [
    "/approved/",
    "/approved/?q=welder&page=1",
    "/approved/48.0508/",
    "/approved/certifications/AWS-CW/",
    "/approved/changes/?year=2025",
    "/approved/download/csv/",
    "/approved/download/xlsx/",
    "/approved/changes/download/json/",
    "/api/",
    "/api/v1/schema/",
    "/api/v1/approved/",
    "/api/v1/approved/48.0508/",
    "/api/v1/certifications/AWS-CW/",
    "/api/v1/changes/?year=2025",
]


@pytest.fixture
def listing(program):
    return ProgramCertificationFactory(
        program=program, certification__code="AWS-CW", certification__name="Certified Welder"
    )


def test_every_address_under_the_prefixes_is_public_and_covered_here():
    under = {a.path: a for a in all_addresses() if a.path.startswith(public_pages.PREFIXES)}
    assert {a.access.kind for a in under.values()} == {Kind.PUBLIC}
    assert len(under) == 12


@pytest.mark.parametrize("path", PATHS)
def test_a_signed_in_person_gets_the_very_same_answer(path, listing, consultant, client):
    client.force_login(consultant)
    client.get("/")
    theirs, anonymous = client.get(path), Client().get(path)
    assert theirs.content == anonymous.content
    assert consultant.name not in theirs.content.decode(errors="replace")
    for response in (theirs, anonymous):
        assert response.status_code == 200
        assert response["Cache-Control"] == "public, max-age=300"
        assert "cookie" not in response.get("Vary", "").lower()
        assert not response.cookies
        assert "csrf" not in response.content.decode(errors="replace").lower()
    assert client.get("/account/").status_code == 200  # and stays signed in


def test_a_message_meant_for_a_person_waits_for_their_own_page(listing, consultant, client):
    client.force_login(consultant)
    client.post(f"/catalog/certifications/{listing.certification_id}/names/add/", {"alias": "Torch ticket"})
    assert "The other name was added." not in client.get("/approved/").content.decode()
    assert "The other name was added." in client.get("/catalog/").content.decode()


def test_a_dead_session_is_neither_read_nor_deleted(listing, client, django_assert_num_queries):
    client.cookies["sessionid"] = "nobody"
    client.get("/approved/")
    with django_assert_num_queries(4):
        response = client.get("/approved/")
    assert not response.cookies


@pytest.mark.parametrize("path", PATHS)
def test_unchanged_is_answered_in_one_query_also_to_a_signed_in_person(
    path, listing, consultant, client, django_assert_num_queries
):
    client.force_login(consultant)
    tag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        again = client.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert again["Cache-Control"] == "public, max-age=300"
    assert client.head(path, headers={"if-none-match": tag}).status_code == 304
    assert client.get(path, headers={"if-none-match": '"another"'}).status_code == 200


def _rename(model):
    return lambda: model.objects.update(**{"title" if model in {Program, CareerCluster} else "name": "Renamed"})


CHANGES = {
    "a listing's flag": lambda: ProgramCertification.objects.update(counts_federally=False),
    "a new listing": ProgramCertificationFactory,
    "a deleted listing": lambda: ProgramCertification.objects.all().delete(),
    "a certification": _rename(Certification),
    "a part": _rename(CertificationPart),
    "an entity": _rename(AwardingEntity),
    "a program": _rename(Program),
    "a cluster": _rename(CareerCluster),
    "another name": lambda: CertificationAliasFactory(certification=Certification.objects.get(code="AWS-CW")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_shown_at_once(change, listing, client):
    CertificationPartFactory(certification=listing.certification)
    tag = client.get("/approved/")["ETag"]
    CHANGES[change]()
    changed = client.get("/approved/", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_what_does_not_concern_the_list_leaves_it_unchanged(listing, home_district, client):
    tag = client.get("/approved/")["ETag"]
    home_district.district.save()
    assert client.get("/approved/", headers={"if-none-match": tag}).status_code == 304


def test_a_new_school_year_and_an_update_are_another_edition(listing, client, monkeypatch):
    tags = [client.get("/approved/")["ETag"]]
    next_year = school_year.current() + 1
    monkeypatch.setattr(school_year, "current", lambda: next_year)
    tags.append(client.get("/approved/")["ETag"])
    monkeypatch.setattr(public_pages, "build_mark", lambda: "another")
    tags.append(client.get("/approved/")["ETag"])
    assert len(set(tags)) == 3


def test_an_empty_list_has_an_edition_too(db, client):
    assert (edition().first_year, edition().last_year) == (school_year.current(), school_year.current() + 1)
    assert "No approved certification matches" in client.get("/approved/").content.decode()


def test_what_else_an_answer_varies_by_is_kept():
    def view(_request):
        return HttpResponse(headers={"Vary": "Accept, Cookie"})

    request = RequestFactory().get("/approved/")
    assert public_pages.PublicPagesMiddleware(view)(request)["Vary"] == "Accept"


def test_programs_on_other_sites_may_read_the_api_and_nothing_else(listing, client):
    assert client.get("/api/v1/approved/")["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/approved/99.9999/")["Access-Control-Allow-Origin"] == "*"
    for path in ("/", "/approved/", "/account/"):
        assert not client.get(path).has_header("Access-Control-Allow-Origin")


def test_pages_that_are_not_public_keep_their_cookies(consultant, client):
    client.force_login(consultant)
    assert "Cookie" in client.get("/")["Vary"]


def test_an_error_under_a_public_address_is_not_kept(client, db):
    response = client.get("/approved/99.9999/")
    assert (response.status_code, response.get("Cache-Control"), response.get("ETag")) == (404, None, None)


def test_a_visitor_finds_the_list_and_back(client, db):
    for path in ("/", "/accounts/login/"):
        assert 'href="/approved/"' in client.get(path).content.decode()
    assert 'href="/accounts/login/"' in client.get("/approved/").content.decode()
