"""The table of figures, and the comparison with the saved baseline."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.state import ROOT

BASELINE = Path(__file__).parent / "baseline.json"
# Design, "how fast": a signed-in 50-row page.
MOST_QUERIES, MOST_CPU_MS, MOST_P95_MS = 12, 20.0, 300.0
_HEADINGS = ("page", "req/s", "p50 ms", "p95 ms", "queries", "CPU ms", "KB", "p95 before")


def table(pages: dict[str, dict[str, Any]], before: dict[str, dict[str, Any]]) -> str:
    """The figures as text, with the baseline's p95 and a mark on what misses the design's bounds."""
    rows = [_HEADINGS]
    for name, found in pages.items():
        old = before.get(name, {}).get("p95_ms")
        rows.append(
            (
                name,
                f"{found['per_second']:.1f}",
                f"{found['p50_ms']:.0f}",
                _marked(found["p95_ms"], MOST_P95_MS, "{:.0f}"),
                _marked(found["queries"], MOST_QUERIES, "{}"),
                _marked(found["cpu_ms"], MOST_CPU_MS, "{:.1f}"),
                f"{found['kilobytes']:.0f}",
                f"{old:.0f} ({(found['p95_ms'] / old - 1) * 100:+.0f} %)" if old else "-",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def _marked(value: float, most: float, form: str) -> str:
    return form.format(value) + (" !" if value > most else "")


def baseline() -> dict[str, Any]:
    """The saved figures; empty where none were saved."""
    return json.loads(BASELINE.read_text()) if BASELINE.exists() else {}


def save(state: dict[str, Any], pages: dict[str, dict[str, Any]]) -> None:
    """Write the figures with where and when they were taken."""
    content = {
        "taken_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": commit(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 1),
        },
        "state": state,
        "pages": {name: {key: _short(value) for key, value in found.items()} for name, found in pages.items()},
    }
    BASELINE.write_text(json.dumps(content, indent=2) + "\n")


def _short(value: Any) -> Any:
    return round(value, 1) if isinstance(value, float) else value


def commit() -> str:
    """The commit that is measured."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
