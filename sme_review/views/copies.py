"""Setting up a panel from an earlier one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.words import counted
from sme_review.forms.copies import CopyForm
from sme_review.permissions import MANAGE_PANELS
from sme_review.selectors.copies import proposal_of
from sme_review.services import copies
from sme_review.views.panels import crumbs, find_panel


@requires(MANAGE_PANELS)
def copy_panel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose title, due date and what to take along; posting sets up the new panel."""
    source = find_panel(request, pk)
    form = CopyForm(request.POST or None, proposal=proposal_of(source))
    if request.method == "POST" and form.is_valid():
        copied = copies.copy_panel(by=request.user, source=source, **form.chosen())
        _tell(request, copied)
        return redirect("sme_review:panel", copied.panel.pk)
    context = {"panel": source, "form": form, "crumbs": crumbs(source, "Copy")}
    return render(request, "sme_review/panel_copy.html", context)


def _tell(request: SignedInRequest, copied: copies.Copied) -> None:
    """What came along, and what did not."""
    if not copied.is_new:
        messages.info(
            request,
            "This panel was copied under this title before, so no second one was made. Here is the first. To "
            "make another "
            "one, choose another title.",
        )
        return
    parts = [_count(copied.certifications, "certification"), _count(copied.people, "panelist")]
    messages.success(
        request, f"The new panel is set up, with {' and '.join(parts)}. Check each step, then open round 1."
    )
    for each in copied.left_out:
        messages.warning(request, f"{each.entry} was left out: the catalog has replaced it with {each.by}.")


def _count(number: int, noun: str) -> str:
    return counted(number, noun) if number else f"no {noun}s"
