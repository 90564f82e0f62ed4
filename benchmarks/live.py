"""Live sessions at full size against the budget: who waits how long to see what, and what all the asking costs.

30 panels with 10 panelists and a facilitator each ask over real HTTP, at the pages' own pace, as the script in the
pages
does: a small mark, and the part that follows only when the mark has changed. Meanwhile certifications are opened and
closed, and panelists submit ratings through their pages' form.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import report, state

BASELINE = Path(__file__).parent / "baseline-live.json"
PANELS, PANELISTS, CERTIFICATIONS = 30, 10, 6
# The budget: seconds at p95, and seconds of processor time per second.
MOST_SECONDS_TO_FACILITATOR, MOST_SECONDS_TO_PANELIST, MOST_CORES = 2.0, 4.0, 0.5


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long to measure (default 60)")
    parser.add_argument("--panels", type=int, default=PANELS, help=f"how many live sessions (default {PANELS})")
    parser.add_argument("--save", action="store_true", help="keep the figures as the baseline")
    return parser.parse_args()


def provide(panels: int) -> dict[str, Any]:
    """A fresh database with running sessions; Django is set up on it. Returns what the clients need to know."""
    folder = state.ROOT / "var" / "bench" / "live"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="octe_certs.settings",
        OCTE_ENVIRONMENT="local",
        OCTE_VAR_DIR=str(folder),
        OCTE_DEMO="0",
        DEBUG="0",
    )
    folder.mkdir(parents=True, exist_ok=True)
    from core import embedded_database

    os.environ["DATABASE_URL"] = embedded_database.start(folder / "postgres")
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    from benchmarks.live_state import make_panels

    made = make_panels(panels, panelists=PANELISTS, certifications=CERTIFICATIONS)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    return made


class Meter:
    """Processor time of processes and all their children, from /proc."""

    def __init__(self, pids: Iterable[int]) -> None:
        self.roots = set(pids)
        self.tick = os.sysconf("SC_CLK_TCK")
        self.started, self.before = time.perf_counter(), self._spent()

    def _spent(self) -> float:
        parents, spent = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                parents[int(entry.name)] = int(fields[1])
                # Own time, and that of children that have ended.
                spent[int(entry.name)] = sum(int(part) for part in fields[11:15]) / self.tick
        return sum(seconds for pid, seconds in spent.items() if self._is_ours(pid, parents))

    def _is_ours(self, pid: int, parents: dict[int, int]) -> bool:
        while pid in parents:
            if pid in self.roots:
                return True
            pid = parents[pid]
        return False

    def cores(self) -> float:
        """Seconds of processor time per second since the start."""
        return (self._spent() - self.before) / (time.perf_counter() - self.started)


def measure(made: dict[str, Any], seconds: int) -> dict[str, Any]:
    """Run the web process and the clients; costs and delays."""
    from benchmarks import outside

    postgres = int((Path(os.environ["OCTE_VAR_DIR"]) / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    with outside.server() as server:
        web = server.pid
        clients = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live_clients", str(server.port), str(seconds)],
            cwd=state.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        clients.stdin.write(json.dumps(made) + "\n")
        clients.stdin.flush()
        clients.stdout.readline()  # all pages are open and asking
        quiet = {"web": Meter([web]), "database": Meter([postgres])}
        clients.stdout.readline()  # the quiet part is over
        polling = {name: meter.cores() for name, meter in quiet.items()}
        busy = {"web": Meter([web]), "database": Meter([postgres])}
        found = json.loads(clients.stdout.readline())
        rating = {name: meter.cores() for name, meter in busy.items()}
        clients.wait()
    return {**found, "polling": polling, "rating": rating}


def p95(times: list[float]) -> float:
    """95 of 100 are no longer than this (seconds)."""
    return quantiles(times, n=20, method="inclusive")[18]


def summary(found: dict[str, Any]) -> dict[str, Any]:
    """The figures that are kept."""
    if found["failed"]:
        print("Failed requests:", "; ".join(found["failed"]))
    return {
        "pages asking": found["pages"],
        "requests_per_second": round(found["requests"] / found["seconds"], 1),
        "failures": found["failures"],
        "ratings": len(found["to_facilitator"]),
        "changes seen by panelists": len(found["to_panelist"]),
        "rating_seen_p50_s": round(quantiles(found["to_facilitator"], n=2, method="inclusive")[0], 2),
        "rating_seen_p95_s": round(p95(found["to_facilitator"]), 2),
        "change_seen_p50_s": round(quantiles(found["to_panelist"], n=2, method="inclusive")[0], 2),
        "change_seen_p95_s": round(p95(found["to_panelist"]), 2),
        "polling_web_cores": round(found["polling"]["web"], 3),
        "polling_database_cores": round(found["polling"]["database"], 3),
        "with_ratings_web_cores": round(found["rating"]["web"], 3),
        "with_ratings_database_cores": round(found["rating"]["database"], 3),
    }


def verdict(figures: dict[str, Any]) -> list[tuple[str, float, float]]:
    """What the budget asks: words, what was found, the most that is allowed."""
    polling = figures["polling_web_cores"] + figures["polling_database_cores"]
    return [
        ("a rating is seen by the facilitator, p95 (s)", figures["rating_seen_p95_s"], MOST_SECONDS_TO_FACILITATOR),
        ("a change is seen by panelists, p95 (s)", figures["change_seen_p95_s"], MOST_SECONDS_TO_PANELIST),
        ("all polling together (cores)", round(polling, 3), MOST_CORES),
    ]


def main() -> None:
    """Run all of it."""
    asked = arguments()
    load = round(os.getloadavg()[0], 1)
    made = provide(asked.panels)
    from django.db import connection

    connection.close()
    figures = summary(measure(made, asked.seconds))
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):32} {value}")
    for words, value, most in verdict(figures):
        print(f"{'holds ' if value <= most else 'MISSED'}  {words}: {value}, at most {most}")
    print(f"Load before the start: {load}. The clients share the cores.")
    if asked.save:
        content = {
            "taken_at": datetime.now(UTC).isoformat(timespec="minutes"),
            "commit": report.commit(),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": load},
            "panels": asked.panels,
            "seconds": asked.seconds,
            "figures": figures,
        }
        BASELINE.write_text(json.dumps(content, indent=2) + "\n")
        print(f"Saved as {BASELINE.name}.")


if __name__ == "__main__":
    main()
