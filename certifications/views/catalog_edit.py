"""Pages on which OCTE consultants change the catalog."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from certifications.forms.catalog import AliasForm, CertificationForm, EntityForm, PartForm, SeenForm
from certifications.permissions import EDIT_CATALOG
from certifications.selectors.catalog import aliases, certifications, entities, fingerprint, parts
from certifications.services.catalog import (
    add_alias,
    add_certification,
    add_entity,
    add_part,
    change_certification,
    change_entity,
    change_part,
    remove_alias,
    remove_part,
)
from certifications.views.catalog import CATALOG, ENTITIES
from core.access import requires
from core.problems import Problem, StaleVersionError

Save = Callable[[dict[str, Any], str], Any]


def _edit(request: SignedInRequest, form: SeenForm, save: Save, page: dict[str, Any]) -> HttpResponse:
    """Show a form, and save it; when somebody else saved in between, show both versions and ask again."""
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        seen = fields.pop("seen")
        try:
            saved = save(fields, seen)
        except StaleVersionError as problem:
            row = type(form.instance)._default_manager.get(pk=form.instance.pk)  # noqa: SLF001 - any model
            page["differences"] = form.differences(row)
            form.data = request.POST.copy()
            form.data["seen"] = fingerprint(row)
            form.add_error(None, problem.message)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, "Saved.")
            return redirect(saved)
    return render(request, "certifications/catalog/edit.html", page | {"form": form})


@requires(EDIT_CATALOG)
def create_certification(request: SignedInRequest) -> HttpResponse:
    """A new certification."""

    def save(fields: dict[str, Any], _seen: str) -> str:
        return _page(add_certification(by=request.user, **fields).pk)

    form = CertificationForm(request.POST or None, initial={"entity": request.GET.get("entity")})
    page: dict[str, Any] = {"title": "Add a certification", "back": CATALOG[1], "crumbs": [CATALOG, ("Add", "")]}
    return _edit(request, form, save, page)


def _page(pk: int) -> str:
    return reverse("certifications:certification", args=[pk])


@requires(EDIT_CATALOG)
def edit_certification(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct a certification."""
    row = get_object_or_404(certifications(), pk=pk)

    def save(fields: dict[str, Any], seen: str) -> str:
        return _page(change_certification(by=request.user, certification=row, seen=seen, **fields).pk)

    page: dict[str, Any] = {"title": "Change a certification", "caption": str(row), "back": _page(pk)}
    page["crumbs"] = [CATALOG, (str(row), _page(pk))]
    return _edit(request, CertificationForm(request.POST or None, instance=row), save, page)


@requires(EDIT_CATALOG)
def create_part(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new scored part."""
    row = get_object_or_404(certifications(), pk=pk)

    def save(fields: dict[str, Any], _seen: str) -> str:
        return _page(add_part(by=request.user, certification=row, **fields).certification_id)

    page: dict[str, Any] = {"title": "Add a scored part", "caption": str(row), "back": _page(pk)}
    page["crumbs"] = [CATALOG, (str(row), _page(pk))]
    return _edit(request, PartForm(request.POST or None), save, page)


@requires(EDIT_CATALOG)
def edit_part(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct a part."""
    part = get_object_or_404(parts(), pk=pk)
    back = _page(part.certification_id)

    def save(fields: dict[str, Any], seen: str) -> str:
        return _page(change_part(by=request.user, part=part, seen=seen, **fields).certification_id)

    page: dict[str, Any] = {"title": "Change a scored part", "caption": str(part.certification), "back": back}
    page["crumbs"] = [CATALOG, (str(part.certification), back)]
    return _edit(request, PartForm(request.POST or None, instance=part), save, page)


@requires(EDIT_CATALOG)
@require_POST
def delete_part(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a part."""
    part = get_object_or_404(parts(), pk=pk)
    remove_part(by=request.user, part=part)
    messages.success(request, "The part was removed.")
    return redirect("certifications:certification", part.certification_id)


@requires(EDIT_CATALOG)
def create_alias(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name."""
    row = get_object_or_404(certifications(), pk=pk)
    form = AliasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_alias(by=request.user, certification=row, **form.cleaned_data)
        except Problem as problem:
            form.add_error("alias", problem.message)
        else:
            messages.success(request, "The other name was added.")
            return redirect("certifications:certification", pk)
    page: dict[str, Any] = {"title": "Add another name", "caption": str(row), "back": _page(pk), "form": form}
    return render(request, "certifications/catalog/edit.html", page | {"crumbs": [CATALOG, (str(row), _page(pk))]})


@requires(EDIT_CATALOG)
@require_POST
def delete_alias(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove another name."""
    alias = get_object_or_404(aliases(), pk=pk)
    remove_alias(by=request.user, alias=alias)
    messages.success(request, "The other name was removed.")
    return redirect("certifications:certification", alias.certification_id)


@requires(EDIT_CATALOG)
def create_entity(request: SignedInRequest) -> HttpResponse:
    """A new awarding entity."""

    def save(fields: dict[str, Any], _seen: str) -> str:
        return reverse("certifications:entity", args=[add_entity(by=request.user, **fields).code])

    page: dict[str, Any] = {
        "title": "Add an awarding entity",
        "back": ENTITIES[1],
        "crumbs": [CATALOG, ENTITIES, ("Add", "")],
    }
    return _edit(request, EntityForm(request.POST or None), save, page)


@requires(EDIT_CATALOG)
def edit_entity(request: SignedInRequest, code: str) -> HttpResponse:
    """Correct an awarding entity."""
    row = get_object_or_404(entities(), code=code)
    back = reverse("certifications:entity", args=[code])

    def save(fields: dict[str, Any], seen: str) -> str:
        changed = change_entity(by=request.user, entity=row, seen=seen, **fields)
        return reverse("certifications:entity", args=[changed.code])

    page: dict[str, Any] = {"title": "Change an awarding entity", "caption": str(row), "back": back}
    page["crumbs"] = [CATALOG, ENTITIES, (str(row), back)]
    return _edit(request, EntityForm(request.POST or None, instance=row), save, page)
