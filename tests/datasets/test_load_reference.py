"""Loading the reference files: complete, idempotent, and exact about what is wrong with a file."""

import csv
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from certifications.models import (
    AwardingEntity,
    Building,
    Certification,
    CertificationAlias,
    CertificationPart,
    CipCode,
    District,
    Program,
    ProgramStandard,
    Region,
)
from datasets import loaders
from datasets.files import DEMO, REFERENCE, BadCellError, read
from datasets.loaders.entities import SAFETY_CARD_ISSUER
from datasets.loaders.sync import Counts, sync

pytestmark = pytest.mark.django_db


def load(*options: str) -> str:
    out = StringIO()
    call_command("load_reference", *options, stdout=out)
    return out.getvalue()


def rows_in(path) -> int:
    with path.open(newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def test_load_reference_holds_every_row_of_the_files():
    load()
    assert CipCode.objects.count() == rows_in(REFERENCE / "cip2020.csv")
    assert Region.objects.count() == rows_in(REFERENCE / "regions.csv")
    assert Building.objects.count() == rows_in(REFERENCE / "buildings.csv")
    assert District.objects.count() == 593
    assert Program.objects.count() == rows_in(REFERENCE / "programs.csv")
    assert ProgramStandard.objects.count() == sum(rows_in(path) for path in (DEMO / "standards").glob("*.csv"))
    assert AwardingEntity.objects.count() == rows_in(REFERENCE / "awarding_entities.csv")
    assert Certification.objects.filter(is_sample=True).count() == rows_in(DEMO / "certifications.csv")
    assert CertificationPart.objects.count() == rows_in(DEMO / "certification_parts.csv")
    assert CertificationAlias.objects.count() == rows_in(DEMO / "certification_aliases.csv")


def test_load_reference_again_finds_all_the_same():
    load()
    for table in loaders.TABLES:
        counts = table.load(True)
        assert (table.name, counts.same, counts.read) == (table.name, counts.read, counts.read)


def test_load_reference_reads_codes_kinds_and_sheets():
    load()
    building = Building.objects.select_related("district__region").get(code="02555")
    assert (building.name, building.district.code, building.district.region.code) == (
        "Midland High School",
        "56010",
        "56",
    )
    assert building.grade_sizes == {"9": 409, "10": 466, "11": 384, "12": 374}
    card = Certification.objects.get(code="OSHA-10-GI")
    assert (card.kind, card.entity.kind) == (Certification.Kind.SAFETY, SAFETY_CARD_ISSUER)
    assert Certification.objects.get(code="NRAEF-PROSTART").kind == Certification.Kind.CERTIFICATE
    assert not Certification.objects.filter(information_sheet="").exists()


def test_load_reference_keeps_what_people_changed_and_says_so():
    load()
    Certification.objects.filter(code="ASE-EL-BR").update(summary="Ours")
    Building.objects.filter(code="02555").update(name="Elsewhere")
    printed = load()
    assert "1 kept as edited here" in printed
    assert Certification.objects.get(code="ASE-EL-BR").summary == "Ours"
    assert Building.objects.get(code="02555").name == "Midland High School"
    load("--overwrite")
    assert Certification.objects.get(code="ASE-EL-BR").summary != "Ours"


def broken_copy(tmp_path, old: str, new: str):
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    path = folder / "buildings.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "02555,Midland",
            "255,Midland",
            'buildings.csv, line 500, column building_code: "255" is not a code of 5 digits. Keep leading zeros.',
        ),
        (
            "Midland Public Schools,56",
            "Midland Public Schools,99",
            'buildings.csv, line 500, column county_code: "99" is not in regions.csv. Correct the code, or add it to regions.csv.',
        ),
        (
            "409,466",
            "many,466",
            'buildings.csv, line 500, column grade9: "many" is not a whole number. Use digits only.',
        ),
        (
            "Midland High School,",
            ",",
            'buildings.csv, line 500, column building_name: "" is empty. Fill it in.',
        ),
        (
            "02555,Midland High School",
            "05157,Midland High School",
            'buildings.csv, line 501, column building_code: "05157" is already on line 500. Remove one of the two rows.',
        ),
    ],
)
def test_load_reference_names_the_cell_that_is_wrong(tmp_path, monkeypatch, old, new, message):
    monkeypatch.setattr(loaders.organizations, "REFERENCE", broken_copy(tmp_path, old, new))
    with pytest.raises(CommandError) as caught:
        load()
    assert str(caught.value) == f"Nothing was loaded. {message}"
    assert not CipCode.objects.exists()


def test_district_in_two_counties_is_refused(tmp_path, monkeypatch):
    folder = broken_copy(
        tmp_path,
        "05157,H.H. Dow High School,56010,Midland Public Schools,56",
        "05157,X,56010,Midland Public Schools,09",
    )
    monkeypatch.setattr(loaders.organizations, "REFERENCE", folder)
    loaders.organizations.load_regions(True)
    with pytest.raises(
        BadCellError, match='column county_code: "09" differs from line 500, where district 56010 has "56"'
    ):
        loaders.organizations.load_districts(True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code\n01\n", "r.csv, line 1, column name: the column is missing."),
        ("code,name\n01\n", "r.csv, line 2, column name: the row has 1 cells, the heading 2."),
        ('code,name\n01,"two\nlines"\n02,b,c\n', "r.csv, line 4, column name: the row has 3 cells, the heading 2."),
    ],
)
def test_file_of_the_wrong_shape_is_refused(tmp_path, text, message):
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(BadCellError) as caught:
        read(path, ("code", "name"))
    assert caught.value.message.startswith(message)


def test_missing_or_unreadable_file_is_said(tmp_path):
    with pytest.raises(BadCellError, match=r"r.csv is missing"):
        read(tmp_path / "r.csv", ())
    (tmp_path / "r.csv").write_bytes(b"code\n\xff\xfe\n")
    with pytest.raises(BadCellError, match=r"r.csv is not UTF-8 text"):
        read(tmp_path / "r.csv", ())


def test_value_that_does_not_fit_its_field_is_refused(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(f"code,name\n01,{'x' * 201}\n")
    rows = [(row, {"code": row.text("code"), "name": row.text("name")}) for row in read(path, ("code", "name"))]
    with pytest.raises(BadCellError, match=r"r.csv, line 2, column name: .* cannot be used: .*200 characters"):
        sync(Region, rows, key=["code"])


def test_empty_file_changes_nothing():
    assert sync(Region, [], key=["code"]) == Counts()
