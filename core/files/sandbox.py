"""One way to read what a stranger sent: a child process with little memory and time, no secrets and a known ending.

The child is one of our modules that is run by its name (`python -m ...`). It knows nothing of Django, limits itself
before it touches the file (`limit_self`) and writes one JSON object. A file made to break its reader breaks only it.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
_MOST_WRITTEN = 50 * 1024 * 1024
# The child gets nothing of ours from the environment: no address of a database, no key.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class NoAnswerError(Exception):
    """The child did not come to an end in time, was ended by a limit, or wrote something else than its answer."""


def limit_self(*, memory: int, cpu_seconds: int) -> None:
    """Called by the child first: take no more memory, time or disk than is needed, and leave no core file.

    Args:
        memory: bytes of address space.
        cpu_seconds: of the processor's time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ask(module: str, *arguments: str, content: bytes = b"", seconds: int, folder: Path = PROJECT) -> dict[str, Any]:
    """Let a child process look at a file and give its answer.

    Args:
        module: the dotted name of the child's module.
        arguments: for its command line.
        content: what it reads from standard input.
        seconds: how long it may take by the clock.
        folder: where the module is found.

    Returns:
        The JSON object that the child wrote.

    Raises:
        NoAnswerError: there is none.
    """
    command: Sequence[str] = [sys.executable, "-m", module, *arguments]
    try:
        child = subprocess.run(
            command, cwd=folder, env=_ENVIRONMENT, input=content, capture_output=True, timeout=seconds, check=False
        )
        answer = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise NoAnswerError from error
    if not isinstance(answer, dict):
        raise NoAnswerError
    return answer
