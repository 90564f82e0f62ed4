"""The live session: the facilitators' page and the projector's view. Both follow what everybody does."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.hidden_fields import hidden_number
from core.problems import Problem, StaleVersionError
from sme_review.models import PanelCertification
from sme_review.permissions import MANAGE_PANELS, SEE_PANELS
from sme_review.preconditions import why_not_start
from sme_review.selectors.discussions import notes_on
from sme_review.selectors.live import Session, ballot_of, pulse_of_panel, session_of, tally_of
from sme_review.selectors.live_spread import spread_of
from sme_review.selectors.panel_certifications import certifications_of
from sme_review.services import ballots, discussions
from sme_review.services.live import end_session, start_session
from sme_review.views.panels import crumbs, find_panel, may_manage

_STALE = 409
# How often a page asks for the pulse, in milliseconds (docs/adr/0009); a rating is to be seen within two seconds.
STAFF_PULSE = 1200


def _entry(request: SignedInRequest, pk: int, entry_pk: int) -> PanelCertification:
    return get_object_or_404(certifications_of(find_panel(request, pk)).select_related("panel"), pk=entry_pk)


def _back(pk: int) -> HttpResponse:
    return redirect("sme_review:live", pk)


@requires(SEE_PANELS)
@require_safe
@never_cache
def pulse(request: SignedInRequest, pk: int) -> HttpResponse:
    """A few bytes that change when the page should be brought anew."""
    mark = pulse_of_panel(request.user, pk)
    if mark is None:
        raise Http404
    return HttpResponse(mark, content_type="text/plain")


@requires(SEE_PANELS)
@never_cache
def live(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose, open, see who has answered, close, show the spread, take notes, open again."""
    return _facilitate(request, pk)


def _facilitate(request: SignedInRequest, pk: int, *, status: int = 200, **typed: Any) -> HttpResponse:
    """The page, or the part of it that follows; `typed` holds notes that could not be saved.

    The mark is read before all else: a page may be newer than its mark, never older.
    """
    mark = pulse_of_panel(request.user, pk)
    panel = find_panel(request, pk)
    session = session_of(panel)
    current = session.on_screen
    ballot = current.ballot if current else None
    context = {
        "panel": panel,
        "mark": mark,
        "every": STAFF_PULSE,
        "session": session,
        "current": current,
        "submitted": sum(item.submitted for item in session.entries),
        "tally": tally_of(ballot, panel) if ballot else None,
        "spread": spread_of(ballot, viewer=request.user) if ballot else [],
        "notes": notes_on(request.user, current.entry) if current else None,
        "missing": [] if session.is_running else why_not_start(panel),
        "may_manage": may_manage(request, panel),
        "crumbs": crumbs(panel, "Live session"),
        "refused": "",
        "typed_on": None,
        **typed,
    }
    return render(request, _template(request, "facilitate"), context, status=status)


def _template(request: SignedInRequest, name: str) -> str:
    """The whole page, or only what follows, for the script that asks for it."""
    return f"sme_review/live/_{name}.html" if "X-Follow" in request.headers else f"sme_review/live/{name}.html"


@requires(SEE_PANELS)
@never_cache
def screen(request: SignedInRequest, pk: int) -> HttpResponse:
    """For the projector: large, without any name, and nothing of the ratings before they are revealed."""
    mark = pulse_of_panel(request.user, pk)
    panel = find_panel(request, pk)
    current = (session := session_of(panel)).on_screen
    ballot = current.ballot if current else None
    context = {
        "panel": panel,
        "mark": mark,
        "every": STAFF_PULSE,
        "session": session,
        "current": current,
        "tally": tally_of(ballot, panel) if ballot else None,
        "spread": spread_of(ballot, viewer=request.user) if ballot else [],
    }
    return render(request, _template(request, "screen"), context)


@requires(MANAGE_PANELS)
@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start the session and mail links."""
    panel = find_panel(request, pk)
    mail_again = request.POST.get("mail") != "new"
    try:
        start_session(by=request.user, panel=panel, mail_again=mail_again)
        messages.success(request, "The live session is running. Choose the first certification.")
    except Problem as problem:
        messages.error(request, problem.message)
    return _back(pk)


@requires(MANAGE_PANELS)
@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close what is open and end the session, and say what was never rated."""
    panel = find_panel(request, pk)
    try:
        ended = end_session(by=request.user, panel=panel)
    except Problem as problem:
        messages.error(request, problem.message)
        return _back(pk)
    if not ended:
        messages.info(request, "The live session was ended already.")
        return _back(pk)
    _say_what_is_left(request, session_of(find_panel(request, pk)))
    return _back(pk)


def _say_what_is_left(request: SignedInRequest, session: Session) -> None:
    unrated = ", ".join(str(entry) for entry in session.unrated)
    few = ", ".join(f"{item.entry} ({item.submitted})" for item in session.below_quorum)
    left = [f"Never rated: {unrated}."] if unrated else []
    left += [f"Rated by fewer than the quorum of {session.panel.quorum}: {few}."] if few else []
    if left:
        messages.warning(request, " ".join(["The live session has ended.", *left]))
    else:
        messages.success(request, "The live session has ended. Every certification was rated.")


def _step(act: Callable[[SignedInRequest, PanelCertification], None]) -> Callable[..., HttpResponse]:
    """A view that does one thing to one certification, and says what stood in its way."""

    @require_POST
    def view(request: SignedInRequest, pk: int, entry_pk: int) -> HttpResponse:
        entry = _entry(request, pk, entry_pk)
        try:
            act(request, entry)
        except Problem as problem:
            messages.warning(request, problem.message)
        return _back(pk)

    view.__doc__ = act.__doc__
    view.__name__ = act.__name__
    return requires(MANAGE_PANELS)(view)


@_step
def show(request: SignedInRequest, entry: PanelCertification) -> None:
    """Put a certification on the screen without opening it."""
    ballots.put_on_screen(by=request.user, panel_certification=entry)


@_step
def open_entry(request: SignedInRequest, entry: PanelCertification) -> None:
    """Open a certification for rating, or open it again."""
    _open(request, entry, same_round=False)


@_step
def go_on(request: SignedInRequest, entry: PanelCertification) -> None:
    """Open again, in the same round, what was closed too early."""
    _open(request, entry, same_round=True)


def _open(request: SignedInRequest, entry: PanelCertification, *, same_round: bool) -> None:
    ballot = ballots.open_ballot(
        by=request.user, panel_certification=entry, seen=hidden_number(request, "seen"), same_round=same_round
    )
    messages.success(request, f"{entry} is open for rating, round {ballot.round.number}.")


@_step
def close_entry(request: SignedInRequest, entry: PanelCertification) -> None:
    """Close a certification; what nobody has begun to rate is taken back."""
    ballot = ballot_of(entry, hidden_number(request, "ballot"))
    if ballot is None or ballot.closed_at:
        who = f"{ballot.closed_by} closed it" if ballot else "The opening was taken back"
        messages.info(request, f"{entry} is not open any more. {who} before you pressed the button.")
        return
    closed = ballots.close_ballot(by=request.user, ballot=ballot)
    if closed.pk is None:
        messages.info(request, f"{entry} is not open any more. Nobody had begun to rate it, so nothing was recorded.")
    else:
        messages.success(request, f"{entry} is closed. Nothing can be added now.")


@_step
def reveal(request: SignedInRequest, entry: PanelCertification) -> None:
    """Show panelists the spread."""
    ballot = ballot_of(entry, hidden_number(request, "ballot"))
    if ballot is None:
        raise Problem(f"{entry} has changed since you opened this page. See below, then choose again.")
    ballot = ballots.reveal_ballot(by=request.user, ballot=ballot)
    if any(question.too_few for question in spread_of(ballot, viewer=request.user)):
        messages.warning(
            request, f"{entry} is on panelists' pages. A question that fewer than three rated shows no ratings."
        )
    else:
        messages.success(request, f"Panelists now see the spread of {entry}.")


@requires(MANAGE_PANELS)
def notes(request: SignedInRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Keep discussion notes, by the button or while somebody types; of two who write at once the second is told.

    After the session they have a page of their own, which leads back to the recommendation.
    """
    entry = _entry(request, pk, entry_pk)
    if request.method != "POST":
        return _notes_page(request, entry)
    typed = request.POST.get("notes", "")
    quietly = "X-Autosave" in request.headers
    try:
        saved = discussions.save_notes(
            by=request.user, panel_certification=entry, notes=typed, version=hidden_number(request, "version") or 0
        )
    except Problem as problem:
        if quietly:
            return JsonResponse({"message": problem.message}, status=_STALE)
        return _notes_again(request, entry, typed, problem)
    if quietly:
        mark = f"{entry.pk}-{saved.version}"
        return JsonResponse({"message": "Notes saved.", "version": saved.version, "mark": mark})
    messages.success(request, "The notes are saved.")
    return redirect("sme_review:recommend", pk) if _is_on_its_own(request) else _back(pk)


def _notes_again(request: SignedInRequest, entry: PanelCertification, typed: str, problem: Problem) -> HttpResponse:
    """The page with what was typed; where somebody else's notes stand, they are shown beside it."""
    theirs = notes_on(request.user, entry) if isinstance(problem, StaleVersionError) else None
    context = {"typed_on": entry, "typed": typed, "theirs": theirs, "refused": problem.message}
    if _is_on_its_own(request):
        return _notes_page(request, entry, status=_STALE, **context)
    return _facilitate(request, entry.panel_id, status=_STALE, **context)


def _is_on_its_own(request: SignedInRequest) -> bool:
    """Whether the notes came from their own page, and not from that of the session."""
    return "alone" in request.POST


def _notes_page(request: SignedInRequest, entry: PanelCertification, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "panel": entry.panel,
        "entry": entry,
        "notes": notes_on(request.user, entry),
        "crumbs": crumbs(entry.panel, f"Discussion notes: {entry}"),
        "refused": "",
        **more,
    }
    return render(request, "sme_review/live/notes.html", context, status=status)
