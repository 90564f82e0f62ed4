"""The matrix of addresses and roles: the document is fresh, and the pages really answer as it says."""

from pathlib import Path

import pytest

from accounts.roles import Role
from core.access import Kind
from octe_certs.access_matrix import matrix_as_markdown, may_open
from octe_certs.addresses import all_addresses
from tests.conftest import make_member
from tests.factories.certifications import BuildingFactory

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access-matrix.md"


def test_the_document_is_fresh():
    hint = "run: manage.py access_matrix > docs/access-matrix.md, and read what changed"
    assert DOCUMENT.read_text() == matrix_as_markdown(), hint


@pytest.mark.parametrize("role", Role)
def test_pages_answer_as_the_matrix_says(role, client, db):
    building = BuildingFactory()
    district = building.district
    client.force_login(make_member(role, region=district.region, district=district, building=building))
    wrong = []
    for address in all_addresses():
        if address.access is None or address.access.kind is not Kind.PERMISSION:
            continue
        status = client.get(address.path).status_code
        # An address of a package can forbid more than we do; ours must let in whom the matrix lets in.
        refused = status == 403 and not (address.name.startswith("admin:") and may_open(address, role))
        if refused == may_open(address, role):
            wrong.append((address.path, status))
    assert wrong == []
