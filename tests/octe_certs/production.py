"""The environment of a production process, for tests that start one."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HOST = "certs.example.gov"


def environment(**changes: str | None) -> dict[str, str]:
    """Whole and valid settings, with `changes`; None takes a variable away."""
    values: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "OCTE_ENVIRONMENT": "production",
        "OCTE_VAR_DIR": os.environ["OCTE_VAR_DIR"],
        "SECRET_KEY": "a-key-for-tests-that-is-as-long-as-production-wants-it-0123456789",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "BASE_URL": f"https://{HOST}",
        "EMAIL_URL": "smtp://mail.example.gov:25",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def python(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with production settings."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
