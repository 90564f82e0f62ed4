"""Panels: the list, a new one, the task list of one, its rules."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.lists.tables import show_table
from core.problems import Problem, StaleVersionError
from sme_review.filters import PanelFilter
from sme_review.forms.copies import EarlierPanelForm
from sme_review.forms.panels import NewPanelForm, PutAwayForm
from sme_review.forms.rules import PanelRulesForm
from sme_review.models import Panel
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.preconditions import why_not_put_away
from sme_review.presenters.panel_rules import rules_in_words
from sme_review.presenters.panel_steps import STATE_TONES, panel_steps
from sme_review.selectors import copies
from sme_review.selectors.ballots import rounds_of
from sme_review.selectors.decisions import current_decisions
from sme_review.selectors.packets import packets_visible_to
from sme_review.selectors.panels import panels_visible_to, with_progress
from sme_review.selectors.programs import program_of
from sme_review.services.panels import RulesFixedError, change_panel, create_panel, put_away_panel
from sme_review.tables import PanelTable

_PAGE_SIZE = 50


def find_panel(request: SignedInRequest, pk: int) -> Panel:
    """The panel, if the person may see it; 404 otherwise."""
    return get_object_or_404(panels_visible_to(request.user), pk=pk)


def crumbs(panel: Panel, *more: str) -> list[tuple[str, str]]:
    """The way back from a page of a panel; the last of `more` is the page itself."""
    home = [("Panels", reverse("sme_review:panels"))]
    if not more:
        return [*home, (panel.title, "")]
    return [*home, (panel.title, reverse("sme_review:panel", args=[panel.pk])), *((words, "") for words in more)]


def may_manage(request: SignedInRequest, panel: Panel) -> bool:
    """Whether the person may change something on the panel; nobody does once it is put away."""
    return panel.put_away_at is None and request.user.has_perm(MANAGE_PANELS)


@requires(SEE_PANELS)
def panel_list(request: SignedInRequest) -> HttpResponse:
    """All panels, the newest first."""
    panels: QuerySet[Panel] = with_progress(panels_visible_to(request.user))
    chosen = PanelFilter(request.GET, queryset=panels)
    table = PanelTable(chosen.qs)
    show_table(table, request, per_page=_PAGE_SIZE)
    context = {"table": table, "filter": chosen, "may_manage": request.user.has_perm(MANAGE_PANELS)}
    return render(request, "sme_review/panel_list.html", context)


@requires(MANAGE_PANELS)
def new_panel(request: SignedInRequest) -> HttpResponse:
    """Set up a panel, or choose an earlier one to copy; a listing that is due for review leads here with its
    program.
    """
    program = program_of(request.GET.get("program", ""))
    earlier = EarlierPanelForm(
        request.GET if request.method == "GET" and "copy" in request.GET else None,
        panels=copies.earlier_panels(request.user, program),
        initial={"program": program.pk if program else ""},
    )
    if earlier.is_bound and earlier.is_valid():
        return redirect("sme_review:copy_panel", earlier.cleaned_data["copy"].pk)
    form = NewPanelForm(request.POST or None, initial={"program": request.GET.get("program")})
    if request.method == "POST" and form.is_valid():
        panel = create_panel(by=request.user, **form.cleaned_data)
        messages.success(request, "The panel is set up. Add the certifications that it will rate.")
        return redirect("sme_review:panel", panel.pk)
    items = [("Panels", reverse("sme_review:panels")), ("New panel", "")]
    context = {"form": form, "earlier": earlier, "program": program, "crumbs": items}
    return render(request, "sme_review/panel_new.html", context)


@requires(SEE_PANELS)
def panel_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A panel as a task list: what is done and what is next."""
    panels = with_progress(panels_visible_to(request.user)).select_related("program", "copied_from")
    panel = get_object_or_404(panels, pk=pk)
    decisions, rounds = current_decisions(panel), rounds_of(panel)
    manages = may_manage(request, panel)
    context = {
        "panel": panel,
        "tone": STATE_TONES[Panel.State(panel.state)],
        "steps": panel_steps(panel, rounds[-1] if rounds else None, decided=len(decisions), may_manage=manages),
        "rules": rules_in_words(panel, rounds),
        "packets": packets_visible_to(request.user, panel),
        "crumbs": crumbs(panel),
        "may_manage": manages,
        "may_copy": request.user.has_perm(MANAGE_PANELS),
        "keeps_open": why_not_put_away(panel) if manages else "",
    }
    return render(request, "sme_review/panel_detail.html", context)


@requires(MANAGE_PANELS)
def panel_rules(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the title, the due date and the rules; one button fills the defaults in and saves nothing."""
    panel = find_panel(request, pk)
    if panel.sent_at or panel.put_away_at:
        why = "The recommendation is sent" if panel.sent_at else "The panel is put away"
        messages.info(request, f"{why}, so its rules can no longer change.")
        return redirect("sme_review:panel", pk)
    if request.POST.get("action") == "defaults":
        form = PanelRulesForm.with_defaults(request.POST, panel=panel)
        messages.info(request, "The defaults are filled in below. Nothing is changed until you save.")
    else:
        form = PanelRulesForm(request.POST or None, panel=panel)
        if request.method == "POST" and form.is_valid() and _change(request, panel, form):
            return redirect("sme_review:panel", pk)
    context = {"panel": panel, "form": form, "crumbs": crumbs(panel, "Details and rules")}
    return render(request, "sme_review/panel_rules.html", context)


def _change(request: SignedInRequest, panel: Panel, form: PanelRulesForm) -> bool:
    """Save the rules; otherwise say at each field why it stays as it is."""
    try:
        change_panel(by=request.user, panel=panel, seen=form.cleaned_data["seen"] or None, **form.changes())
    except RulesFixedError as fixed:
        for field, reason in fixed.refused:
            form.add_error(field, reason)
    except StaleVersionError as stale:
        form.add_error(None, stale.message)
        form.show_what_is_saved()
    except Problem as problem:
        form.add_error(problem.field, problem.message)
    else:
        messages.success(request, "The panel is changed.")
        return True
    return False


@requires(MANAGE_PANELS)
def put_away(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close a panel for good, finished or not, with the reason; its links stop working."""
    panel = find_panel(request, pk)
    obstacle = "It is put away already." if panel.put_away_at else why_not_put_away(panel)
    if obstacle:
        messages.info(request, obstacle)
        return redirect("sme_review:panel", pk)
    initial = {"reason": "All decisions are released."} if panel.state == Panel.State.DECIDED else {}
    form = PutAwayForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            put_away_panel(by=request.user, panel=panel, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "The panel is put away. Its personal links no longer work.")
            return redirect("sme_review:panel", pk)
    context = {"panel": panel, "form": form, "crumbs": crumbs(panel, "Put away")}
    return render(request, "sme_review/panel_put_away.html", context)
