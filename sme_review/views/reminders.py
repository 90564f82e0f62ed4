"""Reminding those who have not finished."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.words import counted
from sme_review.forms.panels import ReminderForm
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.reminders import panels_taking_ratings, waiting_on
from sme_review.services import reminders
from sme_review.views.panelists import panelist_crumbs
from sme_review.views.panels import find_panel


@requires(MANAGE_PANELS)
def remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who has not finished and gets a reminder; posting sends it."""
    panel = find_panel(request, pk)
    now = timezone.now()
    form = ReminderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = reminders.remind_panel(by=request.user, panel=panel, **form.cleaned_data)
        people = counted(sent, "person", "people")
        said = f"A reminder goes to {people}." if sent else "Nobody is due for a reminder, so none was sent."
        messages.success(request, said)
        return redirect("sme_review:panelists", pk)
    waiting = waiting_on(panels_taking_ratings().filter(pk=pk))
    limit = now - reminders.PAUSE
    page: dict[str, Any] = {
        "panel": panel,
        "due": [each for each in waiting if each.last_mailed and each.last_mailed < limit],
        "recent": [each for each in waiting if each.last_mailed and each.last_mailed >= limit],
        "opened_at": now.isoformat(),
        "crumbs": panelist_crumbs(panel, "Remind"),
    }
    return render(request, "sme_review/remind.html", page)
