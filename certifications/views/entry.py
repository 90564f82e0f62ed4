"""Choosing what to enter, and the life of a draft. The pages of one draft are in `sheet`."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.signed_in import SignedInRequest
from certifications.permissions import ENTER_RECORDS
from certifications.presenters.entry import DIRECT, counts_words, scale_words
from certifications.selectors.entry import (
    certification_choices,
    discarded_draft,
    drafts_visible_to,
    entities,
    entity_choices,
    entry_districts,
    entry_years,
    open_certifications,
    open_drafts,
    program_choices,
    programs,
    submissions_visible_to,
)
from certifications.selectors.records import records_visible_to
from certifications.services.entry import discard_draft, restore_draft, start_draft
from core import school_year
from core.access import requires
from core.problems import Problem


def _year(value: int | str | None) -> int:
    """A school year that is open for entry; the running one when none is given."""
    text = str(value or school_year.current())
    if text not in map(str, entry_years()):
        raise Http404
    return int(text)


@requires(ENTER_RECORDS)
@require_GET
def start(request: SignedInRequest) -> HttpResponse:
    """Continue a draft, or choose the CIP code for a new one."""
    year = _year(request.GET.get("year"))
    discarded = request.GET.get("discarded", "")
    context = {
        "year": year,
        "years": entry_years(),
        "drafts": open_drafts(request.user),
        "programs": program_choices(request.user, year=year),
        "discarded": discarded_draft(request.user, discarded) if discarded.isdecimal() else None,
    }
    return render(request, "certifications/entry/start.html", context)


@requires(ENTER_RECORDS)
@require_GET
def choose_entity(request: SignedInRequest, year: int, cip_code: str) -> HttpResponse:
    """Choose the awarding entity."""
    program = get_object_or_404(programs(), cip_code=cip_code)
    context = {
        "year": _year(year),
        "program": program,
        "choices": entity_choices(program=program, year=_year(year)),
        "direct": DIRECT,
    }
    return render(request, "certifications/entry/entity.html", context)


@requires(ENTER_RECORDS)
@require_GET
def choose_certification(request: SignedInRequest, year: int, cip_code: str, entity_code: str) -> HttpResponse:
    """Choose the certification; its button begins the draft."""
    program = get_object_or_404(programs(), cip_code=cip_code)
    entity = get_object_or_404(entities(), code=entity_code)
    choices = certification_choices(program=program, entity=entity, year=_year(year))
    context = {
        "year": year,
        "program": program,
        "entity": entity,
        "districts": entry_districts(request.user),
        "choices": [
            (choice, scale_words(choice.scales), counts_words(counts_federally=choice.counts_federally))
            for choice in choices
        ],
    }
    return render(request, "certifications/entry/certification.html", context)


@requires(ENTER_RECORDS)
@require_POST
def begin(request: SignedInRequest, year: int, cip_code: str, entity_code: str) -> HttpResponse:
    """Begin a draft for the chosen certification."""
    program = get_object_or_404(programs(), cip_code=cip_code)
    listed = open_certifications(program=program, year=_year(year)).filter(entity__code=entity_code)
    certification = get_object_or_404(listed, code=request.POST.get("certification", "").replace("\x00", ""))
    districts = {str(district.pk): district for district in entry_districts(request.user)}
    district = districts.get(request.POST.get("district", ""))
    if district is None:
        raise Http404
    draft = start_draft(
        by=request.user, district=district, program=program, certification=certification, school_year=year
    )
    return redirect("certifications:entry_students", pk=draft.pk)


@requires(ENTER_RECORDS)
@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a draft away, with a way back on the next page."""
    draft = get_object_or_404(drafts_visible_to(request.user), pk=pk)
    try:
        discard_draft(by=request.user, draft=draft)
    except Problem as problem:
        messages.warning(request, problem.message)
        return redirect("certifications:entry")
    response = redirect("certifications:entry")
    response["Location"] += f"?discarded={draft.pk}"
    return response


@requires(ENTER_RECORDS)
@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a discarded draft back."""
    draft = get_object_or_404(drafts_visible_to(request.user), pk=pk)
    restore_draft(by=request.user, draft=draft)
    messages.success(request, "The entry is back, with everything you typed.")
    return redirect("certifications:entry")


@requires(ENTER_RECORDS)
@require_GET
def receipt(request: SignedInRequest, reference: str) -> HttpResponse:
    """The receipt of a submission; `?view=print` is the same on paper."""
    submission = get_object_or_404(submissions_visible_to(request.user), reference=reference)
    records = records_visible_to(request.user).filter(submission=submission)
    records = records.order_by("student__last_name", "student__first_name", "pk")
    in_print = request.GET.get("view") == "print"
    context = {
        "submission": submission,
        "records": records,
        "passed": sum(record.result == "passed" for record in records),
        "failed": sum(record.result == "failed" for record in records),
        "in_print": in_print,
        "layout": "layouts/link.html" if in_print else "layouts/focused.html",
    }
    return render(request, "certifications/entry/receipt.html", context)
