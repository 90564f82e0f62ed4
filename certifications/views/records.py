"""Records: the list and its download, one record, correcting, resubmitting and withdrawing it."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.signed_in import SignedInRequest
from certifications.filters.records import RecordFilter
from certifications.forms.entry import EvidenceForm
from certifications.forms.records import ReasonForm, RecordForm, compare, saved_values
from certifications.models import StudentCertification
from certifications.permissions import ENTER_RECORDS, SEE_RECORDS
from certifications.presenters.entry import scale_words
from certifications.presenters.records import counting, day_of, score_of, timeline, tone
from certifications.selectors.entry import scales_of
from certifications.selectors.records import changes_of, evidence_links_of, records_visible_to
from certifications.services.evidence import store_evidence
from certifications.services.records import (
    AttemptError,
    attach_evidence,
    correct_and_resubmit,
    correct_record,
    note_download,
    resubmit_record,
    withdraw_record,
)
from certifications.tables.records import RecordTable, csv_rows
from core.access import require, requires
from core.lists.tables import show_table
from core.problems import Problem, StaleVersionError

State = StudentCertification.State
_PER_PAGE = 50


def _filtered(request: SignedInRequest) -> RecordFilter:
    return RecordFilter(request.GET, user=request.user, queryset=records_visible_to(request.user))


@requires(SEE_RECORDS)
@require_GET
def record_list(request: SignedInRequest) -> HttpResponse:
    """The records in reach, filtered and sorted by the address."""
    matches = _filtered(request)
    table = RecordTable(matches.qs)
    show_table(table, request, per_page=_PER_PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {"filter": matches, "table": table, "query": query.urlencode()}
    return render(request, "certifications/records/list.html", context)


class _Echo:
    """A file that hands back what is written to it, so that a CSV can be streamed."""

    def write(self, value: str) -> str:
        return value


@requires(SEE_RECORDS)
@require_GET
def download(request: SignedInRequest) -> StreamingHttpResponse:
    """The list as CSV: what is shown, with its filters and its order."""
    table = RecordTable(_filtered(request).qs)
    show_table(table, request)
    note_download(by=request.user, count=len(table.rows))
    writer = csv.writer(_Echo())
    rows: Iterator[Any] = (writer.writerow(row) for row in csv_rows(table))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="records.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


@requires(SEE_RECORDS)
@require_GET
def record_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One record: facts, state, whether it counts, its life and its evidence."""
    record = get_object_or_404(records_visible_to(request.user), pk=pk)
    may_enter = request.user.has_perm(ENTER_RECORDS, record)
    context = {
        "record": record,
        "tone": tone(record.state),
        "day": day_of(record),
        "score": score_of(record),
        "counting": counting(record),
        "steps": timeline(changes_of(record)),
        "links": evidence_links_of(request.user, record),
        "may_fix": may_enter and record.state == State.RETURNED,
        "may_withdraw": may_enter and record.state in {State.SUBMITTED, State.RETURNED},
    }
    return render(request, "certifications/records/record.html", context)


def _to_fix(request: SignedInRequest, pk: int) -> StudentCertification:
    """A record that the person may correct: 404 when it is not theirs to see, 403 when not theirs to change."""
    record: StudentCertification = get_object_or_404(records_visible_to(request.user), pk=pk)
    require(request.user, ENTER_RECORDS, record)
    return record


def _cannot_fix_now(request: SignedInRequest, record: StudentCertification) -> HttpResponse | None:
    """Back to the record, before anybody types in vain; what was typed already is shown by the form itself."""
    if request.method == "POST" or record.state == State.RETURNED:
        return None
    messages.warning(request, "Only a returned record can be corrected. This one is not returned.")
    return redirect("certifications:record", pk=record.pk)


@requires(ENTER_RECORDS)
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct a returned record; of two people who save, the second sees both versions."""
    record = _to_fix(request, pk)
    if (elsewhere := _cannot_fix_now(request, record)) is not None:
        return elsewhere
    form = RecordForm(request.POST or None, initial=saved_values(record))
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, record, form)
        except StaleVersionError as problem:
            return _both_versions(request, record, form, problem)
        except AttemptError as problem:
            for each in problem.problems:
                form.add_error(each.field, each.message)
        except Problem as problem:
            form.add_error(None, problem.message)
    context = {"record": record, "form": form, "scale": scale_words(scales_of(record.certification))}
    return render(request, "certifications/records/edit.html", context)


def _save(request: SignedInRequest, record: StudentCertification, form: RecordForm) -> HttpResponse:
    version, typed = form.cleaned_data["version"], form.typed()
    if request.POST.get("action") == "resubmit":
        correct_and_resubmit(by=request.user, record=record, version=version, typed=typed)
        messages.success(request, "Corrected and sent to OCTE again.")
    else:
        correct_record(by=request.user, record=record, version=version, typed=typed)
        messages.success(request, "Saved. It is not sent yet: resubmit it when everything is right.")
    return redirect("certifications:record", pk=record.pk)


def _both_versions(
    request: SignedInRequest, record: StudentCertification, form: RecordForm, problem: Problem
) -> HttpResponse:
    """What was typed beside what is saved; saving from here replaces the saved version knowingly."""
    typed = {**form.cleaned_data, "version": record.version}
    context = {
        "record": record,
        "message": problem.message,
        "rows": compare(form, record),
        "form": RecordForm(initial=typed),
        "may_fix": record.state == State.RETURNED,
    }
    return render(request, "certifications/records/both_versions.html", context, status=409)


@requires(ENTER_RECORDS)
@require_POST
def resubmit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a returned record to OCTE again."""
    record = _to_fix(request, pk)
    try:
        resubmit_record(by=request.user, record=record)
    except Problem as problem:
        messages.warning(request, problem.message)
    else:
        messages.success(request, "Sent to OCTE again.")
    return redirect("certifications:record", pk=record.pk)


@requires(ENTER_RECORDS)
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw a record, with the reason."""
    record = _to_fix(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_record(by=request.user, record=record, **form.cleaned_data)
        except Problem as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, "Withdrawn. It stays in the list with its history, and does not count.")
            return redirect("certifications:record", pk=record.pk)
    return render(request, "certifications/records/withdraw.html", {"record": record, "form": form})


@requires(ENTER_RECORDS)
def add_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add another PDF to a returned record."""
    record = _to_fix(request, pk)
    if (elsewhere := _cannot_fix_now(request, record)) is not None:
        return elsewhere
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        district = record.enrollment.offering.building.district
        try:
            stored = store_evidence(by=request.user, district=district, **form.cleaned_data)
            attach_evidence(by=request.user, record=record, document=stored.document)
        except Problem as problem:
            form.add_error("upload", problem.message)
        else:
            messages.success(request, "The PDF was added. Resubmit the record when everything is right.")
            return redirect("certifications:record", pk=record.pk)
    return render(request, "certifications/records/evidence.html", {"record": record, "form": form})
