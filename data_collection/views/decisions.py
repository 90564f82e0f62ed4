"""OCTE decides the method, with the answers and what they suggest beside the form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.signed_in import SignedInRequest
from certifications.models import AwardingEntity
from core import school_year
from core.access import requires
from core.problems import Problem
from data_collection.filters import chosen_year
from data_collection.forms import AgreementForm, DecideForm, ReasonForm, decision_as_initial, take
from data_collection.permissions import DECIDE_METHODS, MANAGE_QUESTIONNAIRES
from data_collection.presenters import staff
from data_collection.selectors.answers import assessment_of, sections_of
from data_collection.selectors.decisions import decisions_visible_to, reach_of
from data_collection.selectors.entities import entities_visible_to
from data_collection.selectors.questionnaire_requests import questionnaire_requests_visible_to
from data_collection.selectors.routes import entity_route
from data_collection.selectors.windows import window_of
from data_collection.services import decisions


@requires(DECIDE_METHODS)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """The decision form, filled with the decision in force."""
    entity = get_object_or_404(entities_visible_to(request.user), pk=pk)
    year = chosen_year(request.GET)
    initial = {"school_year": year, **decision_as_initial(entity_route(entity, year).decision)}
    form = DecideForm(request.POST or None, entity=entity, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            decision = decisions.decide_method(by=request.user, entity=entity, **form.cleaned_data)
        except Problem as problem:
            take(form, problem)
        else:
            subject, year_label = decision.certification or entity, school_year.label(decision.school_year)
            messages.success(request, f"Decided for {subject}, {year_label}: {decision.get_method_display()}.")
            return redirect("data_collection:entity", pk=entity.pk)
    return render(request, "data_collection/decide.html", {"form": form, **_beside(request, entity, year)})


def _beside(request: SignedInRequest, entity: AwardingEntity, year: int) -> dict[str, Any]:
    """What the approver looks at while deciding: the latest answers, the gates, and what the decision affects."""
    context: dict[str, Any] = {
        "entity": entity,
        "crumbs": staff.crumbs(entity, ("Decide the method", "")),
        "year": year,
        "reach": reach_of(entity, None, year),
        "window": window_of(year),
        "route": entity_route(entity, year),
    }
    questionnaire_requests = questionnaire_requests_visible_to(request.user)
    questionnaire_request = questionnaire_requests.filter(entity=entity, withdrawn_at=None).first()
    if questionnaire_request:
        assessment = assessment_of(questionnaire_request)
        context |= {
            "questionnaire_request": questionnaire_request,
            "gates": staff.gate_lines(assessment, sections_of(questionnaire_request)),
            "suggestion": assessment.suggestion.label,
            "suggestion_words": staff.suggestion_words(assessment),
        }
    return context


@requires(DECIDE_METHODS)
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a decision without another in its place."""
    decision = get_object_or_404(decisions_visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST or None, label="Why does this decision end?")
    if request.method == "POST" and form.is_valid():
        try:
            decisions.supersede(by=request.user, decision=decision, **form.cleaned_data)
        except Problem as problem:
            take(form, problem)
        else:
            messages.success(request, "You ended the decision. It stays on file.")
            return redirect("data_collection:entity", pk=decision.entity_id)
    crumbs = staff.crumbs(decision.entity, ("End a decision", ""))
    context = {"decision": decision, "form": form, "crumbs": crumbs}
    return render(request, "data_collection/end_decision.html", context)


@requires(MANAGE_QUESTIONNAIRES)
def add_agreement(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down a data sharing agreement."""
    entity = get_object_or_404(entities_visible_to(request.user), pk=pk)
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decisions.record_agreement(by=request.user, entity=entity, **form.cleaned_data)
        except Problem as problem:
            take(form, problem)
        else:
            messages.success(request, "You recorded the agreement.")
            return redirect("data_collection:entity", pk=entity.pk)
    crumbs = staff.crumbs(entity, ("Record an agreement", ""))
    return render(request, "data_collection/agreement.html", {"entity": entity, "form": form, "crumbs": crumbs})
