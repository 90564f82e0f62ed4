"""The demo's outbox, so that personal links can be tried without a mail server."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.access import requires
from datasets import outbox
from datasets.permissions import SEE_OUTBOX

_MOST_MAILS = 200


@requires(SEE_OUTBOX)
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The mails that would have been sent, newest first; no such page outside the demo."""
    _only_in_demo()
    return render(request, "datasets/outbox.html", {"mails": outbox.mails(_MOST_MAILS)})


@requires(SEE_OUTBOX)
@require_safe
def mail_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail, with links that can be followed."""
    _only_in_demo()
    mail = outbox.mail(key)
    if mail is None:
        raise Http404
    crumbs = [("Outbox", reverse("datasets:outbox")), ("Mail", "")]
    return render(request, "datasets/mail.html", {"mail": mail, "crumbs": crumbs})


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404
