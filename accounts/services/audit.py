"""Writing the audit trail."""

from typing import Any

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
