"""What a page costs inside: its queries and its CPU time, without a server around it."""

from dataclasses import dataclass
from statistics import median
from time import process_time

from benchmarks.pages import Page

REPEATS = 20


@dataclass(frozen=True)
class Cost:
    """Queries of one page, the slowest of them, its CPU milliseconds and its size; and the cookie of the person."""

    queries: int
    slowest_ms: float
    slowest_sql: str
    cpu_ms: float
    kilobytes: float
    address: str
    cookie: str


def cost(page: Page) -> Cost:
    """Measure one page in this process.

    Raises:
        RuntimeError: the page does not answer 200.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=page.email))
    address = page.address()
    answer = client.get(address)
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{page.name}: {address} answers {answer.status_code}")
    with CaptureQueriesContext(connection) as capture:
        client.get(address)
    # Copied at once: the next request empties the log.
    queries = list(capture.captured_queries)
    times = []
    for _ in range(REPEATS):
        start = process_time()
        client.get(address)
        times.append(process_time() - start)
    slowest = max(queries, key=lambda query: float(query["time"]), default={"time": 0, "sql": ""})
    return Cost(
        queries=len(queries),
        slowest_ms=float(slowest["time"]) * 1000,
        slowest_sql=slowest["sql"],
        cpu_ms=median(times) * 1000,
        kilobytes=len(answer.content) / 1024,
        address=address,
        cookie=client.cookies["sessionid"].value,
    )
