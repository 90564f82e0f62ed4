"""Reference numbers that people read aloud: no letter or digit that looks like another (no 0 O 1 I L U)."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP = 4


def new_reference(prefix: str, *, groups: int) -> str:
    """For example "OC-7KQ2-M9XD" for ("OC", groups=2)."""
    parts = ("".join(secrets.choice(ALPHABET) for _ in range(_GROUP)) for _ in range(groups))
    return "-".join((prefix, *parts))
