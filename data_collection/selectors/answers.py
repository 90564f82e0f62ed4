"""Reading the answers to a questionnaire, and what the gates make of them."""

from dataclasses import dataclass
from typing import Any

from data_collection.models import Question, QuestionnaireRequest
from data_collection.validators.answers import is_answered, missing_or_wrong
from data_collection.validators.gates import Assessment, GateCriterion, assess, judge


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answer as typed; `value` is "" and `note` empty where nothing was typed."""

    question: Question
    value: Any = ""
    note: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether there is an answer, and nothing is wrong with it."""
        return is_answered(self.question, self.value)

    @property
    def problem(self) -> str:
        """What keeps the answers from being submitted because of this question; empty when nothing does."""
        return missing_or_wrong(self.question, self.value)


@dataclass(frozen=True)
class Section:
    """A section of the questionnaire with its answers."""

    code: str
    title: str
    answers: list[AnsweredQuestion]

    @property
    def answered(self) -> int:
        """How many of its questions have a valid answer."""
        return sum(one.is_valid for one in self.answers)

    @property
    def problems(self) -> list[AnsweredQuestion]:
        """The questions that keep it from being complete."""
        return [one for one in self.answers if one.problem]


def sections_of(questionnaire_request: QuestionnaireRequest) -> list[Section]:
    """All questions by section, with the answers, in two queries."""
    answers = {answer.question_id: answer for answer in questionnaire_request.answers.all()}
    sections: dict[str, Section] = {}
    for question in questionnaire_request.questionnaire.questions.all():
        section = sections.setdefault(question.section_code, Section(question.section_code, question.section_title, []))
        answer = answers.get(question.pk)
        section.answers.append(
            AnsweredQuestion(question, answer.value, answer.comment) if answer else AnsweredQuestion(question)
        )
    return list(sections.values())


def assessment_of(questionnaire_request: QuestionnaireRequest) -> Assessment:
    """The gates, as the answers are now, submitted or not (procedure, data collection step 1.3)."""
    rules = questionnaire_request.questionnaire.gate_rules.select_related("question")
    answers = questionnaire_request.answers.filter(question__gate_rules__isnull=False)
    values = {answer.question_id: answer.value for answer in answers}
    return assess(
        judge(
            GateCriterion(rule.gate, rule.question.code, tuple(rule.passes_when), rule.explanation),
            rule.question.question_type,
            values.get(rule.question_id, ""),
        )
        for rule in rules
    )
