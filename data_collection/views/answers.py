"""The contact's pages behind the personal link. Fetching them changes nothing; pressing a button in them may."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from accounts.services.audit import acting_as
from core.access import personal_link
from core.personal_links import Closed, Opened, opener
from core.problems import MoveNotAllowedError, Problem, StaleVersionError
from data_collection.models import QuestionnaireRequest
from data_collection.presenters.answers import (
    QuestionItem,
    answer_lines,
    read_form,
    row_counts,
    saved_items,
    steps,
    unsaved_items,
)
from data_collection.question_types.table import rows_posted
from data_collection.selectors.answers import Section, sections_of
from data_collection.selectors.questionnaire_requests import questionnaire_request_by_secret
from data_collection.services.answers import (
    AnswersIncompleteError,
    contact_label,
    note_visit,
    save_answers,
    submit_answers,
)

WHY = "an awarding entity's contact answers the questionnaire"
_GONE = "data_collection/answers/gone.html"


def _look_up(_request: HttpRequest, secret: str) -> Opened | Closed:
    """An unknown, withdrawn or expired link gets a page that says what to do."""
    questionnaire_request = questionnaire_request_by_secret(secret)
    if questionnaire_request is None:
        return Closed(_GONE, {"why": "unknown"}, HTTPStatus.NOT_FOUND)
    context = {"questionnaire_request": questionnaire_request}
    if questionnaire_request.withdrawn_at:
        return Closed(_GONE, {"why": "withdrawn", **context})
    if questionnaire_request.link_has_expired:
        return Closed(_GONE, {"why": "expired", **context})
    return Opened(questionnaire_request, acting_as(contact_label(questionnaire_request)))


_for_contact = opener(_look_up)


@personal_link(WHY)
@require_http_methods(["GET", "HEAD", "POST"])
@_for_contact
def welcome(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str) -> HttpResponse:
    """Why, by when, how long; starting is a press on a button."""
    if request.method == "POST" and request.POST.get("start") and questionnaire_request.is_open:
        note_visit(questionnaire_request=questionnaire_request)
        return redirect("data_collection:link_tasks", secret=secret)
    if not questionnaire_request.is_open:
        return redirect("data_collection:link_done", secret=secret)
    return render(
        request,
        "data_collection/answers/welcome.html",
        {"questionnaire_request": questionnaire_request, "secret": secret},
    )


@personal_link(WHY)
@require_safe
@_for_contact
def tasks(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str) -> HttpResponse:
    """The sections, each with how far it is."""
    if not questionnaire_request.is_open:
        return redirect("data_collection:link_done", secret=secret)
    sections = sections_of(questionnaire_request)
    context = {
        "questionnaire_request": questionnaire_request,
        "secret": secret,
        "steps": steps(sections, secret),
        "answered": sum(section.answered for section in sections),
        "total": sum(len(section.answers) for section in sections),
        "ready": not any(section.problems for section in sections),
    }
    return render(request, "data_collection/answers/tasks.html", context)


@dataclass(frozen=True)
class _Page:
    """One section's page of one questionnaire."""

    questionnaire_request: QuestionnaireRequest
    secret: str
    sections: list[Section]
    place: int

    @property
    def section(self) -> Section:
        return self.sections[self.place]

    @property
    def following(self) -> Section | None:
        return self.sections[self.place + 1] if self.place + 1 < len(self.sections) else None

    def again(self, query: str = "") -> HttpResponse:
        response = redirect("data_collection:link_section", secret=self.secret, code=self.section.code)
        response["Location"] += query
        return response


@personal_link(WHY)
@require_http_methods(["GET", "HEAD", "POST"])
@_for_contact
def section(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str, code: str) -> HttpResponse:
    """The questions of one section; saving keeps whatever was typed."""
    if not questionnaire_request.is_open:
        return redirect("data_collection:link_done", secret=secret)
    sections = sections_of(questionnaire_request)
    place = next((number for number, one in enumerate(sections) if one.code == code), None)
    if place is None:
        raise Http404
    page = _Page(questionnaire_request, secret, sections, place)
    if request.method == "POST":
        return _save(request, page)
    counts = row_counts(page.section, request.GET)
    return _show(request, page, saved_items(page.section, show_problems="check" in request.GET, row_counts=counts))


def _show(request: HttpRequest, page: _Page, items: list[QuestionItem], stale: Problem | None = None) -> HttpResponse:
    context = {
        "questionnaire_request": page.questionnaire_request,
        "secret": page.secret,
        "section": page.section,
        "place": page.place + 1,
        "places": len(page.sections),
        "next": page.following,
        "items": items,
        "problems": [(f"{one.code}. {one.problem}", f"#{one.first_control}") for one in items if one.problem],
        "stale": stale,
        # What was saved after this moment by somebody else is not overwritten unseen.
        "seen": timezone.now().isoformat(),
    }
    return render(request, "data_collection/answers/section.html", context, status=409 if stale else 200)


def _save(request: HttpRequest, page: _Page) -> HttpResponse:
    typed = read_form(page.section, request.POST)
    try:
        save_answers(
            questionnaire_request=page.questionnaire_request, values=typed, seen=_moment(request.POST.get("seen", ""))
        )
    except StaleVersionError as problem:
        return _show(request, page, unsaved_items(page.section, typed), stale=problem)
    except MoveNotAllowedError as problem:
        messages.error(request, problem.message)
        return redirect("data_collection:link_done", secret=page.secret)
    return _after_saving(request, page)


def _after_saving(request: HttpRequest, page: _Page) -> HttpResponse:
    """Where the pressed button leads: another row, the list, this page with what is wrong, or the next section."""
    action, _, code = request.POST.get("action", "").partition(":")
    if action == "add":
        rows = rows_posted(code, request.POST)
        return page.again(f"?{urlencode({code: rows + 1})}#{quote(code)}-row-{rows}")
    if action == "later":
        messages.success(request, "Saved. Use the same link to come back at any time.")
        return redirect("data_collection:link_tasks", secret=page.secret)
    saved = next(one for one in sections_of(page.questionnaire_request) if one.code == page.section.code)
    if any(one.problem for one in saved_items(saved, show_problems=True, row_counts={})):
        return page.again("?check=1")
    messages.success(request, f"Saved: {page.section.title}.")
    if page.following:
        return redirect("data_collection:link_section", secret=page.secret, code=page.following.code)
    return redirect("data_collection:link_check", secret=page.secret)


def _moment(text: str) -> Any:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


@personal_link(WHY)
@require_safe
@_for_contact
def check(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str) -> HttpResponse:
    """All answers on one page, each with a way back to it."""
    if not questionnaire_request.is_open:
        return redirect("data_collection:link_done", secret=secret)
    sections = sections_of(questionnaire_request)
    lines = [(one, answer_lines(one, secret)) for one in sections]
    problems = [(f"{line.code}. {line.problem}", line.href) for _, part in lines for line in part if line.problem]
    context = {
        "questionnaire_request": questionnaire_request,
        "secret": secret,
        "sections": lines,
        "problems": problems,
    }
    return render(request, "data_collection/answers/check.html", context)


@personal_link(WHY)
@require_http_methods(["GET", "HEAD", "POST"])
@_for_contact
def submit(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str) -> HttpResponse:
    """Sign and hand in: a name and a tick are needed, so that nothing but a person submits."""
    if not questionnaire_request.is_open:
        return redirect("data_collection:link_done", secret=secret)
    context: dict[str, Any] = {
        "questionnaire_request": questionnaire_request,
        "secret": secret,
        "name": "",
        "problems": [],
    }
    if request.method == "POST":
        context["name"] = request.POST.get("signed_by", "")
        if not context["name"].strip():
            context["problems"].append(("Enter your full name.", "#signed_by"))
        if not request.POST.get("confirmed"):
            context["problems"].append(("Check the box to confirm that the answers are correct.", "#confirmed"))
        if not context["problems"] and _submitted(request, questionnaire_request, context):
            return redirect("data_collection:link_done", secret=secret)
    return render(request, "data_collection/answers/submit.html", context)


def _submitted(request: HttpRequest, questionnaire_request: QuestionnaireRequest, context: dict[str, Any]) -> bool:
    try:
        submit_answers(questionnaire_request=questionnaire_request, signed_by=context["name"])
    except AnswersIncompleteError as incomplete:
        context["problems"] = [
            (f"{question.code}. {message}", _address(context["secret"], question.section_code, question.code))
            for question, message in incomplete.problems
        ]
        return False
    except Problem as problem:
        context["problems"] = [(problem.message, "#signed_by")]
        return False
    return True


def _address(secret: str, section_code: str, code: str) -> str:
    return f"{reverse('data_collection:link_section', args=[secret, section_code])}?check=1#q-{code}"


@personal_link(WHY)
@require_safe
@_for_contact
def done(request: HttpRequest, questionnaire_request: QuestionnaireRequest, secret: str) -> HttpResponse:
    """The confirmation with its reference, and the answers for reading."""
    if questionnaire_request.is_open:
        return redirect("data_collection:link_welcome", secret=secret)
    sections = [(one, answer_lines(one)) for one in sections_of(questionnaire_request)]
    return render(
        request,
        "data_collection/answers/done.html",
        {"questionnaire_request": questionnaire_request, "sections": sections},
    )
