"""What this room asks of rooms above it, which it must not import.

Whether districts may enter results for a certification is decided in `data_collection`. That app answers the question
here when it starts (`AppConfig.ready`), so that the arrow of imports keeps pointing down (docs/adr/0004). In the same
way
`sme_review` answers which versions of a program's standards its panels rest on.
"""

from collections.abc import Callable

from django.db.models import Q

EntryRoutes = Callable[[int], Q]
StandardsInUse = Callable[[int, bool], set[str]]

_entry_routes: list[EntryRoutes] = []
_standards_in_use: list[StandardsInUse] = []


def provide_entry_routes(routes: EntryRoutes) -> None:
    """Say how to find the certifications that are open for district entry.

    Args:
        routes: takes a school year (its ending year) and gives a filter over `Certification`.
    """
    _entry_routes[:] = [routes]


def open_for_district_entry(school_year: int) -> Q:
    """A filter over `Certification`: those whose results come from districts (district, both or interim) in a school
    year.

    Raises:
        LookupError: no app has said how; nothing is open then, and that must not pass in silence.
    """
    if not _entry_routes:
        raise LookupError("No app has provided the collection routes; is data_collection installed?")
    return _entry_routes[0](school_year)


def provide_standards_in_use(versions: StandardsInUse) -> None:
    """Say how to find the versions of a program's standards that must stay as they are.

    Args:
        versions: takes a program's primary key, and whether to hold off, until the transaction ends, those who would
            begin to use a version; gives the versions by which somebody was asked to rate.
    """
    _standards_in_use[:] = [versions]


def standards_in_use(program_id: int, *, lock: bool = False) -> set[str]:
    """The versions of a program's standards on which ratings rest: they cannot change, a new version can be made.

    Raises:
        LookupError: no app has said how; nothing may change then, and that must not pass in silence.
    """
    if not _standards_in_use:
        raise LookupError("No app has provided the standards in use; is sme_review installed?")
    return _standards_in_use[0](program_id, lock)
