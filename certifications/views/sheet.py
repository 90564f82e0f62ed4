"""The pages of one draft: students, PDF, check answers, submit. What was typed is saved before anything is judged."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import SignedInRequest
from certifications.forms.entry import EvidenceForm, typed_pages, typed_rows, without_filled_later
from certifications.models import EntryDraft
from certifications.permissions import ENTER_RECORDS
from certifications.presenters.entry import (
    RESULTS,
    answer_rows,
    counts_words,
    filled_later_words,
    scale_words,
    sheet_rows,
)
from certifications.selectors.entry import (
    Place,
    drafts_visible_to,
    listing_counts,
    scales_of,
    sheet_buildings,
    sheet_enrollments,
)
from certifications.selectors.sheet import checked_sheet
from certifications.services.entry import save_rows, set_document, set_document_kind, submit_entry, tick_by_uic
from certifications.services.evidence import store_evidence
from core.access import requires
from core.problems import MoveNotAllowedError, Problem

# Above this number of students, the page begins with one building.
_MANY = 300

DraftView = Callable[[SignedInRequest, EntryDraft], HttpResponse]


def _of_open_draft(view: DraftView) -> Callable[..., HttpResponse]:
    """Give a view the draft; one that was submitted leads to its receipt, a discarded one back to the start."""

    @wraps(view)
    def opened(request: SignedInRequest, pk: int) -> HttpResponse:
        draft = get_object_or_404(drafts_visible_to(request.user), pk=pk)
        if draft.submission is not None:
            return redirect("certifications:entry_receipt", reference=draft.submission.reference)
        try:
            if draft.discarded_at is None:
                return view(request, draft)
        except MoveNotAllowedError as problem:
            messages.warning(request, problem.message)
        return redirect("certifications:entry")

    return opened


@requires(ENTER_RECORDS)
@_of_open_draft
def students(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    """Tick students and type their results. Every button saves."""
    if request.method != "POST":
        return _students_page(request, draft)
    allowed = sheet_enrollments(request.user, draft).values_list("pk", flat=True)
    rows, left_out = without_filled_later(typed_rows(request.POST, allowed), draft=draft, data=request.POST)
    draft = save_rows(
        by=request.user,
        draft=draft,
        rows=rows,
        same_date=request.POST.get("same_date", ""),
        same_score=request.POST.get("same_score", ""),
    )
    action = request.POST.get("action", "stay")
    if left_out:
        messages.warning(request, filled_later_words(left_out))
        action = "show" if action in {"later", "continue"} else action
    return {"later": _later, "continue": _continue, "find": _find, "show": _show}.get(action, _stay)(request, draft)


def _later(request: SignedInRequest, _draft: EntryDraft) -> HttpResponse:
    messages.success(request, "Saved. You can continue any time.")
    return redirect("certifications:entry")


def _continue(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    sheet = checked_sheet(request.user, draft)
    if sheet.ticked and not sheet.problems:
        return redirect("certifications:entry_evidence", pk=draft.pk)
    return _to_students(draft, "check=1")


def _find(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    text = request.POST.get("uics", "")
    count, problems = tick_by_uic(by=request.user, draft=draft, text=text)
    said = "1 student is" if count == 1 else f"{count} students are"
    messages.info(request, f"{said} ticked from the list of UICs.")
    if problems:
        fresh = get_object_or_404(drafts_visible_to(request.user), pk=draft.pk)
        return _students_page(request, fresh, uics=text, problems=[(p.message, "#uics") for p in problems])
    return _to_students(draft, f"building={_building(request.POST)}")


def _show(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    return _to_students(draft, f"building={_building(request.POST)}")


def _stay(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    messages.success(request, "Saved.")
    return _to_students(draft, f"building={_building(request.POST)}")


def _building(data: Any) -> str:
    value = data.get("building", "")
    return value if value.isdecimal() else "all"


def _to_students(draft: EntryDraft, query: str) -> HttpResponse:
    response = redirect("certifications:entry_students", pk=draft.pk)
    response["Location"] += f"?{query}"
    return response


def _students_page(
    request: SignedInRequest, draft: EntryDraft, *, uics: str = "", problems: list[tuple[str, str]] | None = None
) -> HttpResponse:
    buildings = sheet_buildings(request.user, draft)
    building = _chosen_building(request, buildings)
    sheet = checked_sheet(request.user, draft, building=building)
    checking = "check" in request.GET
    if checking:
        nobody = [("Tick at least one student.", "#students")]
        problems = sheet.problems if sheet.ticked else nobody
    context = {
        "draft": draft,
        "groups": sheet_rows(sheet, with_problems=checking),
        "ticked": len(sheet.ticked),
        "filled": " ".join(draft.rows),
        "buildings": buildings,
        "building": building,
        "problems": problems or [],
        "uics": uics,
        "results": RESULTS,
        "scale": scale_words(scales_of(draft.certification)),
        "counts": counts_words(counts_federally=listing_counts(draft)),
    }
    return render(request, "certifications/entry/students.html", context)


def _chosen_building(request: SignedInRequest, buildings: list[Place]) -> int | None:
    """The building to show; of very many students, the first building's until somebody chooses."""
    chosen = request.POST.get("building") or request.GET.get("building", "")
    if chosen in {str(place.pk) for place in buildings}:
        return int(chosen)
    too_many = sum(place.students for place in buildings) > _MANY and len(buildings) > 1
    return buildings[0].pk if too_many else None


@requires(ENTER_RECORDS)
@_of_open_draft
def evidence(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    """Add the one PDF that covers the students, and say on which page each is."""
    initial = {"kind": draft.document.kind} if draft.document else None
    form = EvidenceForm(
        request.POST or None, request.FILES or None, is_required=draft.document is None, initial=initial
    )
    sheet = checked_sheet(request.user, draft)
    if not sheet.ticked:
        return _to_students(draft, "check=1")
    if request.method == "POST":
        pages = typed_pages(request.POST, [row.enrollment_id for row in sheet.ticked])
        save_rows(by=request.user, draft=draft, rows=pages)
        taken = form.is_valid() and _take_upload(request, draft, form)
        draft = get_object_or_404(drafts_visible_to(request.user), pk=draft.pk)
        sheet = checked_sheet(request.user, draft)
        if taken and not sheet.page_problems:
            return redirect("certifications:entry_check", pk=draft.pk)
    context = {
        "draft": draft,
        "form": form,
        "rows": answer_rows(sheet),
        "problems": sheet.page_problems,
    }
    return render(request, "certifications/entry/evidence.html", context)


def _take_upload(request: SignedInRequest, draft: EntryDraft, form: EvidenceForm) -> bool:
    """Keep the PDF if one came; whether all went well."""
    upload = form.cleaned_data["upload"]
    try:
        if upload is None:
            set_document_kind(by=request.user, draft=draft, kind=form.cleaned_data["kind"])
            return True
        stored = store_evidence(by=request.user, district=draft.district, upload=upload, kind=form.cleaned_data["kind"])
        set_document(by=request.user, draft=draft, document=stored.document)
    except MoveNotAllowedError:
        raise
    except Problem as problem:
        form.add_error(problem.field if problem.field == "kind" else "upload", problem.message)
        return False
    if stored.is_known:
        messages.info(request, "This file was uploaded before, so the earlier copy is used.")
    return True


@requires(ENTER_RECORDS)
@require_safe
@_of_open_draft
def check(request: SignedInRequest, draft: EntryDraft) -> HttpResponse:
    """Check the answers before submitting."""
    return _check_page(request, draft)


def _check_page(request: SignedInRequest, draft: EntryDraft, *, problem: Problem | None = None) -> HttpResponse:
    sheet = checked_sheet(request.user, draft)
    problems = list(sheet.problems)
    if not sheet.ticked:
        problems.append(("Tick at least one student.", "#students"))
    if draft.document is None:
        problems.append(("Add the PDF of the certificates or the roster.", "#document"))
    if problem is not None and not problems:
        problems.append((problem.message, f"#{problem.field}"))
    ready = not problems or problem is not None
    to_mend = [(message, _where(draft, href) + href) for message, href in problems]
    context = {"draft": draft, "rows": answer_rows(sheet), "problems": to_mend, "ready": ready}
    return render(request, "certifications/entry/check.html", context)


def _where(draft: EntryDraft, href: str) -> str:
    """The page that a problem is put right on."""
    if href.startswith(("#page-", "#document", "#upload")):
        return reverse("certifications:entry_evidence", args=[draft.pk])
    return reverse("certifications:entry_students", args=[draft.pk]) + "?check=1"


@requires(ENTER_RECORDS)
@require_POST
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Submit, once: a second press leads to the same receipt."""
    draft = get_object_or_404(drafts_visible_to(request.user), pk=pk)
    try:
        submission = submit_entry(by=request.user, draft=draft)
    except MoveNotAllowedError as problem:
        messages.warning(request, problem.message)
        return redirect("certifications:entry")
    except Problem as problem:
        return _check_page(request, draft, problem=problem)
    return redirect("certifications:entry_receipt", reference=submission.reference)
