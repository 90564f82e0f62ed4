"""Threads with a database connection of their own each, that start at once."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from core.problems import Problem


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run them at once; what each returned, or the problem that it met, in the order in which they ended."""
    met: list[Any] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            met.append(act())
        except Problem as problem:
            met.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return met


def while_held(hold: Callable[[], Any], act: Callable[[], Any], *, seconds: float = 0.5) -> tuple[bool, Any]:
    """Let `hold` do its work in a transaction that stays open, start `act`, then let `hold` commit.

    Returns:
        Whether `act` waited for the commit, and what it returned or the problem that it met.
    """
    done, may_commit = threading.Event(), threading.Event()
    met: list[Any] = []

    def first() -> None:
        try:
            with transaction.atomic():
                hold()
                done.set()
                may_commit.wait(timeout=20)
        finally:
            done.set()
            connection.close()

    def second() -> None:
        try:
            met.append(act())
        except Problem as problem:
            met.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    assert done.wait(timeout=20)
    threads[1].start()
    threads[1].join(timeout=seconds)
    waited = threads[1].is_alive()
    may_commit.set()
    for thread in threads:
        thread.join(timeout=20)
    [answer] = met
    return waited, answer
