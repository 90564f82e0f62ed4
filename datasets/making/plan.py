"""What a demo is made from: how much, how far back, and the one seed that everything random comes from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

# The demo's stories (listings, panels, methods) play in the school year 2026-27.
LAST_YEAR = 2027
TODAY = date(2026, 11, 20)
HOME_DISTRICT = "56010"
TWIN_DISTRICT = "09010"
# The programs that have listings, and the share of girls among their students (nationwide shares, rounded).
FEMALE_SHARE = {
    "01.0000": 0.50,
    "11.0901": 0.15,
    "12.0400": 0.93,
    "12.0500": 0.55,
    "13.0000": 0.85,
    "15.0000": 0.20,
    "46.0000": 0.10,
    "46.0301": 0.08,
    "47.0604": 0.10,
    "48.0508": 0.12,
    "51.0000": 0.80,
    "52.0299": 0.48,
}
DEMO_PROGRAMS = tuple(FEMALE_SHARE)
OTHER_FEMALE_SHARE = 0.42


@dataclass(frozen=True)
class Plan:
    """The arguments of one demo.

    Attributes:
        students: how many.
        years: school years of enrollments, the last being 2026-27.
        seed: the same seed makes the same demo.
    """

    students: int
    years: int
    seed: int

    @property
    def first_year(self) -> int:
        """The ending year of the first school year."""
        return LAST_YEAR - self.years + 1

    def random(self, part: str) -> Random:
        """A source of chance for one part, so that a change in one part leaves the others as they were."""
        return Random(f"{self.seed}:{part}")  # noqa: S311 - invented data, not secrets


def moment(day: date, minutes: int = 0) -> datetime:
    """A point in time on a day, `minutes` after half past one in the afternoon UTC (morning in Michigan)."""
    return datetime(day.year, day.month, day.day, 13, 30, tzinfo=UTC) + timedelta(minutes=minutes)
