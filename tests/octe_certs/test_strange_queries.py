"""Whatever stands in an address after the question mark, no page breaks."""

import pytest

from accounts.roles import Role
from core.access import Kind
from octe_certs.addresses import all_addresses
from tests.conftest import make_member
from tests.factories.certifications import EnrollmentFactory, ProgramOfferingFactory

# Every name that some page reads from its address; a name that a page does not know is passed over.
NAMES = [
    "page",
    "sort",
    "year",
    "school_year",
    "state",
    "status",
    "method",
    "kind",
    "role",
    "region",
    "district",
    "building",
    "program",
    "cip_code",
    "cip",
    "type",
    "counts",
    "entity",
    "certification",
    "cluster",
    "source",
    "person",
    "since",
    "until",
    "from",
    "to",
    "q",
    "search",
    "standing",
    "check",
    "view",
    "next",
    "version",
    "round",
    "copy",
    "put_away",
]
STRANGE = ["zzz", "-1", "999999999999999999999", "2027.5", "\x00"]


@pytest.mark.parametrize("role", [Role.OCTE_APPROVER, Role.DISTRICT_COORDINATOR])
@pytest.mark.parametrize("value", STRANGE, ids=ascii)
def test_no_page_breaks_on_strange_words_in_its_address(role, value, client, db):
    offering = ProgramOfferingFactory()
    EnrollmentFactory(offering=offering)
    client.force_login(make_member(role, district=offering.building.district))
    client.raise_request_exception = False
    broken = [
        address.path
        for address in all_addresses(row=offering.pk)
        if address.access
        and address.access.kind is not Kind.LINK
        and "logout" not in address.path
        and client.get(address.path, dict.fromkeys(NAMES, value)).status_code >= 500
    ]
    assert broken == []
