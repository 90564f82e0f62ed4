"""What this room asks of rooms above it, which it must not import.

Whether districts may enter results for a certification is decided in `data_collection`. That app answers the question
here when it starts (`AppConfig.ready`), so that the arrow of imports keeps pointing down (docs/adr/0004).
"""

from collections.abc import Callable

from django.db.models import Q

EntryRoutes = Callable[[int], Q]

_entry_routes: list[EntryRoutes] = []


def provide_entry_routes(routes: EntryRoutes) -> None:
    """Say how to find the certifications that are open for district entry.

    Args:
        routes: takes a school year (its ending year) and gives a filter over `Certification`.
    """
    _entry_routes[:] = [routes]


def open_for_district_entry(school_year: int) -> Q:
    """A filter over `Certification`: those whose results come from districts (district, both or interim) in a school year.

    Raises:
        LookupError: no app has said how; nothing is open then, and that must not pass in silence.
    """
    if not _entry_routes:
        raise LookupError("No app has provided the collection routes; is data_collection installed?")
    return _entry_routes[0](school_year)
