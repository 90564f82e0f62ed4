"""The one form in which a packet is hashed and downloaded."""

import hashlib
import json
from typing import Any


def canonical_bytes(content: dict[str, Any]) -> bytes:
    """The content as JSON with sorted keys and no spaces, UTF-8: what `sha256` is of, and what the download holds."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of(content: dict[str, Any]) -> str:
    """The SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def is_whole(content: dict[str, Any], sha256: str) -> bool:
    """Whether the content is still what was hashed when it was frozen."""
    return sha256_of(content) == sha256
