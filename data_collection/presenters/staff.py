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
from data_collection.presenters.status import is_overdue, status_words
from data_collection.selectors.requests import Answered, Section
from data_collection.validators.answers import in_words
from data_collection.validators.gates import Assessment, GateResult, Outcome

_TONES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.OPEN: "gray"}
_ROSTER_WORDS = {
    Outcome.PASSED: "Schools can get an official list: districts upload one PDF for many students.",
    Outcome.FAILED: "Schools cannot get an official list: districts upload a certificate for each student.",
    Outcome.OPEN: "Whether schools can get an official list is not answered yet.",
}


@dataclass(frozen=True)
class GateLine:
    """A gate with its tag and the answers that led to it: (code, answer in words, tag tone, tag, why it matters)."""

    label: str
    tone: str
    tag: str
    findings: list[dict[str, str]]


def gate_lines(assessment: Assessment, sections: Iterable[Section]) -> list[GateLine]:
    """Every gate, in order."""
    questions = {one.question.code: one for section in sections for one in section.answers}
    return [
        GateLine(str(gate.gate.label), _TONES[gate.outcome], str(gate.outcome.label), _findings(gate, questions))
        for gate in assessment.gates
    ]


def _findings(gate: GateResult, questions: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "code": finding.row.code,
            "question": questions[finding.row.code].question.text,
            "answer": "; ".join(in_words(questions[finding.row.code].question, questions[finding.row.code].value))
            or "Not answered yet",
            "note": questions[finding.row.code].note,
            "tone": _TONES[finding.outcome],
            "tag": str(finding.outcome.label),
            "why": finding.row.explanation,
        }
        for finding in gate.findings
    ]


def suggestion_words(assessment: Assessment) -> str:
    """What the gates suggest and why, in two sentences. It decides nothing."""
    if assessment.suggestion is Method.DIRECT:
        return "Every gate is passed, so results could come directly from the awarding entity."
    failed = _names(assessment.failed)
    still_open = _names(assessment.still_open)
    if failed:
        words = f"Not passed: {failed}. So districts would enter the results."
    else:
        words = f"Still open: {still_open}. Until they are passed, districts would enter the results."
    return f"{words} {_ROSTER_WORDS[assessment.roster]}"


def _names(gates: list[GateResult]) -> str:
    return ", ".join(str(Gate(gate.gate).label) for gate in gates)


@dataclass(frozen=True)
class ReadLine:
    """A question with its answer in words."""

    code: str
    text: str
    lines: list[str]
    note: str
    problem: str
    href: str = ""


def read_lines(sections: Iterable[Section]) -> list[tuple[Section, list[ReadLine]]]:
    """All answers by section, for reading."""
    return [(section, [_read_line(one) for one in section.answers]) for section in sections]


def _read_line(one: Answered) -> ReadLine:
    lines = in_words(one.question, one.value)
    return ReadLine(one.question.code, one.question.text, lines, one.note, one.problem)


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
    """The way back: the list, the entity, and what lies between it and the page."""
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
    "Certifications decided apart",
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
