"""Make the big state if it is not there, measure the pages, and compare with the baseline."""

import argparse
from dataclasses import asdict
from typing import Any

from benchmarks import report, state


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--students", type=int, default=500_000, help="how many students (default 500000)")
    parser.add_argument("--years", type=int, default=3, help="school years of enrollments (default 3)")
    parser.add_argument("--anew", action="store_true", help="make the state again although it is there")
    parser.add_argument("--save", action="store_true", help="keep the figures as the baseline")
    return parser.parse_args()


def measure() -> dict[str, dict[str, Any]]:
    """Page -> figures from inside and outside."""
    from django.db import connection

    from benchmarks import inside, outside
    from benchmarks.pages import pages

    costs = {page.name: inside.cost(page) for page in pages()}
    connection.close()
    with outside.server() as web:
        speeds = {name: outside.speed(web.port, cost.address, cost.cookie) for name, cost in costs.items()}
    hidden = {"address", "cookie", "slowest_sql"}
    for name, cost in costs.items():
        if cost.queries > report.MOST_QUERIES or cost.slowest_ms > report.MOST_CPU_MS:
            print(
                f"\n{name}: {cost.queries} queries, the slowest {cost.slowest_ms:.0f} ms:\n  {cost.slowest_sql[:1500]}"
            )
    return {
        name: {**asdict(speeds[name]), **{key: value for key, value in asdict(cost).items() if key not in hidden}}
        for name, cost in costs.items()
    }


def main() -> None:
    """Run all of it."""
    asked = arguments()
    size = state.Size(students=asked.students, years=asked.years)
    seconds = state.provide(size, anew=asked.anew)
    rows = state.counts()
    print("State:", ", ".join(f"{count:,} {name}" for name, count in rows.items()))
    if seconds is not None:
        print(f"Made in {seconds:.0f} s")
    pages = measure()
    before = report.baseline()
    print(f"\n{report.table(pages, before.get('pages', {}))}")
    print(
        f'\n"!" marks what misses the bounds: {report.MOST_QUERIES} queries, {report.MOST_CPU_MS:.0f} ms of CPU, ',
        end="",
    )
    print(f"{report.MOST_P95_MS:.0f} ms at p95 with 8 requests at a time. The client shares the cores.")
    if before:
        print(f"Baseline of {before['taken_at']}, commit {before['commit']}, load {before['machine']['load']}.")
    if asked.save:
        report.save({**asdict(size), "rows": rows, "seconds_to_make": seconds}, pages)
        print(f"Saved as {report.BASELINE.name}.")


if __name__ == "__main__":
    main()
