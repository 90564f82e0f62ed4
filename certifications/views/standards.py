"""Pages of a program's technical standards: the versions, their download, and bringing in a table of them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.signed_in import SignedInRequest
from certifications.forms.standards import ApplyForm, StandardsForm, VersionForm
from certifications.models import Program, StandardsImport
from certifications.permissions import EDIT_CATALOG, SEE_CATALOG
from certifications.presenters.standards import EXAMPLE_ROWS, HEADINGS, leftover_rows
from certifications.selectors import catalog
from certifications.selectors.standards import (
    done_imports,
    imports_visible_to,
    plan_import,
    same_table_before,
    table_rows,
    version_of,
    versions_of,
    waiting_imports,
)
from certifications.services.standards import apply_import, discard_import, rename_version, start_import
from certifications.views.catalog import CATALOG, PROGRAMS, rights
from core.access import requires
from core.files.csv_files import csv_response
from core.files.xlsx_files import Sheet, xlsx_response
from core.problems import Problem, StaleVersionError

# As many rows of a kind are shown in full; the file of leftovers holds all.
MOST_ROWS = 20


def _program(cip_code: str) -> Program:
    return get_object_or_404(catalog.programs(), cip_code=cip_code)


def _crumbs(program: Program, *last: tuple[str, str]) -> list[tuple[str, str]]:
    page = reverse("certifications:program", args=[program.cip_code])
    versions = reverse("certifications:standards", args=[program.cip_code])
    steps = [(str(program), page), ("Technical standards", versions if last else "")]
    return [CATALOG, PROGRAMS, *steps, *last]  # type: ignore[list-item]


def _table(name: str, rows: list[list[str]], kind: str) -> HttpResponse:
    """The rows as a file of the kind asked for, CSV unless it is a spreadsheet."""
    if kind == "xlsx":
        return xlsx_response(name=f"{name}.xlsx", sheets=[Sheet("Standards", HEADINGS, rows)])
    return csv_response(name=f"{name}.csv", headings=HEADINGS, rows=rows)


@requires(SEE_CATALOG)
@require_GET
def versions(request: SignedInRequest, cip_code: str) -> HttpResponse:
    """The versions of a program's standards, and the tables that were sent."""
    program = _program(cip_code)
    page: dict[str, Any] = {
        "program": program,
        "versions": versions_of(program),
        "waiting": waiting_imports(request.user, program),
        "done": done_imports(request.user, program)[:MOST_ROWS],
        "crumbs": _crumbs(program),
    }
    return render(request, "certifications/standards/versions.html", page | rights(request))


@requires(SEE_CATALOG)
@require_GET
def download(request: SignedInRequest, cip_code: str) -> HttpResponse:
    """One version as a file that the import reads back."""
    program = _program(cip_code)
    version = version_of(program, request.GET.get("version", ""))
    if version is None:
        raise Http404
    return _table(f"standards-{program.cip_code}", table_rows(version), request.GET.get("format", ""))


@requires(SEE_CATALOG)
@require_GET
def template(request: SignedInRequest, cip_code: str) -> HttpResponse:
    """An example of a table, to write over."""
    return _table(f"standards-{_program(cip_code).cip_code}-template", EXAMPLE_ROWS, request.GET.get("format", ""))


@requires(EDIT_CATALOG)
def send(request: SignedInRequest, cip_code: str) -> HttpResponse:
    """Send a table: a file or pasted rows."""
    program = _program(cip_code)
    form = StandardsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, name, field = form.sent()
        version = form.cleaned_data["version"]
        try:
            sent = start_import(by=request.user, program=program, version=version, content=content, source_name=name)
        except Problem as problem:
            form.add_error(problem.field or field, problem.message)
        else:
            return redirect("certifications:standards_import", cip_code, sent.pk)
    page = {
        "program": program,
        "form": form,
        "headings": HEADINGS,
        "crumbs": _crumbs(program, ("Bring in a table", "")),
    }
    page["versions"] = versions_of(program)
    return render(request, "certifications/standards/send.html", page)


def _sent(request: SignedInRequest, cip_code: str, pk: int) -> StandardsImport:
    return get_object_or_404(imports_visible_to(request.user, _program(cip_code)), pk=pk)


@requires(EDIT_CATALOG)
def preview(request: SignedInRequest, cip_code: str, pk: int) -> HttpResponse:
    """What a table would change; posting brings it in. Afterwards the same address tells what it did."""
    sent = _sent(request, cip_code, pk)
    form = ApplyForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            apply_import(by=request.user, sent=sent, **form.cleaned_data)
        except StaleVersionError as stale:
            problem = stale.message
        except Problem as refused:
            problem = refused.message
        else:
            return redirect("certifications:standards_import", cip_code, pk)
    page: dict[str, Any] = {"sent": sent, "program": sent.program, "problems": [(problem, "")] if problem else []}
    page["crumbs"] = _crumbs(sent.program, ("Bring in a table", ""))
    if not sent.is_open:
        return render(request, "certifications/standards/done.html", page)
    page |= {"plan": plan_import(sent), "before": same_table_before(sent), "most_rows": MOST_ROWS}
    return render(request, "certifications/standards/preview.html", page)


@requires(EDIT_CATALOG)
def rename(request: SignedInRequest, cip_code: str, pk: int) -> HttpResponse:
    """Bring the table in as another version."""
    sent = _sent(request, cip_code, pk)
    back = reverse("certifications:standards_import", args=[cip_code, pk])
    form = VersionForm(request.POST or None, initial={"version": sent.version})
    if request.method == "POST" and form.is_valid():
        try:
            rename_version(by=request.user, sent=sent, **form.cleaned_data)
        except Problem as problem:
            form.add_error("version", problem.message)
        else:
            return redirect(back)
    page: dict[str, Any] = {"title": "Change the version", "caption": str(sent.program), "back": back, "form": form}
    return render(request, "certifications/catalog/edit.html", page | {"crumbs": _crumbs(sent.program)})


@requires(EDIT_CATALOG)
@require_POST
def discard(request: SignedInRequest, cip_code: str, pk: int) -> HttpResponse:
    """Set a table aside."""
    sent = _sent(request, cip_code, pk)
    try:
        discard_import(by=request.user, sent=sent)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "The table was set aside. Nothing was changed.")
    return redirect("certifications:standards", cip_code)


@requires(EDIT_CATALOG)
@require_GET
def leftovers(request: SignedInRequest, cip_code: str, pk: int) -> HttpResponse:
    """The rows that stay out, as they were sent, with the reason at the end of each."""
    sent = _sent(request, cip_code, pk)
    headings, rows = leftover_rows(sent)
    return csv_response(name=f"standards-{cip_code}-refused.csv", headings=headings, rows=rows)
