"""The mails that the demo would have sent: files that Django's file-based mail backend wrote."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

# The backend's line between two messages of one file.
_BETWEEN = re.compile(rb"^-{79}$", re.MULTILINE)
_KEY = re.compile(r"[0-9A-Za-z-]{1,100}")


@dataclass(frozen=True)
class Mail:
    """One mail as it would have reached its reader.

    Attributes:
        key: file and place in it, as the page's address has it.
        sent_at: None where the mail gives no readable date.
    """

    key: str
    to: str
    subject: str
    body: str
    sent_at: datetime | None


def folder() -> Path:
    """Where the mails lie."""
    return Path(getattr(settings, "EMAIL_FILE_PATH", None) or settings.VAR_DIR / "outbox")


def mails(limit: int) -> list[Mail]:
    """The newest mails first, at most `limit`."""
    newest: list[Mail] = []
    for path in sorted(folder().glob("*.log"), reverse=True):
        newest.extend(reversed(list(_in_file(path))))
        if len(newest) >= limit:
            break
    return newest[:limit]


def mail(key: str) -> Mail | None:
    """The mail with this key, or None."""
    name, _, _place = key.rpartition("-")
    if not _KEY.fullmatch(key):
        return None
    path = folder() / f"{name}.log"
    return next((each for each in _in_file(path) if each.key == key), None) if path.is_file() else None


def _in_file(path: Path) -> Iterator[Mail]:
    parts = (part.strip() for part in _BETWEEN.split(path.read_bytes()))
    for place, text in enumerate((part for part in parts if part), 1):
        message = message_from_bytes(text, _class=EmailMessage, policy=policy.default)
        yield Mail(
            key=f"{path.stem}-{place}",
            to=str(message["To"] or ""),
            subject=str(message["Subject"] or "(no subject)"),
            body=_body(message),
            sent_at=_date(message),
        )


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    return str(part.get_content()).strip() if part is not None else ""


def _date(message: EmailMessage) -> datetime | None:
    try:
        written = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
    # "-0000", as Django writes it, says that the time is UTC; Python then reads it without a zone.
    return written if written.tzinfo else written.replace(tzinfo=UTC)
