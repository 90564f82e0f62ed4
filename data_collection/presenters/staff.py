"""The staff's pages: gates with the answers behind them, timelines, downloads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import AuditEntry
from certifications.models import AwardingEntity
from core import school_year
from data_collection import verbs
from data_collection.enums import Gate, Method
from data_collection.models.questionnaire_request import is_overdue
from data_collection.presenters.status import status_words
from data_collection.selectors.answers import AnsweredQuestion, Section
from data_collection.validators.answers import in_words
from data_collection.validators.gates import Assessment, Finding, GateResult, Outcome

_TONES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.OPEN: "gray"}
_ROSTER_WORDS = {
    Outcome.PASSED: "Schools can get an official list, so districts would upload one PDF for many students.",
    Outcome.FAILED: "Schools cannot get an official list, so districts would upload a certificate for each student.",
    Outcome.OPEN: "We do not know yet whether schools can get an official list.",
}


@dataclass(frozen=True)
class FindingLine:
    """An answer that a gate looks at: the question, the answer in words, how it came out, and why it matters."""

    code: str
    question: str
    answer: str
    note: str
    tone: str
    tag: str
    why: str


@dataclass(frozen=True)
class GateLine:
    """A gate with its tag and the answers that led to it."""

    label: str
    tone: str
    tag: str
    findings: list[FindingLine]


def gate_lines(assessment: Assessment, sections: Iterable[Section]) -> list[GateLine]:
    """Every gate, in order."""
    answers = {one.question.code: one for section in sections for one in section.answers}
    return [
        GateLine(
            str(gate.gate.label),
            _TONES[gate.outcome],
            str(gate.outcome.label),
            [_finding_line(finding, answers[finding.criterion.code]) for finding in gate.findings],
        )
        for gate in assessment.gates
    ]


def _finding_line(finding: Finding, answered: AnsweredQuestion) -> FindingLine:
    return FindingLine(
        code=finding.criterion.code,
        question=answered.question.text,
        answer="; ".join(in_words(answered.question, answered.value)) or "Not answered yet",
        note=answered.note,
        tone=_TONES[finding.outcome],
        tag=str(finding.outcome.label),
        why=finding.criterion.explanation,
    )


def suggestion_words(assessment: Assessment) -> str:
    """What the gates suggest and why, in a few sentences. It decides nothing."""
    if assessment.suggestion is Method.DIRECT:
        return "Every gate has passed, so results could come directly from the awarding entity."
    failed = _names(assessment.failed)
    still_open = _names(assessment.still_open)
    if failed:
        words = f"Did not pass: {failed}. So districts would enter the results."
    else:
        words = f"Still open: {still_open}. Until these pass, districts would enter the results."
    return f"{words} {_ROSTER_WORDS[assessment.roster]}"


def _names(gates: list[GateResult]) -> str:
    return ", ".join(str(gate.gate.label) for gate in gates)


@dataclass(frozen=True)
class TimelineStep:
    """A step in the life of a questionnaire or decision."""

    at: datetime
    who: str
    what: str
    reason: str


def timeline(entries: Iterable[AuditEntry]) -> list[TimelineStep]:
    """Audit entries as steps; of several savings in a row only the latest is shown."""
    steps: list[TimelineStep] = []
    before: AuditEntry | None = None
    for entry in entries:
        again = before and (before.verb, before.target_id) == (verbs.SAVED, entry.target_id)
        if not (again and entry.verb == verbs.SAVED):
            who = str(entry.by) if entry.by else entry.by_label
            steps.append(TimelineStep(entry.at, who, _what(entry), entry.detail.get("reason", "")))
        before = entry
    return steps


def _what(entry: AuditEntry) -> str:
    words = f"{entry.verb[:1].upper()}{entry.verb[1:]}"
    year = entry.detail.get("school_year")
    return f"{words} for {year}. {entry.target_label}" if year else f"{words} {entry.target_label}"


def crumbs(entity: AwardingEntity | None = None, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way back: the list, the entity, and what is between it and the page."""
    way = [("Data collection", reverse("data_collection:entities"))]
    if entity:
        way.append((str(entity), reverse("data_collection:entity", args=[entity.pk])))
    return [*way, *more]


ENTITY_COLUMNS = (
    "Awarding entity",
    "School year",
    "Questionnaire",
    "Answers due",
    "Overdue",
    "Method",
    "Certifications decided separately",
)


def entity_cells(row: Any, year: int) -> list[str]:
    """A row of the download of the list of entities."""
    return [
        row.name,
        school_year.label(year),
        status_words(row),
        row.due_on.isoformat() if row.due_on else "",
        "yes" if is_overdue(row.due_on, row.submitted_at) else "no",
        str(Method(row.method).label),
        str(row.own_decisions),
    ]


ANSWER_COLUMNS = ("Section", "Code", "Question", "Answer", "Note", "Gate")


def answer_cells(sections: Iterable[Section]) -> list[list[str]]:
    """The rows of the download of one questionnaire's answers."""
    return [
        [
            section.title,
            one.question.code,
            one.question.text,
            "\n".join(in_words(one.question, one.value)),
            one.note,
            str(Gate(one.question.gate).label) if one.question.gate else "",
        ]
        for section in sections
        for one in section.answers
    ]
