"""Sending questionnaires, reading the answers against the gates, giving them back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from certifications.models import AwardingEntity
from core.access import requires
from core.files.csv_files import csv_response
from core.problems import Problem
from data_collection.forms import ReasonForm, SendForm, take
from data_collection.models import QuestionnaireRequest
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES, SEE_COLLECTION
from data_collection.presenters import staff
from data_collection.selectors.requests import (
    assessment_of,
    entities_visible_to,
    history_of,
    requests_visible_to,
    sections_of,
)
from data_collection.services import requests as services


def _request(request: SignedInRequest, pk: int) -> QuestionnaireRequest:
    return get_object_or_404(requests_visible_to(request.user), pk=pk)


def _crumb(asked: QuestionnaireRequest) -> tuple[str, str]:
    return asked.reference, reverse("data_collection:request", args=[asked.pk])


@requires(MANAGE_QUESTIONNAIRES)
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask who answers and by when; the mail can be read before it goes."""
    entity = get_object_or_404(entities_visible_to(request.user), pk=pk)
    form = SendForm(request.POST or None)
    context: dict[str, Any] = {"entity": entity, "form": form, "submit": "Send the questionnaire"}
    context["crumbs"] = staff.crumbs(entity, ("Send the questionnaire", ""))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = _preview(request, entity, form, "invitation")
        else:
            try:
                asked = services.send_questionnaire(by=request.user, entity=entity, **form.cleaned_data)
            except Problem as problem:
                take(form, problem)
            else:
                messages.success(request, f"The questionnaire is on its way to {asked.contact_email}.")
                return redirect("data_collection:request", pk=asked.pk)
    return render(request, "data_collection/send.html", context)


@requires(MANAGE_QUESTIONNAIRES)
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new link, perhaps a new date or another contact."""
    asked = _request(request, pk)
    initial = {"contact_name": asked.contact_name, "contact_email": asked.contact_email}
    form = SendForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"entity": asked.entity, "form": form, "submit": "Send again", "asked": asked}
    context["crumbs"] = staff.crumbs(asked.entity, _crumb(asked), ("Send again", ""))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = _preview(request, asked.entity, form, "resend")
        else:
            try:
                services.resend(by=request.user, request=asked, **form.cleaned_data)
            except Problem as problem:
                take(form, problem)
            else:
                messages.success(request, "Sent again with a new link. The earlier link no longer works.")
                return redirect("data_collection:request", pk=asked.pk)
    return render(request, "data_collection/send.html", context)


def _preview(request: SignedInRequest, entity: AwardingEntity, form: SendForm, template: str) -> str:
    context = services.invitation_context(
        contact_name=form.cleaned_data["contact_name"],
        entity=entity,
        due=form.cleaned_data["due"],
        by=request.user,
        link="[the personal link stands here]",
    )
    return render_to_string(f"data_collection/mail/{template}.txt", context)


@requires(SEE_COLLECTION)
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One questionnaire: how far it is, its answers by section, the gates and what they suggest."""
    asked = _request(request, pk)
    sections = sections_of(asked)
    assessment = assessment_of(asked)
    context = {
        "asked": asked,
        "crumbs": staff.crumbs(asked.entity, (asked.reference, "")),
        "sections": staff.read_lines(sections),
        "answered": sum(section.answered for section in sections),
        "total": sum(len(section.answers) for section in sections),
        "gates": staff.gate_lines(assessment, sections),
        "suggestion": assessment.suggestion.label,
        "suggestion_words": staff.suggestion_words(assessment),
        "firm": assessment.is_firm,
        "steps": staff.timeline(history_of(request.user, [asked])),
        "may_send": request.user.has_perm(MANAGE_QUESTIONNAIRES),
        "may_decide": request.user.has_perm(DECIDE_METHODS),
    }
    return render(request, "data_collection/request.html", context)


@requires(SEE_COLLECTION)
def download(request: SignedInRequest, pk: int) -> HttpResponse:
    """The answers as CSV."""
    asked = _request(request, pk)
    rows = staff.answer_cells(sections_of(asked))
    return csv_response(name=f"answers-{asked.reference}.csv", headings=staff.ANSWER_COLUMNS, rows=rows)


@requires(MANAGE_QUESTIONNAIRES)
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give submitted answers back, saying what to change."""
    asked = _request(request, pk)
    form = ReasonForm(
        request.POST or None, label="What should they change?", help_text="The contact reads this in a mail."
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.reopen(by=request.user, request=asked, **form.cleaned_data)
        except Problem as problem:
            take(form, problem)
        else:
            messages.success(request, f"Open again. {asked.contact_name} gets a mail with a new link.")
            return redirect("data_collection:request", pk=asked.pk)
    crumbs = staff.crumbs(asked.entity, _crumb(asked), ("Reopen", ""))
    return render(request, "data_collection/reopen.html", {"asked": asked, "form": form, "crumbs": crumbs})


@requires(MANAGE_QUESTIONNAIRES)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close an open questionnaire."""
    asked = _request(request, pk)
    try:
        services.withdraw(by=request.user, request=asked)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "Withdrawn. Its link no longer opens.")
    return redirect("data_collection:entity", pk=asked.entity_id)
