"""The API: its answers, its refusals, its limit, and its description."""

import warnings

import pytest
from django.core.cache import cache
from drf_spectacular.validation import validate_schema

from certifications import api
from tests.factories.certifications import ProgramCertificationFactory


@pytest.fixture
def listing(program):
    return ProgramCertificationFactory(
        program=program, certification__code="AWS-CW", certification__name="Certified Welder"
    )


def test_the_list_answers_with_all_that_is_public(listing, client):
    answer = client.get("/api/v1/approved/?year=2027").json()
    assert {name: answer[name] for name in ("count", "next", "previous")} == {
        "count": 1,
        "next": None,
        "previous": None,
    }
    assert answer["results"] == [
        {
            "type": "approved",
            "counts_federally": True,
            "first_school_year": 2025,
            "last_school_year": None,
            "replaced_by": None,
            "program": {
                "cip_code": "48.0508",
                "title": "Welding Technology",
                "cluster": listing.program.cluster.title,
                "page": "http://127.0.0.1:8000/approved/48.0508/",
            },
            "certification": {
                "code": "AWS-CW",
                "name": "Certified Welder",
                "version": "",
                "awarding_entity": listing.certification.entity.name,
                "kind": "Industry-recognized certification",
                "sample": False,
                "page": "http://127.0.0.1:8000/approved/certifications/AWS-CW/",
            },
        }
    ]
    program = client.get("/api/v1/approved/48.0508/").json()
    assert [each["certification"]["code"] for each in program["certifications"]] == ["AWS-CW"]


def test_the_list_comes_in_pages_that_hold_every_row_once(listing, client):
    for _ in range(150):
        ProgramCertificationFactory(program=listing.program)
    seen, address = [], "/api/v1/approved/"
    while address:
        answer = client.get(address).json()
        seen += [row["certification"]["code"] for row in answer["results"]]
        address = answer["next"]
    assert (len(seen), len(set(seen))) == (151, 151)
    assert client.get("/api/v1/approved/?page=9").status_code == 404


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/approved/?year=1066", "year"),
        ("/api/v1/approved/?type=zz", "type"),
        ("/api/v1/approved/?cip=99.9999", "cip"),
        ("/api/v1/approved/?program=48.0508", "program"),
        ("/api/v1/approved/?sort=color", "sort"),
        ("/api/v1/changes/?year=zz", "year"),
        ("/api/v1/changes/?cip=48.0508", "cip"),
    ],
)
def test_a_filter_that_is_not_understood_is_named(path, name, listing, client):
    response = client.get(path)
    assert (response.status_code, list(response.json())) == (400, [name])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(method, listing, client):
    for path in ("/api/v1/approved/", "/api/v1/approved/48.0508/", "/api/v1/certifications/AWS-CW/", "/api/v1/schema/"):
        assert getattr(client, method)(path).status_code == 405


def test_too_many_requests_are_asked_to_wait_and_unchanged_ones_are_free(listing, client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(api.PublicThrottle, "rate", "2/minute")
    tag = client.get("/api/v1/approved/")["ETag"]
    assert client.get("/api/v1/approved/").status_code == 200
    refused = client.get("/api/v1/approved/")
    assert (refused.status_code, "Retry-After" in refused, "ETag" in refused) == (429, True, False)
    assert client.get("/api/v1/approved/", headers={"if-none-match": tag}).status_code == 304
    cache.clear()


def test_the_description_is_valid_and_names_each_address_without_a_warning(client, db):
    api.openapi.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        described = client.get("/api/v1/schema/").json()
    validate_schema(described)
    assert set(described["paths"]) == {
        "/api/v1/approved/",
        "/api/v1/approved/{cip_code}/",
        "/api/v1/certifications/{code}/",
        "/api/v1/changes/",
    }
    assert {name for path in described["paths"].values() for name in path} == {"get"}
    assert "securitySchemes" not in described.get("components", {})


def test_making_the_description_says_nothing_on_the_console(capsys):
    from drf_spectacular.drainage import GENERATOR_STATS

    api.openapi.cache_clear()
    GENERATOR_STATS.reset()
    api.openapi()
    assert (GENERATOR_STATS, capsys.readouterr().err) == (GENERATOR_STATS, "")
    assert not GENERATOR_STATS


def test_the_page_about_it_names_every_address_and_runs_no_remote_script(client, db):
    page = client.get("/api/").content.decode()
    for path in client.get("/api/v1/schema/").json()["paths"]:
        assert f"GET {path}" in page
    assert "://cdn" not in page
