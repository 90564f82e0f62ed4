"""UICs as people paste them: one per line."""

import re

_TEN_DIGITS = re.compile(r"[0-9]{10}")


def read_uics(text: str) -> list[tuple[int, str]]:
    """The lines that hold something, as (line number from 1, text without blanks around it)."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, line) for number, line in lines if line]


def is_uic(text: str) -> bool:
    """Whether `text` is exactly 10 digits; leading zeros count."""
    return bool(_TEN_DIGITS.fullmatch(text))
