"""Writing the audit trail."""

from contextlib import AbstractContextManager
from typing import Any

import pghistory
from django.db import models

from accounts.models import AuditEntry, User


def record(
    *, by: User | None, verb: str, target: models.Model, by_label: str = "", detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Write down one act, in the caller's transaction.

    Args:
        by: the person; None for somebody who acts through a personal link, who is then named by `by_label`.
        verb: past tense and short, for example "approved"; each app keeps its verbs in its `verbs.py`.
        target: what was acted on; its label is kept as it reads now. It must not hold a student's name or UIC.
        by_label: who acted, when there is no account.
        detail: anything that helps to understand the act later; no student data.
    """
    return AuditEntry.objects.create(
        by=by,
        by_label=by_label,
        verb=verb,
        target_model=target._meta.label_lower,
        target_id=target.pk,
        target_label=str(target)[:300],
        detail=detail or {},
    )


def acting_as(label: str) -> AbstractContextManager[Any]:
    """Name, in the row log, somebody who acts without an account: the holder of a personal link, or a command.

    Wrap the service call: `with acting_as("panelist 14"): submit_rating(...)`.

    Args:
        label: who acts, for example "panelist 14"; never a student's data and never a link's secret.
    """
    manager: AbstractContextManager[Any] = pghistory.context(link=label)
    return manager
