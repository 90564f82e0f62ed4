"""Sending questionnaires, reading the answers against the gates, giving them back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.signed_in import SignedInRequest
from core.access import requires
from core.files.csv_files import csv_response
from core.problems import Problem
from data_collection.forms import ReasonForm, SendForm, take
from data_collection.models import QuestionnaireRequest
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES, SEE_COLLECTION
from data_collection.presenters import staff
from data_collection.presenters.answers import answer_lines
from data_collection.selectors.answers import assessment_of, sections_of
from data_collection.selectors.entities import entities_visible_to
from data_collection.selectors.questionnaire_requests import history_of, questionnaire_requests_visible_to
from data_collection.services import questionnaire_requests


def _visible(request: SignedInRequest, pk: int) -> QuestionnaireRequest:
    return get_object_or_404(questionnaire_requests_visible_to(request.user), pk=pk)


def _crumb(questionnaire_request: QuestionnaireRequest) -> tuple[str, str]:
    return questionnaire_request.reference, reverse(
        "data_collection:questionnaire_request", args=[questionnaire_request.pk]
    )


@requires(MANAGE_QUESTIONNAIRES)
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask who answers and by when; the mail can be read before it goes."""
    entity = get_object_or_404(entities_visible_to(request.user), pk=pk)
    form = SendForm(request.POST or None)
    context: dict[str, Any] = {"entity": entity, "form": form, "submit": "Send the questionnaire"}
    context["crumbs"] = staff.crumbs(entity, ("Send the questionnaire", ""))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = questionnaire_requests.preview_mail(
                by=request.user, entity=entity, **form.cleaned_data
            )
        else:
            try:
                questionnaire_request = questionnaire_requests.send_questionnaire(
                    by=request.user, entity=entity, **form.cleaned_data
                )
            except Problem as problem:
                take(form, problem)
            else:
                messages.success(request, f"The questionnaire is on its way to {questionnaire_request.contact_email}.")
                return redirect("data_collection:questionnaire_request", pk=questionnaire_request.pk)
    return render(request, "data_collection/send.html", context)


@requires(MANAGE_QUESTIONNAIRES)
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new link, perhaps a new date or another contact."""
    questionnaire_request = _visible(request, pk)
    initial = {"contact_name": questionnaire_request.contact_name, "contact_email": questionnaire_request.contact_email}
    form = SendForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {
        "entity": questionnaire_request.entity,
        "form": form,
        "submit": "Send again",
        "questionnaire_request": questionnaire_request,
    }
    context["crumbs"] = staff.crumbs(questionnaire_request.entity, _crumb(questionnaire_request), ("Send again", ""))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            context["preview"] = questionnaire_requests.preview_mail(
                by=request.user,
                entity=questionnaire_request.entity,
                questionnaire_request=questionnaire_request,
                **form.cleaned_data,
            )
        else:
            try:
                questionnaire_requests.resend(
                    by=request.user, questionnaire_request=questionnaire_request, **form.cleaned_data
                )
            except Problem as problem:
                take(form, problem)
            else:
                messages.success(request, "You sent it again with a new link. The earlier link no longer works.")
                return redirect("data_collection:questionnaire_request", pk=questionnaire_request.pk)
    return render(request, "data_collection/send.html", context)


@requires(SEE_COLLECTION)
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One questionnaire: how far it is, its answers by section, the gates and what they suggest."""
    questionnaire_request = _visible(request, pk)
    sections = sections_of(questionnaire_request)
    assessment = assessment_of(questionnaire_request)
    context = {
        "questionnaire_request": questionnaire_request,
        "crumbs": staff.crumbs(questionnaire_request.entity, (questionnaire_request.reference, "")),
        "sections": [(section, answer_lines(section)) for section in sections],
        "answered": sum(section.answered for section in sections),
        "total": sum(len(section.answers) for section in sections),
        "gates": staff.gate_lines(assessment, sections),
        "suggestion": assessment.suggestion.label,
        "suggestion_words": staff.suggestion_words(assessment),
        "firm": assessment.is_firm,
        "steps": staff.timeline(history_of(request.user, [questionnaire_request])),
        "may_send": request.user.has_perm(MANAGE_QUESTIONNAIRES),
        "may_decide": request.user.has_perm(DECIDE_METHODS),
    }
    return render(request, "data_collection/questionnaire_request.html", context)


@requires(SEE_COLLECTION)
def download(request: SignedInRequest, pk: int) -> HttpResponse:
    """The answers as CSV."""
    questionnaire_request = _visible(request, pk)
    rows = staff.answer_cells(sections_of(questionnaire_request))
    return csv_response(name=f"answers-{questionnaire_request.reference}.csv", headings=staff.ANSWER_COLUMNS, rows=rows)


@requires(MANAGE_QUESTIONNAIRES)
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give submitted answers back, saying what to change."""
    questionnaire_request = _visible(request, pk)
    form = ReasonForm(
        request.POST or None, label="What should the contact change?", help_text="The contact gets this by e-mail."
    )
    if request.method == "POST" and form.is_valid():
        try:
            questionnaire_requests.reopen(
                by=request.user, questionnaire_request=questionnaire_request, **form.cleaned_data
            )
        except Problem as problem:
            take(form, problem)
        else:
            messages.success(
                request,
                f"The answers are open again. {questionnaire_request.contact_name} gets an e-mail with a new link.",
            )
            return redirect("data_collection:questionnaire_request", pk=questionnaire_request.pk)
    crumbs = staff.crumbs(questionnaire_request.entity, _crumb(questionnaire_request), ("Reopen", ""))
    return render(
        request,
        "data_collection/reopen.html",
        {"questionnaire_request": questionnaire_request, "form": form, "crumbs": crumbs},
    )


@requires(MANAGE_QUESTIONNAIRES)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close an open questionnaire."""
    questionnaire_request = _visible(request, pk)
    try:
        questionnaire_requests.withdraw(by=request.user, questionnaire_request=questionnaire_request)
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, "You withdrew the questionnaire. Its link no longer opens.")
    return redirect("data_collection:entity", pk=questionnaire_request.entity_id)
