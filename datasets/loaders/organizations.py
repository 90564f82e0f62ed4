"""Regions, districts and buildings."""

from certifications.models import Building, District, Region
from datasets.files import REFERENCE, Row, read
from datasets.loaders.sync import Counts, sync

GRADES = (9, 10, 11, 12)
_BUILDING_COLUMNS = (
    "building_code",
    "building_name",
    "district_code",
    "district_name",
    "county_code",
    *(f"grade{grade}" for grade in GRADES),
)


def load_regions(_overwrite: bool) -> Counts:
    """One region for each county's intermediate district: a stand-in for the list of CEPDs."""
    rows = read(REFERENCE / "regions.csv", ("code", "name"))
    return sync(
        Region, ((row, {"code": row.digits("code", 2), "name": row.required("name")}) for row in rows), key=["code"]
    )


def load_districts(_overwrite: bool) -> Counts:
    """The districts that the buildings belong to.

    Raises:
        BadCellError: a district stands under two names or in two counties.
    """
    regions = dict(Region.objects.values_list("code", "id"))
    districts: dict[str, tuple[Row, dict[str, object]]] = {}
    for row in read(REFERENCE / "buildings.csv", _BUILDING_COLUMNS):
        code = row.digits("district_code", 5)
        values = {
            "code": code,
            "name": row.required("district_name"),
            "region_id": row.reference("county_code", regions, "regions.csv"),
        }
        first, known = districts.setdefault(code, (row, values))
        for column, name in (("district_name", "name"), ("county_code", "region_id")):
            if known[name] != values[name]:
                said = first.text(column)
                raise row.bad(column, f'differs from line {first.line}, where district {code} has "{said}".')
    return sync(District, districts.values(), key=["code"])


def load_buildings(_overwrite: bool) -> Counts:
    """The buildings with their head counts of grades 9 to 12."""
    districts = dict(District.objects.values_list("code", "id"))
    return sync(
        Building,
        (
            (
                row,
                {
                    "code": row.digits("building_code", 5),
                    "name": row.required("building_name"),
                    "district_id": districts[row.required("district_code")],
                    "grade_sizes": {str(grade): row.integer(f"grade{grade}") or 0 for grade in GRADES},
                },
            )
            for row in read(REFERENCE / "buildings.csv", _BUILDING_COLUMNS)
        ),
        key=["code"],
    )
