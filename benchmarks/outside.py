"""What a page feels like outside: requests to gunicorn over the loopback, several at a time, connections kept."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from benchmarks.state import ROOT

HOST = "127.0.0.1"
WORKERS = 2
CONCURRENCY = 8
WARM_UP = 24
MOST_REQUESTS = 400
MOST_SECONDS = 12.0
_START_SECONDS = 60


@dataclass(frozen=True)
class Speed:
    """Requests per second, and how long a request takes (milliseconds) for half and for 95 percent of them."""

    requests: int
    per_second: float
    p50_ms: float
    p95_ms: float


class Server(NamedTuple):
    """Where gunicorn listens, and its process."""

    port: int
    pid: int


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Run gunicorn on a free port of the loopback; ends it afterwards."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"{HOST}:{port}"]
    command += ["--workers", str(WORKERS), "octe_certs.wsgi"]
    log = Path(os.environ["OCTE_VAR_DIR"]) / "gunicorn.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        _wait(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            connection = HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:  # noqa: PLR2004
                return
        time.sleep(0.2)
    raise RuntimeError("gunicorn did not start")


def speed(port: int, address: str, cookie: str) -> Speed:
    """Ask for one page again and again, by several clients at once, for a bounded number of times and seconds."""
    _round(port, address, cookie, requests=WARM_UP)
    start = time.perf_counter()
    times = _round(port, address, cookie, requests=MOST_REQUESTS)
    seconds = time.perf_counter() - start
    cuts = quantiles(times, n=20, method="inclusive")
    return Speed(len(times), len(times) / seconds, cuts[9] * 1000, cuts[18] * 1000)


def _round(port: int, address: str, cookie: str, *, requests: int) -> list[float]:
    until = time.monotonic() + MOST_SECONDS
    times: list[float] = []
    failures: list[str] = []

    def ask() -> None:
        connection = HTTPConnection(HOST, port, timeout=60)
        for _ in range(requests // CONCURRENCY):
            if time.monotonic() > until or failures:
                break
            start = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": f"sessionid={cookie}"})
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - start)
            if answer.status != 200:  # noqa: PLR2004
                failures.append(f"{address} answers {answer.status}")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CONCURRENCY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return times
