"""How long the two searches of a panel take at full size, in processor time: sharing out, and the sets that cover most.

Each is aimed at an answer while somebody waits for the page: under one and under two seconds.
"""

from collections.abc import Callable
from random import Random
from statistics import median
from time import process_time

from sme_review.figures.balancing import Rater, Rules, share_out
from sme_review.figures.coverage import EXACT_TO, best_sets
from sme_review.figures.worksheet import StandardLine, standard_weights

GROUPS = ("secondary", "postsecondary", "business")
STANDARDS, RUNS = 40, 5


def share_out_anew_and_again() -> None:
    """Sixty certifications and forty raters; then once more when one has left."""
    raters = [Rater(key, GROUPS[key % 3]) for key in range(40)]
    rules = Rules(target=8, most=14, minimum_per_group=2, groups=GROUPS)
    shared = share_out(raters, range(60), rules)
    share_out(raters[1:], range(60), rules, existing=shared.pairs)


def find_sets() -> None:
    """The exact search over twenty certifications and forty standards."""
    draw = Random(7)
    lines = [StandardLine(str(number), str(number % 8)) for number in range(STANDARDS)]
    marks = (0, 0, 0, 0, 0, 0, 0, 0.25, 0.5, 0.75, 1)
    worths = {key: {str(number): draw.choice(marks) for number in range(STANDARDS)} for key in range(EXACT_TO)}
    best_sets(worths, standard_weights(lines, {str(segment): segment + 3 for segment in range(8)}))


def seconds(act: Callable[[], None]) -> float:
    """Processor time of one run in the middle of several."""
    times = []
    for _ in range(RUNS):
        started = process_time()
        act()
        times.append(process_time() - started)
    return median(times)


if __name__ == "__main__":
    for name, act, most in (("sharing out", share_out_anew_and_again, 1), ("sets that cover most", find_sets, 2)):
        print(f"{name:<24}{seconds(act):6.2f} s of processor time, aim: under {most} s")
