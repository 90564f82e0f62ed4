"""Secrets of personal links: made here, stored only as a hash."""

import hashlib
import secrets

# 32 bytes = 256 random bits; the rule asks for at least 128.
_SECRET_BYTES = 32


def new_secret() -> tuple[str, str]:
    """A fresh secret and its hash; the secret goes into the mail and nowhere else."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """The SHA-256 of a secret as 64 hex digits; enough because the secret has full entropy."""
    return hashlib.sha256(secret.encode()).hexdigest()
