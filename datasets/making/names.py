"""Names as frequent as in the U.S. Census, from the data files of the package `names`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

from core.problems import Problem


@dataclass(frozen=True)
class Frequencies:
    """Names with the running total of their frequency in percent."""

    names: Sequence[str]
    totals: Sequence[float]

    def draw(self, chance: Random, count: int) -> list[str]:
        """`count` names, drawn by frequency."""
        return chance.choices(self.names, cum_weights=self.totals, k=count)


@cache
def frequencies(kind: str) -> Frequencies:
    """One list of the Census.

    Args:
        kind: "female.first", "male.first" or "all.last".

    Raises:
        Problem: the package that holds the lists is not installed.
    """
    try:
        text = resources.files("names").joinpath(f"dist.{kind}").read_text()
    except ModuleNotFoundError as missing:
        raise Problem("The demo needs the name lists of requirements/local.txt. Install them first.") from missing
    rows = [line.split() for line in text.splitlines()]
    return Frequencies([_written(row[0]) for row in rows], [float(row[2]) for row in rows])


def _written(name: str) -> str:
    """SMITH -> Smith, MCDONALD -> McDonald."""
    if name.startswith("MC") and len(name) > len("MCXX"):
        return f"Mc{name[2:].title()}"
    return name.title()
