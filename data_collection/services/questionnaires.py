"""The standard set of questions, as the reference files give it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from core.problems import Problem
from data_collection.models import Answer, GateRule, Question, Questionnaire
from data_collection.question_types import QUESTION_TYPES

TITLE = "Questions for awarding entities"


@transaction.atomic
def sync_standard_questionnaire(
    *, version: str, questions: Iterable[Mapping[str, str]], gates: Iterable[Mapping[str, str]]
) -> Questionnaire:
    """Make or bring up to date one version of the standard questionnaire, and make it the current one.

    Doing it again with the same rows changes nothing. A version that somebody has answered keeps its questions: change
    the words under the next version.

    Args:
        version: for example "2026".
        questions: rows with the columns of datasets/reference/questionnaire.csv; choices are `value=Label;value=Label`,
            required is yes or no.
        gates: rows with the columns gate, question_code, passes_when (`value;value`) and explanation.

    Raises:
        Problem: the version already has answers and the rows differ from it, a type of question is unknown, or a gate
            names no question.
    """
    Questionnaire.objects.select_for_update().filter(is_current=True).exclude(version=version).update(is_current=False)
    questionnaire, _ = Questionnaire.objects.update_or_create(
        version=version, defaults={"is_current": True, "title": TITLE}
    )
    wanted = {row["code"]: _question_fields(row) for row in questions}
    existing = {question.code: question for question in questionnaire.questions.all()}
    gone = set(existing) - set(wanted)
    changed = {code for code, fields in wanted.items() if _differs(existing.get(code), fields)} | gone
    if changed and Answer.objects.filter(questionnaire_request__questionnaire=questionnaire).exists():
        listed = ", ".join(sorted(changed))
        raise Problem(f"Version {version} already has answers and cannot change ({listed}). Use a new version.")
    _write_questions(questionnaire, wanted, gone=gone)
    _write_gates(questionnaire, gates)
    return questionnaire


def _question_fields(row: Mapping[str, str]) -> dict[str, Any]:
    if row["answer_type"] not in QUESTION_TYPES:
        known = ", ".join(QUESTION_TYPES)
        raise Problem(f'Question {row["code"]} has the unknown type "{row["answer_type"]}". Use one of these: {known}.')
    choices = [part.strip().split("=", 1) for part in (row["choices"] or "").split(";") if part.strip()]
    return {
        "section_code": row["section_code"],
        "section_title": row["section_title"],
        "position": int(row["position"]),
        "text": row["text"],
        "help_text": row["help_text"],
        "answer_type": row["answer_type"],
        "choices": [[value.strip(), label.strip()] for value, label in choices],
        "required": row["required"] == "yes",
        "gate": row["gate"],
        "used_for": row["used_for"],
        "derived_from": row["derived_from"],
    }


def _differs(question: Question | None, fields: dict[str, Any]) -> bool:
    return question is None or any(getattr(question, name) != value for name, value in fields.items())


def _write_questions(questionnaire: Questionnaire, wanted: dict[str, dict[str, Any]], *, gone: set[str]) -> None:
    GateRule.objects.filter(questionnaire=questionnaire, question__code__in=gone).delete()
    Question.objects.filter(questionnaire=questionnaire, code__in=gone).delete()
    for code, fields in wanted.items():
        question = Question.objects.filter(questionnaire=questionnaire, code=code).first()
        if _differs(question, fields):
            Question.objects.update_or_create(questionnaire=questionnaire, code=code, defaults=fields)


def _write_gates(questionnaire: Questionnaire, gates: Iterable[Mapping[str, str]]) -> None:
    by_code = {question.code: question for question in questionnaire.questions.all()}
    written = []
    for row in gates:
        if row["question_code"] not in by_code:
            raise Problem(f"A gate names the question {row['question_code']}, which is not in the questionnaire.")
        rule, _ = GateRule.objects.update_or_create(
            questionnaire=questionnaire,
            gate=row["gate"],
            question=by_code[row["question_code"]],
            defaults={
                "passes_when": [value.strip() for value in row["passes_when"].split(";") if value.strip()],
                "explanation": row["explanation"],
            },
        )
        written.append(rule.pk)
    GateRule.objects.filter(questionnaire=questionnaire).exclude(pk__in=written).delete()
