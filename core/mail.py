"""Mail: written from templates, sent by the job worker after the data it tells of are committed.

A mail never holds a student's data: it says that something waits and where to sign in.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django_tasks import task


@task()
def deliver(to: str, subject: str, body: str) -> None:
    """Send one mail through Django's mail backend."""
    EmailMessage(subject=subject, body=body, to=[to]).send()


def send_after_commit(*, to: str, subject: str, template: str, context: dict[str, Any]) -> None:
    """Queue one plain-text mail once the running transaction has committed.

    Args:
        to: the address.
        subject: one line.
        template: a text template, for example "accounts/mail/invitation.txt".
        context: what the template needs; `base_url` is added.
    """
    # Plain text: escaping would write "&amp;" where somebody's name has an ampersand.
    page = Context({**context, "base_url": settings.BASE_URL}, autoescape=False)
    body = get_template(template).template.render(page)  # type: ignore[attr-defined]
    transaction.on_commit(partial(deliver.enqueue, to, subject, body))


def absolute(path: str) -> str:
    """The full address of a path of ours, for use in mails."""
    return settings.BASE_URL.rstrip("/") + path
