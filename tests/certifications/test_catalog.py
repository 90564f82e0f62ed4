"""The catalog's pages: who reads, who changes, what is found, and that two people do not overwrite each other."""

import csv
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import AuditEntry
from certifications.models import AwardingEntity, Certification, CertificationAlias, CertificationPart
from certifications.selectors.catalog import fingerprint
from certifications.services.catalog import (
    add_alias,
    add_certification,
    add_entity,
    add_part,
    change_certification,
    change_entity,
    change_part,
    remove_alias,
    remove_part,
)
from core.problems import Problem, StaleVersionError
from tests.factories.certifications import (
    AwardingEntityFactory,
    CertificationAliasFactory,
    CertificationFactory,
    CertificationPartFactory,
    ProgramCertificationFactory,
    ProgramFactory,
    ProgramOfferingFactory,
    ProgramStandardFactory,
)


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def ase(db):
    return AwardingEntityFactory(code="ASE", name="Institute for Automotive Excellence", short_name="ASE")


@pytest.fixture
def brakes(ase):
    return CertificationFactory(entity=ase, name="Brakes", code="ASE-001")


@pytest.fixture
def state(consultant, approver, state_auditor):
    return consultant, approver, state_auditor


READ = ["catalog", "catalog_download", "programs", "entities", "requests"]
CHANGE = ["certification_add", "entity_add"]


@pytest.mark.parametrize("name", READ)
def test_all_roles_read(name, home_district, state, client):
    cast = home_district
    for person in (cast.coordinator, cast.official, cast.auditor, cast.reporter, cast.cepd, *state):
        client.force_login(person)
        assert client.get(reverse(f"certifications:{name}")).status_code == 200


def test_only_consultants_change(home_district, state, brakes, client):
    consultant, approver, state_auditor = state
    part, alias = CertificationPartFactory(certification=brakes), CertificationAliasFactory(certification=brakes)
    urls = [reverse(f"certifications:{name}") for name in CHANGE] + [
        reverse("certifications:certification_edit", args=[brakes.pk]),
        reverse("certifications:part_add", args=[brakes.pk]),
        reverse("certifications:alias_add", args=[brakes.pk]),
        reverse("certifications:part_edit", args=[part.pk]),
        reverse("certifications:entity_edit", args=["ASE"]),
    ]
    for person in (home_district.coordinator, home_district.official, approver, state_auditor):
        client.force_login(person)
        assert {client.get(url).status_code for url in urls} == {403}
        for name, row in (("part_remove", part), ("alias_remove", alias)):
            assert client.post(reverse(f"certifications:{name}", args=[row.pk])).status_code == 403
        assert "Change" not in text(client.get(reverse("certifications:certification", args=[brakes.pk])))
    client.force_login(consultant)
    assert {client.get(url).status_code for url in urls} == {200}


@pytest.mark.parametrize("act", ["certification", "part", "alias", "entity"])
def test_the_services_refuse_others_too(act, approver, brakes):
    part, alias = CertificationPartFactory(certification=brakes), CertificationAliasFactory(certification=brakes)
    calls = {
        "certification": [
            lambda: add_certification(by=approver, entity=brakes.entity, name="x"),
            lambda: change_certification(by=approver, certification=brakes, seen="", name="x"),
        ],
        "part": [
            lambda: add_part(by=approver, certification=brakes, name="x"),
            lambda: change_part(by=approver, part=part, seen="", name="x"),
            lambda: remove_part(by=approver, part=part),
        ],
        "alias": [
            lambda: add_alias(by=approver, certification=brakes, alias="x"),
            lambda: remove_alias(by=approver, alias=alias),
        ],
        "entity": [
            lambda: add_entity(by=approver, name="x", code="x"),
            lambda: change_entity(by=approver, entity=brakes.entity, seen="", name="x"),
        ],
    }
    for call in calls[act]:
        with pytest.raises(PermissionDenied):
            call()


def test_certifications_are_found(consultant, ase, brakes, client):
    CertificationAliasFactory(certification=brakes, alias="NATEF Brakes")
    listing = ProgramCertificationFactory(certification=brakes)
    other = ProgramCertificationFactory(certification__name="Culinarian", status="declined", counts_federally=False)
    CertificationFactory(name="Lonely")
    client.force_login(consultant)
    cases = {
        "q=natef": (1, 0, 0),
        "q=automotive+excel": (1, 0, 0),
        "q=ase-001": (1, 0, 0),
        f"entity={ase.pk}": (1, 0, 0),
        f"cluster={listing.program.cluster_id}": (1, 0, 0),
        f"cluster={listing.program.cluster_id}&status=declined": (0, 0, 0),
        "status=declined": (0, 1, 0),
        "status=none": (0, 0, 1),
        f"cluster={other.program.cluster_id}&status=none": (1, 0, 1),
        "": (1, 1, 1),
    }
    for query, hits in cases.items():
        page = client.get(f"/catalog/?{query}").content.decode().partition("<tbody")[2]
        assert tuple(int(f">{name}<" in page) for name in ("Brakes", "Culinarian", "Lonely")) == hits, query


def test_the_download_equals_what_is_shown(consultant, brakes, client):
    for number in range(60):
        CertificationFactory(name=f"Other {number:02d}", is_sample=number == 59)
    CertificationFactory(name="=HYPERLINK(1)", entity=brakes.entity)
    client.force_login(consultant)
    rows = list(csv.reader(client.get("/catalog/download/?q=other&sort=-name").content.decode().splitlines()))
    assert rows[0][:3] == ["Certification", "Code", "Awarding entity"]
    assert [row[0] for row in rows[1:]] == [f"Other {number:02d}" for number in reversed(range(60))]
    assert [row[5] for row in rows[1:3]] == ["sample", ""]
    page = client.get("/catalog/?q=other&sort=-name").content.decode()
    assert re.findall(r">(Other \d\d)<", page) == [row[0] for row in rows[1:51]]
    assert "q=other&amp;sort=-name" in page
    formula = client.get("/catalog/download/?q=hyper").content.decode()
    assert "'=HYPERLINK(1)" in formula


def test_a_certification_shows_its_facts(home_district, brakes, client):
    Certification.objects.filter(pk=brakes.pk).update(
        is_sample=True, replaced_by=CertificationFactory(name="Brakes II"), typical_cost="35.50", version="2"
    )
    CertificationPartFactory(certification=brakes, name="Written", score_max=200, cut_score=140, unit="points")
    CertificationAliasFactory(certification=brakes, alias="NATEF Brakes")
    ProgramCertificationFactory(certification=brakes, program=home_district.offering.program, last_school_year=2027)
    client.force_login(home_district.auditor)
    page = text(client.get(reverse("certifications:certification", args=[brakes.pk])))
    for words in (
        "Brakes (2)",
        "It is not part of Michigan's list",
        "Replaced by Brakes II",
        "$35.50",
        "Written 0 to 200 points 140",
        "NATEF Brakes",
        "48.0508 Welding Technology 2024-25 to 2026-27 Approved",
    ):
        assert words in page
    assert "History" not in page


def test_a_program_shows_standards_by_segment_and_listings(home_district, brakes, client):
    program = home_district.offering.program
    ProgramStandardFactory(program=program, position=1, code="A.1", statement="Wear eye protection.")
    ProgramStandardFactory(program=program, position=2, segment_code="B", segment_title="Joints", code="B.1")
    ProgramOfferingFactory(program=program)
    ProgramCertificationFactory(certification=brakes, program=program)
    client.force_login(home_district.coordinator)
    page = text(client.get("/catalog/programs/48.0508/"))
    for words in ("2 buildings", "A Safety (1)", "Wear eye protection.", "B Joints (1)", "Brakes , Institute"):
        assert words in page
    assert client.get("/catalog/programs/99.9999/").status_code == 404
    assert "Welding" in text(client.get("/catalog/programs/?q=48.05"))
    assert "No program matches" in text(client.get("/catalog/programs/?q=99.9"))


def test_an_entity_shows_its_certifications(home_district, brakes, client):
    AwardingEntity.objects.update(aliases=["NATEF"])
    client.force_login(home_district.cepd)
    page = text(client.get("/catalog/entities/ASE/"))
    assert ("Brakes" in page, "NATEF" in page) == (True, True)
    assert "Institute" in text(client.get("/catalog/entities/?q=NATEF"))
    assert client.get("/catalog/entities/NONE/").status_code == 404


def test_a_consultant_adds_and_changes_a_certification(consultant, ase, brakes, client):
    client.force_login(consultant)
    typed = {"entity": ase.pk, "name": "Steering", "kind": "certification", "typical_cost": "20"}
    page = client.post(reverse("certifications:certification_add"), typed)
    added = Certification.objects.get(name="Steering")
    assert page["Location"] == reverse("certifications:certification", args=[added.pk])
    assert (added.code, added.is_sample) == ("ASE-002", False)
    url = reverse("certifications:certification_edit", args=[added.pk])
    seen = client.get(url).context["form"]["seen"].value()
    assert client.post(url, typed | {"name": "Steering Systems", "seen": seen}).status_code == 302
    entry = AuditEntry.objects.get(by=consultant, verb="changed")
    assert (entry.target_label, entry.detail) == ("Steering Systems", {"fields": ["exact name"]})
    again = client.post(reverse("certifications:certification_add"), typed | {"name": "BRAKES"})
    assert "already has a certification of this name and version" in text(again)


def test_two_people_who_save_the_same_certification_are_told(consultant, brakes, client):
    client.force_login(consultant)
    url = reverse("certifications:certification_edit", args=[brakes.pk])
    typed = {"entity": brakes.entity_id, "name": "Brakes A", "kind": "certification"}
    typed["seen"] = client.get(url).context["form"]["seen"].value()
    change_certification(by=consultant, certification=brakes, seen=typed["seen"], name="Brakes B")
    page = client.post(url, typed)
    assert "Somebody else saved this" in text(page)
    assert "saved is &quot;Brakes B&quot;, you typed &quot;Brakes A&quot;" in text(page).replace('"', "&quot;")
    assert Certification.objects.get(pk=brakes.pk).name == "Brakes B"
    typed["seen"] = page.context["form"]["seen"].value()
    assert client.post(url, typed).status_code == 302
    assert Certification.objects.get(pk=brakes.pk).name == "Brakes A"


def test_a_certification_cannot_replace_itself(consultant, brakes):
    with pytest.raises(Problem, match="replaced by itself"):
        change_certification(by=consultant, certification=brakes, seen=fingerprint(brakes), replaced_by=brakes)


def test_a_code_that_is_taken_is_passed_over(consultant, ase, brakes):
    Certification.objects.filter(pk=brakes.pk).update(code="ASE-002")
    assert add_certification(by=consultant, entity=ase, name="Engines").code == "ASE-003"


def test_parts_are_added_changed_and_removed(consultant, brakes, client):
    client.force_login(consultant)
    typed = {"name": "Written", "score_min": "0", "score_max": "100", "cut_score": "70", "unit": "percent"}
    client.post(reverse("certifications:part_add", args=[brakes.pk]), typed)
    client.post(reverse("certifications:part_add", args=[brakes.pk]), typed | {"name": "Hands-on"})
    first, second = brakes.parts.all()
    assert (first.position, second.position, second.name) == (1, 2, "Hands-on")
    url = reverse("certifications:part_edit", args=[first.pk])
    seen = client.get(url).context["form"]["seen"].value()
    refused = client.post(url, typed | {"cut_score": "101", "seen": seen})
    assert "The cut score must lie on the scale" in text(refused)
    assert client.post(url, typed | {"cut_score": "75", "seen": seen}).status_code == 302
    assert CertificationPart.objects.get(pk=first.pk).cut_score == 75
    with pytest.raises(StaleVersionError):
        change_part(by=consultant, part=first, seen=seen, cut_score=80)
    client.post(reverse("certifications:part_remove", args=[second.pk]))
    assert list(brakes.parts.all()) == [first]


def test_other_names_are_added_once_and_removed(consultant, brakes, client):
    client.force_login(consultant)
    url = reverse("certifications:alias_add", args=[brakes.pk])
    assert client.post(url, {"alias": "NATEF"}).status_code == 302
    assert "already has this other name" in text(client.post(url, {"alias": "natef"}))
    client.post(reverse("certifications:alias_remove", args=[brakes.aliases.get().pk]))
    assert not CertificationAlias.objects.exists()


def test_entities_are_added_and_changed(consultant, ase, client):
    client.force_login(consultant)
    typed = {"name": "NOCTI", "code": "NOCTI", "aliases": "Nocti\n\n Business Solutions ", "delivery_channels": ""}
    assert client.post(reverse("certifications:entity_add"), typed)["Location"] == "/catalog/entities/NOCTI/"
    assert AwardingEntity.objects.get(code="NOCTI").aliases == ["Nocti", "Business Solutions"]
    url = reverse("certifications:entity_edit", args=["NOCTI"])
    page = client.get(url)
    assert "Nocti\nBusiness Solutions" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    assert client.post(url, typed | {"short_name": "N", "seen": seen}).status_code == 302
    with pytest.raises(Problem, match="this name or this code"):
        add_entity(by=consultant, name="Another", code="ASE")
    with pytest.raises(StaleVersionError):
        change_entity(by=consultant, entity=ase, seen="old", name="x")


def test_approvers_read_the_catalog_in_the_admin(approver, consultant, brakes, client):
    ProgramCertificationFactory(certification=brakes)
    names = ["certification", "awardingentity", "program", "programcertification"]
    for person, status in ((approver, 200), (consultant, 403)):
        client.force_login(person)
        for name in names:
            assert client.get(reverse(f"admin:certifications_{name}_changelist")).status_code == status
    client.force_login(approver)
    page = client.get(reverse("admin:certifications_certification_change", args=[brakes.pk]))
    assert (page.status_code, 'name="_save"' in page.content.decode()) == (200, False)
    assert client.get(reverse("admin:certifications_certification_add")).status_code == 403


@pytest.mark.parametrize("rows", [1, 50])
def test_pages_keep_their_query_count(rows, home_district, brakes, client, django_assert_num_queries):
    program = home_district.offering.program
    for number in range(rows):
        ProgramCertificationFactory(certification=brakes, program=ProgramFactory())
        ProgramCertificationFactory(program=program, certification__entity=brakes.entity)
        CertificationPartFactory(certification=brakes, position=number + 1)
        CertificationAliasFactory(certification=brakes)
        ProgramStandardFactory(program=program)
    client.force_login(home_district.coordinator)
    for url, queries in (
        ("/catalog/", 7),
        ("/catalog/download/", 4),
        (f"/catalog/certifications/{brakes.pk}/", 8),
        ("/catalog/programs/", 6),
        ("/catalog/programs/48.0508/", 6),
        ("/catalog/entities/", 5),
        ("/catalog/entities/ASE/", 6),
    ):
        with django_assert_num_queries(queries):
            client.get(url)
